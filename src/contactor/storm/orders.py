"""What operators order, at random: one row for each operation of the guide, and what a sensible request of it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contactor.base.instants import to_text
from contactor.storm.badges import BLOCKED, GOOD, WELCOME
from contactor.storm.chance import Chance

Payload = Mapping[str, object]


@dataclass(slots=True)
class Desktop:
    """What an operator of one station has before them: the time, chance, and the numbers given so far."""

    now: datetime
    chance: Chance
    connectors: int
    transaction_id: int
    numbers_given: int
    list_version: int

    def next_number(self) -> int:
        """A number for a reservation or a profile."""
        self.numbers_given += 1
        return self.numbers_given

    def connector(self, *, or_all: bool = False) -> int:
        """One of the connectors, or the station as a whole."""
        return self.chance.whole(0 if or_all else 1, self.connectors)

    def later(self, least_s: float, most_s: float) -> str:
        """An instant to come."""
        return to_text(self.now + timedelta(seconds=round(self.chance.between(least_s, most_s))))


CONFIGURATION: Mapping[str, tuple[str, ...]] = {
    "MeterValueSampleInterval": ("30", "60", "120"),
    "HeartbeatInterval": ("120", "300"),
    "ConnectionTimeOut": ("60", "120", "300"),
    "WebSocketPingInterval": ("30", "60"),
    "LocalPreAuthorize": ("true", "false"),
    "StopTransactionOnInvalidId": ("true", "false"),
    "TransactionMessageRetryInterval": ("5", "10"),
}


def _configure(desk: Desktop) -> Payload:
    key = desk.chance.pick(sorted(CONFIGURATION))
    return {"key": key, "value": desk.chance.pick(CONFIGURATION[key])}


def _rotate_key(desk: Desktop) -> Payload:
    return {"key": "AuthorizationKey", "value": f"{desk.chance.whole(0, 16**12 - 1):040x}"}


def _remote_start(desk: Desktop) -> Payload:
    return {"idTag": desk.chance.pick(GOOD), "connectorId": desk.connector()}


def _remote_stop(desk: Desktop) -> Payload:
    return {"transactionId": desk.transaction_id}


def _reserve(desk: Desktop) -> Payload:
    return {
        "connectorId": desk.connector(),
        "expiryDate": desk.later(300, 3600),
        "idTag": desk.chance.pick(WELCOME),
        "reservationId": desk.next_number(),
    }


def _cancel_reservation(desk: Desktop) -> Payload:
    return {"reservationId": max(1, desk.numbers_given - desk.chance.whole(0, 2))}


def _availability(desk: Desktop) -> Payload:
    # More often on than off, or soon nobody could charge.
    kind = desk.chance.pick(("Operative", "Operative", "Inoperative"))
    return {"connectorId": desk.connector(or_all=True), "type": kind}


def local_list(desk: Desktop, *, is_full: bool) -> Payload:
    """An update of the list; a full one says of every badge what it may do."""
    desk.list_version += 1
    badges = [badge for badge in (*WELCOME, *BLOCKED) if desk.chance.happens(0.7 if is_full else 0.2)]
    entries: list[Payload] = [
        {"idTag": badge, "idTagInfo": {"status": "Blocked" if badge in BLOCKED else "Accepted"}}
        if is_full or desk.chance.happens(0.7)
        else {"idTag": badge}
        for badge in badges
    ]
    kind = "Full" if is_full else "Differential"
    return {"listVersion": desk.list_version, "updateType": kind, "localAuthorizationList": entries}


def _profile(desk: Desktop) -> Payload:
    is_station = desk.chance.happens(0.5)
    limit_w = desk.chance.pick((0, 12_000, 30_000, 60_000, 100_000, 180_000))
    profile = {
        "chargingProfileId": desk.next_number(),
        "stackLevel": desk.chance.whole(0, 2),
        "chargingProfilePurpose": "ChargePointMaxProfile" if is_station else "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "W",
            "startSchedule": to_text(desk.now - timedelta(hours=1)),
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit_w}],
        },
    }
    return {"connectorId": 0 if is_station else desk.connector(), "csChargingProfiles": profile}


def _clear_profile(desk: Desktop) -> Payload:
    return {} if desk.chance.happens(0.5) else {"id": max(1, desk.numbers_given - desk.chance.whole(0, 2))}


def _update_firmware(desk: Desktop) -> Payload:
    location = f"http://files.storm/firmware/2.{desk.next_number()}.0"
    return {"location": location, "retrieveDate": to_text(desk.now), "retries": 2, "retryInterval": 60}


_TRIGGERS = ("BootNotification", "Heartbeat", "MeterValues", "StatusNotification", "FirmwareStatusNotification")

ORDERS: tuple[tuple[float, tuple[str, Callable[[Desktop], Payload]]], ...] = (
    (4.0, ("ChangeConfiguration", _configure)),
    (1.0, ("ChangeConfiguration", _rotate_key)),
    (1.0, ("GetConfiguration", lambda _desk: {})),
    (3.0, ("RemoteStartTransaction", _remote_start)),
    (3.0, ("RemoteStopTransaction", _remote_stop)),
    (2.0, ("ReserveNow", _reserve)),
    (1.0, ("CancelReservation", _cancel_reservation)),
    (2.0, ("ChangeAvailability", _availability)),
    (1.0, ("SendLocalList", lambda desk: local_list(desk, is_full=True))),
    (2.0, ("SendLocalList", lambda desk: local_list(desk, is_full=False))),
    (1.0, ("GetLocalListVersion", lambda _desk: {})),
    (2.0, ("SetChargingProfile", _profile)),
    (1.0, ("ClearChargingProfile", _clear_profile)),
    (0.5, ("GetCompositeSchedule", lambda desk: {"connectorId": desk.connector(), "duration": 600})),
    (2.0, ("TriggerMessage", lambda desk: {"requestedMessage": desk.chance.pick(_TRIGGERS)})),
    (0.5, ("ClearCache", lambda _desk: {})),
    (0.5, ("UnlockConnector", lambda desk: {"connectorId": desk.connector()})),
    (0.5, ("DataTransfer", lambda _desk: {"vendorId": "org.example.storm", "messageId": "weather"})),
    (0.7, ("Reset", lambda desk: {"type": desk.chance.pick(("Soft", "Hard"))})),
    (0.3, ("GetDiagnostics", lambda _desk: {"location": "http://files.storm/in"})),
    (0.3, ("UpdateFirmware", _update_firmware)),
)
