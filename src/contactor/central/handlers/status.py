"""StatusNotification: all of them are kept; the latest by its own timestamp is what the connector is (ST-14).

Timestamps can be compared as long as one clock gave them. When a station says that its clock was set (CLK-02), what it
told last is what the connector is, and its arrival by our clock is what later timestamps are compared with.
"""

from datetime import datetime, timedelta

from msgspec import UNSET, UnsetType
from sqlalchemy import Connection, bindparam, func, select

from contactor.base.instants import to_text
from contactor.central.alarms.raising import error_reported, no_error_reported
from contactor.central.commands.following import availability_reported
from contactor.central.commands.reservations import connector_reported
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.plan import Caller, Do, Plan
from contactor.central.store import schema
from contactor.central.store.key_room import fitting
from contactor.central.store.prepared import Found, Prepared
from contactor.central.store.schema import STATUS_LENGTH
from contactor.central.store.statement import Rows, insert_new, upsert
from contactor.ocpp.enumerations import ChargePointErrorCode, ChargePointStatus
from contactor.ocpp.messages import StatusNotification, StatusNotificationResult

CLOCKLESS = timedelta(days=1)
"""A status that claims to be older than this comes from a station whose clock is not set; its arrival counts."""

_COLUMNS = (
    "station_id",
    "connector_id",
    "status",
    "error_code",
    "vendor_id",
    "vendor_error_code",
    "details",
    "reported_at_ms",
    "received_at_ms",
)
# A repeated notification has the same content and is kept once; its receipt is not part of the content.
_INSERT_STATUS = insert_new(schema.statuses, *_COLUMNS)
_PUT_CONNECTOR = upsert(
    schema.connectors,
    *_COLUMNS,
    key=("station_id", "connector_id"),
    where="excluded.reported_at_ms >= connectors.reported_at_ms",
)
_SET_CONNECTOR = upsert(schema.connectors, *_COLUMNS, key=("station_id", "connector_id"))
_connectors = schema.connectors.c
_FIND = Prepared(
    select(
        _connectors.status,
        _connectors.error_code,
        _connectors.vendor_id,
        _connectors.vendor_error_code,
        _connectors.details,
    ).where(_connectors.station_id == bindparam("station"), _connectors.connector_id == bindparam("connector"))
)
_statuses = schema.statuses.c
_TOLD_LAST = select(schema.statuses).where(
    _statuses.id.in_(
        select(func.max(_statuses.id))
        .where(_statuses.station_id == bindparam("station"))
        .group_by(_statuses.connector_id)
    )
)
_RECEIVED = StatusNotificationResult()


def status(caller: Caller, request: StatusNotification) -> Plan:
    """Record the status, and make it the connector's own unless a later one is known."""
    reported_at = caller.received_at if request.timestamp is UNSET else request.timestamp
    row = (
        caller.station_id,
        request.connector_id,
        request.status.value[:STATUS_LENGTH],
        request.error_code.value,
        fitting(_present(request.vendor_id)),
        fitting(_present(request.vendor_error_code)),
        fitting(_present(request.info)),
    )
    received_at_ms = to_ms(caller.received_at)
    judged_at_ms = to_ms(_believable(reported_at, caller.received_at))

    def work(connection: Connection) -> StatusNotificationResult:
        before = _FIND.first(connection, {"station": row[0], "connector": row[1]})
        Rows(_INSERT_STATUS, ((*row, to_ms(reported_at), received_at_ms),)).execute_on(connection)
        is_latest = Rows(_PUT_CONNECTOR, ((*row, judged_at_ms, received_at_ms),)).changes(connection)
        is_changed = is_latest and (before is None or _words(before) != row[2:])
        if is_changed:
            _changed(connection, caller, request, to_text(reported_at))
        if is_latest:
            _watch_errors(connection, caller, request, is_changed=is_changed)
        return _RECEIVED

    return Do(work)


def _words(found: Found) -> tuple[object, ...]:
    return found.status, found.error_code, found.vendor_id, found.vendor_error_code, found.details


def clock_was_set(connection: Connection, caller: Caller) -> None:
    """A station's clock was set: of what it told by the other clock, the last that came counts."""
    for told in connection.execute(_TOLD_LAST, {"station": caller.station_id}).all():
        content = (told.status, told.error_code, told.vendor_id, told.vendor_error_code, told.details)
        before = _FIND.first(connection, {"station": caller.station_id, "connector": told.connector_id})
        row = (caller.station_id, told.connector_id, *content, told.received_at_ms, told.received_at_ms)
        Rows(_SET_CONNECTOR, (row,)).execute_on(connection)
        if before is None or _words(before) != content:
            request = StatusNotification(
                connector_id=told.connector_id,
                status=ChargePointStatus(told.status),
                error_code=ChargePointErrorCode(told.error_code),
                vendor_error_code=told.vendor_error_code,
                info=told.details,
            )
            _changed(connection, caller, request, to_text(from_ms(told.reported_at_ms)))
            _watch_errors(connection, caller, request, is_changed=True)


def _changed(connection: Connection, caller: Caller, request: StatusNotification, reported_at: str) -> None:
    """The connector is not what it was: tell of it, and let commands and reservations follow (AVL-12, CS-24)."""
    facts = {
        "connector_id": request.connector_id,
        "status": request.status.value,
        "error_code": request.error_code.value,
        "vendor_error_code": _present(request.vendor_error_code),
        "details": _present(request.info),
        "reported_at": reported_at,
    }
    station_id, at = caller.station_id, caller.received_at
    record_event(connection, EventKind.STATUS_CHANGED, station_id, at, facts)
    availability_reported(connection, station_id, request.connector_id, request.status, at)
    connector_reported(connection, station_id, request.connector_id, request.status, at)


def _watch_errors(connection: Connection, caller: Caller, request: StatusNotification, *, is_changed: bool) -> None:
    """An error opens an alarm, or says that it lasts; where there is none any more, alarms are closed."""
    station_id, connector_id, at = caller.station_id, request.connector_id, caller.received_at
    if request.error_code is not ChargePointErrorCode.NO_ERROR:
        code, details = fitting(_present(request.vendor_error_code)), _present(request.info)
        error = request.error_code.value
        error_reported(connection, station_id, connector_id, error_code=error, vendor_code=code, details=details, at=at)
    elif is_changed:
        no_error_reported(connection, station_id, connector_id, at)


def _believable(reported_at: datetime, received_at: datetime) -> datetime:
    """The instant by which statuses are ordered: a clock that is ahead or not set must not freeze the connector."""
    return reported_at if received_at - CLOCKLESS <= reported_at <= received_at else received_at


def _present(value: str | UnsetType) -> str:
    return "" if value is UNSET else value
