"""The gap between transactions that follow each other on a connector: the next begins where the last one ended (TX-02).

A register that moved in between, or went back, raises a doubt about the later of the two. Looked at from both sides,
because starts and stops come late and in any order.
"""

from sqlalchemy import Connection, and_, bindparam, func, select

from contactor.central.marks import mark, settle, unmark
from contactor.central.milliseconds import to_ms
from contactor.central.store import schema
from contactor.central.store.prepared import Found, Prepared
from contactor.central.suspicion import CLOCK_SET_AFTER, TOLERANCE_MS, Suspicion, doubt_gap

_rows = schema.transactions.c
_marks = schema.suspicions.c
meter_stop_in_force = func.coalesce(_rows.corrected_meter_stop_wh, _rows.meter_stop_wh)
_registers = select(
    _rows.id,
    _rows.station_id,
    _rows.connector_id,
    _rows.started_at_ms,
    _rows.start_received_at_ms,
    func.coalesce(_rows.corrected_meter_start_wh, _rows.meter_start_wh).label("meter_start_wh"),
    meter_stop_in_force.label("meter_stop_wh"),
    # What it is marked with already, so that nothing need be written where nothing changes.
    select(_marks.details)
    .where(_marks.transaction_id == _rows.id, _marks.reason == Suspicion.METER_GAP)
    .scalar_subquery()
    .label("gap"),
)
# Where a transaction with a wrong clock stands among the others, nobody knows.
are_neighbours = and_(
    _rows.station_id == bindparam("station"),
    _rows.connector_id == bindparam("connector"),
    _rows.started_at_ms.between(to_ms(CLOCK_SET_AFTER), _rows.start_received_at_ms + TOLERANCE_MS),
)
_neighbours = _registers.where(are_neighbours).limit(1)
_ITSELF = Prepared(_registers.where(_rows.id == bindparam("number")))
_BEFORE = Prepared(_neighbours.where(_rows.started_at_ms < bindparam("at_ms")).order_by(_rows.started_at_ms.desc()))
_AFTER = Prepared(_neighbours.where(_rows.started_at_ms > bindparam("at_ms")).order_by(_rows.started_at_ms))


def review_gaps(connection: Connection, number: int, noted_at_ms: int) -> None:
    """Compare a transaction's registers with those of its neighbours in time, and mark or clear the later ones."""
    row = _ITSELF.first(connection, {"number": number})
    assert row is not None
    if not _has_its_place(row):
        return
    earlier = _BEFORE.first(connection, _place(row))
    if earlier is not None:
        _review_pair(connection, earlier.id, earlier.meter_stop_wh, row, noted_at_ms)
    _review_next(connection, row, row.meter_stop_wh, noted_at_ms)


def review_end(connection: Connection, transaction: Found, meter_stop_wh: int, noted_at_ms: int) -> None:
    """The same for a transaction that has just ended: only the one after it can be concerned."""
    if _has_its_place(transaction):
        corrected = transaction.corrected_meter_stop_wh
        _review_next(connection, transaction, meter_stop_wh if corrected is None else corrected, noted_at_ms)


def _has_its_place(row: Found) -> bool:
    is_believable: bool = to_ms(CLOCK_SET_AFTER) <= row.started_at_ms <= row.start_received_at_ms + TOLERANCE_MS
    return is_believable


def _place(row: Found) -> dict[str, object]:
    return {"station": row.station_id, "connector": row.connector_id, "at_ms": row.started_at_ms}


def _review_next(connection: Connection, row: Found, meter_stop_wh: int | None, noted_at_ms: int) -> None:
    later = _AFTER.first(connection, _place(row))
    if later is not None:
        _review_pair(connection, row.id, meter_stop_wh, later, noted_at_ms)


def _review_pair(
    connection: Connection, earlier: int, meter_stop_wh: int | None, later: Found, noted_at_ms: int
) -> None:
    doubt = doubt_gap(earlier, meter_stop_wh, later.meter_start_wh)
    if later.gap == (None if doubt is None else doubt.details):
        return
    if doubt is None:
        settle(connection, later.id, (Suspicion.METER_GAP,), noted_at_ms)
    else:
        unmark(connection, later.id, (Suspicion.METER_GAP,))
        mark(connection, later.id, (doubt,), noted_at_ms)
