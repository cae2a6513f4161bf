"""THE table of operations: who may send what, to which profile it belongs, and which types carry it.

Codec, peer, central system, station, console, documentation and tests all read these rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from contactor.base.errors import BrokenPromise
from contactor.ocpp import messages
from contactor.ocpp.messages import Request, Result


class Side(StrEnum):
    """The two ends of the wire."""

    STATION = "station"
    CENTRAL = "central"

    @property
    def other(self) -> "Side":
        """The end one speaks to."""
        return Side.CENTRAL if self is Side.STATION else Side.STATION


class FeatureProfile(StrEnum):
    """OCPP's groups of operations, as in SupportedFeatureProfiles; Security, the white paper's, is not listed there."""

    CORE = "Core"
    FIRMWARE_MANAGEMENT = "FirmwareManagement"
    LOCAL_AUTH_LIST_MANAGEMENT = "LocalAuthListManagement"
    RESERVATION = "Reservation"
    SMART_CHARGING = "SmartCharging"
    REMOTE_TRIGGER = "RemoteTrigger"
    SECURITY = "Security"


@dataclass(frozen=True, slots=True)
class Action:
    """One operation; `name` is the wire's word, compared with regard to case (RPC-07)."""

    name: str
    senders: frozenset[Side]
    profile: FeatureProfile
    request: type[Request]
    result: type[Result]


_STATION = frozenset({Side.STATION})
_CENTRAL = frozenset({Side.CENTRAL})
_BOTH = frozenset(Side)

_ROWS: tuple[tuple[frozenset[Side], FeatureProfile, type[Request], type[Result]], ...] = (
    (_STATION, FeatureProfile.CORE, messages.Authorize, messages.AuthorizeResult),
    (_STATION, FeatureProfile.CORE, messages.BootNotification, messages.BootNotificationResult),
    (_CENTRAL, FeatureProfile.CORE, messages.ChangeAvailability, messages.ChangeAvailabilityResult),
    (_CENTRAL, FeatureProfile.CORE, messages.ChangeConfiguration, messages.ChangeConfigurationResult),
    (_CENTRAL, FeatureProfile.CORE, messages.ClearCache, messages.ClearCacheResult),
    (_BOTH, FeatureProfile.CORE, messages.DataTransfer, messages.DataTransferResult),
    (_CENTRAL, FeatureProfile.CORE, messages.GetConfiguration, messages.GetConfigurationResult),
    (_STATION, FeatureProfile.CORE, messages.Heartbeat, messages.HeartbeatResult),
    (_STATION, FeatureProfile.CORE, messages.MeterValues, messages.MeterValuesResult),
    (_CENTRAL, FeatureProfile.CORE, messages.RemoteStartTransaction, messages.RemoteStartTransactionResult),
    (_CENTRAL, FeatureProfile.CORE, messages.RemoteStopTransaction, messages.RemoteStopTransactionResult),
    (_CENTRAL, FeatureProfile.CORE, messages.Reset, messages.ResetResult),
    (_STATION, FeatureProfile.CORE, messages.StartTransaction, messages.StartTransactionResult),
    (_STATION, FeatureProfile.CORE, messages.StatusNotification, messages.StatusNotificationResult),
    (_STATION, FeatureProfile.CORE, messages.StopTransaction, messages.StopTransactionResult),
    (_CENTRAL, FeatureProfile.CORE, messages.UnlockConnector, messages.UnlockConnectorResult),
    (_CENTRAL, FeatureProfile.FIRMWARE_MANAGEMENT, messages.GetDiagnostics, messages.GetDiagnosticsResult),
    (
        _STATION,
        FeatureProfile.FIRMWARE_MANAGEMENT,
        messages.DiagnosticsStatusNotification,
        messages.DiagnosticsStatusNotificationResult,
    ),
    (_CENTRAL, FeatureProfile.FIRMWARE_MANAGEMENT, messages.UpdateFirmware, messages.UpdateFirmwareResult),
    (
        _STATION,
        FeatureProfile.FIRMWARE_MANAGEMENT,
        messages.FirmwareStatusNotification,
        messages.FirmwareStatusNotificationResult,
    ),
    (
        _CENTRAL,
        FeatureProfile.LOCAL_AUTH_LIST_MANAGEMENT,
        messages.GetLocalListVersion,
        messages.GetLocalListVersionResult,
    ),
    (_CENTRAL, FeatureProfile.LOCAL_AUTH_LIST_MANAGEMENT, messages.SendLocalList, messages.SendLocalListResult),
    (_CENTRAL, FeatureProfile.RESERVATION, messages.CancelReservation, messages.CancelReservationResult),
    (_CENTRAL, FeatureProfile.RESERVATION, messages.ReserveNow, messages.ReserveNowResult),
    (_CENTRAL, FeatureProfile.SMART_CHARGING, messages.ClearChargingProfile, messages.ClearChargingProfileResult),
    (_CENTRAL, FeatureProfile.SMART_CHARGING, messages.GetCompositeSchedule, messages.GetCompositeScheduleResult),
    (_CENTRAL, FeatureProfile.SMART_CHARGING, messages.SetChargingProfile, messages.SetChargingProfileResult),
    (_CENTRAL, FeatureProfile.REMOTE_TRIGGER, messages.TriggerMessage, messages.TriggerMessageResult),
    (_CENTRAL, FeatureProfile.SECURITY, messages.CertificateSigned, messages.CertificateSignedResult),
    (_CENTRAL, FeatureProfile.SECURITY, messages.DeleteCertificate, messages.DeleteCertificateResult),
    (_CENTRAL, FeatureProfile.SECURITY, messages.ExtendedTriggerMessage, messages.ExtendedTriggerMessageResult),
    (_CENTRAL, FeatureProfile.SECURITY, messages.GetInstalledCertificateIds, messages.GetInstalledCertificateIdsResult),
    (_CENTRAL, FeatureProfile.SECURITY, messages.GetLog, messages.GetLogResult),
    (_CENTRAL, FeatureProfile.SECURITY, messages.InstallCertificate, messages.InstallCertificateResult),
    (_STATION, FeatureProfile.SECURITY, messages.LogStatusNotification, messages.LogStatusNotificationResult),
    (_STATION, FeatureProfile.SECURITY, messages.SecurityEventNotification, messages.SecurityEventNotificationResult),
    (_STATION, FeatureProfile.SECURITY, messages.SignCertificate, messages.SignCertificateResult),
    (
        _STATION,
        FeatureProfile.SECURITY,
        messages.SignedFirmwareStatusNotification,
        messages.SignedFirmwareStatusNotificationResult,
    ),
    (_CENTRAL, FeatureProfile.SECURITY, messages.SignedUpdateFirmware, messages.SignedUpdateFirmwareResult),
)

ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        request.__name__: Action(request.__name__, senders, profile, request, result)
        for senders, profile, request, result in _ROWS
    }
)

_BY_REQUEST: Mapping[type[Request], Action] = {action.request: action for action in ACTIONS.values()}


def action_of(request: Request) -> Action:
    """Return the row a request belongs to.

    Raises:
        BrokenPromise: the type stands in no row.
    """
    action = _BY_REQUEST.get(type(request))
    if action is None:
        raise BrokenPromise(f"{type(request).__name__} is no request of OCPP 1.6")
    return action
