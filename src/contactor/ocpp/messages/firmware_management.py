"""The four operations of the FirmwareManagement profile: diagnostics out, firmware in."""

from msgspec import UNSET, UnsetType

from contactor.ocpp.enumerations import DiagnosticsStatus, FirmwareStatus
from contactor.ocpp.field_types import Instant, Integer, Request, Result, Text255, settle_instant


class GetDiagnostics(Request, frozen=True, kw_only=True):
    """Central system: upload your diagnostics to this folder; `retry_interval` in seconds."""

    location: str
    retries: Integer | UnsetType = UNSET
    retry_interval: Integer | UnsetType = UNSET
    start_time: Instant | UnsetType = UNSET
    stop_time: Instant | UnsetType = UNSET

    def __post_init__(self) -> None:
        settle_instant(self, "start_time")
        settle_instant(self, "stop_time")


class GetDiagnosticsResult(Result, frozen=True, kw_only=True):
    """The name the file will have; absent if there is nothing to upload."""

    file_name: Text255 | UnsetType = UNSET


class DiagnosticsStatusNotification(Request, frozen=True, kw_only=True):
    """Station: how the upload is going."""

    status: DiagnosticsStatus


class DiagnosticsStatusNotificationResult(Result, frozen=True, kw_only=True):
    """Received."""


class UpdateFirmware(Request, frozen=True, kw_only=True):
    """Central system: fetch and install this firmware, not before `retrieve_date`; `retry_interval` in seconds."""

    location: str
    retrieve_date: Instant
    retries: Integer | UnsetType = UNSET
    retry_interval: Integer | UnsetType = UNSET

    def __post_init__(self) -> None:
        settle_instant(self, "retrieve_date")


class UpdateFirmwareResult(Result, frozen=True, kw_only=True):
    """Received."""


class FirmwareStatusNotification(Request, frozen=True, kw_only=True):
    """Station: how the update is going."""

    status: FirmwareStatus


class FirmwareStatusNotificationResult(Result, frozen=True, kw_only=True):
    """Received."""
