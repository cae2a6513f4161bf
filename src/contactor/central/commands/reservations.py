"""The book of reservations: opened by an accepted ReserveNow, closed by use, expiry, cancel or fault (RSV-18)."""

from datetime import datetime
from enum import StrEnum

from msgspec import UNSET
from sqlalchemy import Connection, bindparam, select, update

from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.milliseconds import to_ms
from contactor.central.store import operation_tables
from contactor.central.store.prepared import Prepared
from contactor.central.store.statement import Rows, upsert
from contactor.ocpp.enumerations import ChargePointStatus
from contactor.ocpp.messages import ReserveNow


class ReservationState(StrEnum):
    """What became of a reservation."""

    ACTIVE = "active"
    USED = "used"
    """A transaction began with it."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    ENDED = "ended"
    """Its connector, or the station, became Faulted or Unavailable (RSV-12)."""
    GONE = "gone"
    """The station said that it does not know it."""


_table = operation_tables.reservations
_PUT = upsert(
    _table,
    "station_id",
    "reservation_id",
    "connector_id",
    "id_tag",
    "parent_id_tag",
    "expires_at_ms",
    "state",
    key=("station_id", "reservation_id"),
)
_active = _table.c.state == ReservationState.ACTIVE
_CLOSE = (
    update(_table)
    .where(_table.c.station_id == bindparam("station"), _table.c.reservation_id == bindparam("number"), _active)
    .values(state=bindparam("new_state"), closed_at_ms=bindparam("at_ms"), transaction_id=bindparam("transaction"))
    .returning(_table.c.connector_id, _table.c.id_tag)
)
_ON_CONNECTOR = select(_table.c.reservation_id).where(
    _table.c.station_id == bindparam("station"), _table.c.connector_id == bindparam("connector"), _active
)
_OF_STATION = select(_table.c.reservation_id).where(_table.c.station_id == bindparam("station"), _active)
_OVER = Prepared(
    select(_table.c.station_id, _table.c.reservation_id).where(_active, _table.c.expires_at_ms <= bindparam("at_ms"))
)
_KEPT = Prepared(select(_table.c.reservation_id).where(_active).limit(1))
_ENDING = (ChargePointStatus.FAULTED, ChargePointStatus.UNAVAILABLE)


def reservation_made(connection: Connection, station_id: str, request: ReserveNow, at: datetime) -> None:
    """The station keeps a connector, or has taken new data for a reservation it had (RSV-02)."""
    parent = None if request.parent_id_tag is UNSET else request.parent_id_tag
    row = (
        station_id,
        request.reservation_id,
        request.connector_id,
        request.id_tag,
        parent,
        to_ms(request.expiry_date),
        ReservationState.ACTIVE.value,
    )
    Rows(_PUT, (row,)).execute_on(connection)
    _tell(connection, station_id, request.reservation_id, (request.connector_id, request.id_tag), "active", at)


def close_reservation(
    connection: Connection,
    station_id: str,
    number: int,
    state: ReservationState,
    at: datetime,
    *,
    transaction_id: int | None = None,
) -> None:
    """Close a reservation that is active; another is left as it is."""
    given = {
        "station": station_id,
        "number": number,
        "new_state": state.value,
        "at_ms": to_ms(at),
        "transaction": transaction_id,
    }
    closed = connection.execute(_CLOSE, given).one_or_none()
    if closed is not None:
        _tell(connection, station_id, number, (closed.connector_id, closed.id_tag), state, at)


def connector_reported(
    connection: Connection, station_id: str, connector_id: int, status: ChargePointStatus, at: datetime
) -> None:
    """A connector that cannot be used keeps no reservation, and a station that cannot keeps none at all (CS-24)."""
    if status not in _ENDING:
        return
    query = _ON_CONNECTOR if connector_id else _OF_STATION
    given = {"station": station_id, "connector": connector_id} if connector_id else {"station": station_id}
    for number in list(connection.execute(query, given).scalars()):
        close_reservation(connection, station_id, number, ReservationState.ENDED, at)


def expire_reservations(connection: Connection, at: datetime) -> int:
    """Close what is over by the clock (RSV-12); how many are."""
    over = _OVER.all(connection, {"at_ms": to_ms(at)})
    for row in over:
        close_reservation(connection, row.station_id, row.reservation_id, ReservationState.EXPIRED, at)
    return len(over)


def reservations_are_kept(connection: Connection) -> bool:
    """Whether any is active."""
    return _KEPT.first(connection, {}) is not None


def _tell(
    connection: Connection, station_id: str, number: int, whose: tuple[int, str], state: str, at: datetime
) -> None:
    connector_id, id_tag = whose
    facts = {"reservation_id": number, "connector_id": connector_id, "id_tag": id_tag, "state": state}
    record_event(connection, EventKind.RESERVATION_CHANGED, station_id, at, facts)
