"""The table of commands: what each is called, what it will do, and whether it destroys something."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contactor.ocpp.actions import ACTIONS, FeatureProfile, Side


@dataclass(frozen=True, slots=True)
class Words:
    """What a person must know of a command."""

    title: str
    does: str
    is_destructive: bool = False


COMMANDS: Mapping[str, Words] = {
    "ChangeAvailability": Words(
        "Change availability", "Takes a connector, or with 0 the whole station, out of service, or puts it back.", True
    ),
    "ChangeConfiguration": Words("Change configuration", "Sets one configuration key."),
    "ClearCache": Words("Clear cache", "The station forgets every badge it has learned; the local list stays.", True),
    "DataTransfer": Words("Data transfer", "Sends vendor data, such as the running cost on the screen."),
    "GetConfiguration": Words("Read configuration", "Reads all keys, or those that are named."),
    "RemoteStartTransaction": Words("Start a charge", "Starts a charge as if that badge had been presented."),
    "RemoteStopTransaction": Words("Stop a charge", "Ends a running charge; the driver may unplug.", True),
    "Reset": Words("Reset", "Restarts the station: Soft ends charges properly first, Hard restarts at once.", True),
    "UnlockConnector": Words(
        "Unlock connector", "Opens the lock of a connector. Cables of this product are fixed; it answers NotSupported."
    ),
    "GetDiagnostics": Words("Fetch diagnostics", "The station uploads its log to a place you name."),
    "UpdateFirmware": Words("Update firmware", "Fetches an image, and restarts with it once no car charges.", True),
    "GetLocalListVersion": Words("Read local list version", "Asks which version of the list the station has."),
    "SendLocalList": Words(
        "Send local list", "Replaces the station's list of badges (Full), or changes entries of it.", True
    ),
    "CancelReservation": Words("Cancel reservation", "The connector is free for anybody again.", True),
    "ReserveNow": Words("Reserve", "Keeps a connector for one badge until it expires."),
    "ClearChargingProfile": Words(
        "Clear charging profiles", "Removes profiles; with no field filled in, all of them.", True
    ),
    "GetCompositeSchedule": Words("Read composite schedule", "Asks what all profiles together allow."),
    "SetChargingProfile": Words("Set charging profile", "Limits the power of a connector over time."),
    "TriggerMessage": Words("Trigger message", "Has the station send a message now."),
    "CertificateSigned": Words("Certificate signed", "Hands over a signed certificate."),
    "DeleteCertificate": Words("Delete certificate", "Removes an installed certificate.", True),
    "ExtendedTriggerMessage": Words("Extended trigger message", "Has the station send a message now (security)."),
    "GetInstalledCertificateIds": Words("Read certificates", "Lists the installed certificates."),
    "GetLog": Words("Fetch log", "The station uploads a log to a place you name."),
    "InstallCertificate": Words("Install certificate", "Installs a root certificate."),
    "SignedUpdateFirmware": Words("Update signed firmware", "Fetches and installs a signed image.", True),
}


def sendable(supported: frozenset[str] | None) -> dict[FeatureProfile, list[str]]:
    """The commands by feature profile; with `supported`, only those."""
    found: dict[FeatureProfile, list[str]] = {}
    for name, action in ACTIONS.items():
        if Side.CENTRAL in action.senders and (supported is None or name in supported):
            found.setdefault(action.profile, []).append(name)
    return found


def _reset(charges: int) -> str:
    return f"{_running(charges)} and will be stopped." if charges else "No transaction is running."


def _firmware(charges: int) -> str:
    return f"{_running(charges)}; the station restarts when they have ended." if charges else "It restarts at once."


def _availability(charges: int) -> str:
    return f"{_running(charges)}; the change comes into force when they end." if charges else ""


def _running(charges: int) -> str:
    return "1 transaction is running" if charges == 1 else f"{charges} transactions are running"


CONSEQUENCES: Mapping[str, Callable[[int], str]] = {
    "Reset": _reset,
    "UpdateFirmware": _firmware,
    "SignedUpdateFirmware": _firmware,
    "ChangeAvailability": _availability,
}
"""What a command means while so many transactions run; for the others it does not matter."""
