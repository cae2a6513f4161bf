"""What a station tells of its security: the white paper's SecurityEventNotification (SE-05)."""

from msgspec import UNSET
from sqlalchemy import Connection

from contactor.base.instants import to_text
from contactor.central.alarms.raising import security_event_came
from contactor.central.authority.certificate_rows import abandon_certificate
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.handlers.status import clock_was_set
from contactor.central.milliseconds import to_ms
from contactor.central.plan import Caller, Do, Plan
from contactor.central.store import schema
from contactor.central.store.key_room import LONG_TEXT_BYTES, fitting
from contactor.central.store.statement import Rows, insert_new
from contactor.ocpp.messages import (
    SecurityEventNotification,
    SecurityEventNotificationResult,
)

CLOCK_SET = "SettingSystemTime"
CERTIFICATE_NOT_TAKEN = "InvalidChargePointCertificate"

_INSERT = insert_new(
    schema.security_events,
    "station_id",
    "type",
    "happened_at_ms",
    "details",
    "received_at_ms",
)


def security_event(caller: Caller, request: SecurityEventNotification) -> Plan:
    """Keep the event, of whatever type (SE-05), once, however often it is repeated (SE-04)."""
    details = "" if request.tech_info is UNSET else fitting(request.tech_info, LONG_TEXT_BYTES)
    row = (caller.station_id, fitting(request.type), to_ms(request.timestamp), details, to_ms(caller.received_at))

    def work(connection: Connection) -> SecurityEventNotificationResult:
        if Rows(_INSERT, (row,)).changes(connection):
            facts = {"type": request.type, "details": details, "happened_at": to_text(request.timestamp)}
            record_event(connection, EventKind.SECURITY_EVENT, caller.station_id, caller.received_at, facts)
            security_event_came(connection, caller.station_id, row[1], details, caller.received_at)
            if request.type == CLOCK_SET:
                clock_was_set(connection, caller)
            elif request.type == CERTIFICATE_NOT_TAKEN:
                abandon_certificate(connection, caller.station_id, request.timestamp, details or request.type)
        return SecurityEventNotificationResult()

    return Do(work)
