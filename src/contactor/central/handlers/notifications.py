"""Progress of firmware, diagnostics and logs: each notification is kept, the last shown with its station (FW-14)."""

import msgspec

from contactor.central.milliseconds import to_ms
from contactor.central.plan import Caller, Plan, Write
from contactor.central.store import schema
from contactor.central.store.statement import Rows, Statement, insert
from contactor.ocpp.messages import (
    DiagnosticsStatusNotification,
    DiagnosticsStatusNotificationResult,
    FirmwareStatusNotification,
    FirmwareStatusNotificationResult,
    LogStatusNotification,
    LogStatusNotificationResult,
    Request,
    SignedFirmwareStatusNotification,
    SignedFirmwareStatusNotificationResult,
)

_INSERT = insert(schema.notifications, "station_id", "action", "received_at_ms", "content")
_SET_FIRMWARE = Statement("UPDATE stations SET firmware_status = :status WHERE id = :id", ("status", "id"))
_SET_DIAGNOSTICS = Statement("UPDATE stations SET diagnostics_status = :status WHERE id = :id", ("status", "id"))


def firmware_status(caller: Caller, request: FirmwareStatusNotification) -> Plan:
    """How a firmware update is going."""
    shown = Rows(_SET_FIRMWARE, ((request.status.value, caller.station_id),))
    return Write((kept(caller, request), shown), FirmwareStatusNotificationResult())


def signed_firmware_status(caller: Caller, request: SignedFirmwareStatusNotification) -> Plan:
    """How a signed firmware update is going."""
    shown = Rows(_SET_FIRMWARE, ((request.status.value, caller.station_id),))
    return Write((kept(caller, request), shown), SignedFirmwareStatusNotificationResult())


def diagnostics_status(caller: Caller, request: DiagnosticsStatusNotification) -> Plan:
    """How an upload of diagnostics is going."""
    shown = Rows(_SET_DIAGNOSTICS, ((request.status.value, caller.station_id),))
    return Write((kept(caller, request), shown), DiagnosticsStatusNotificationResult())


def log_status(caller: Caller, request: LogStatusNotification) -> Plan:
    """How an upload of a log is going."""
    return Write((kept(caller, request),), LogStatusNotificationResult())


def kept(caller: Caller, request: Request) -> Rows:
    """The row that keeps a request as it came."""
    content = msgspec.json.encode(request).decode()
    row = (caller.station_id, type(request).__name__, to_ms(caller.received_at), content)
    return Rows(_INSERT, (row,))
