"""The gap between transactions that follow each other on a connector: the next begins where the last one ended (TX-02).

A register that moved in between, or went back, raises a doubt about the later of the two. Looked at from both sides,
because starts and stops come late and in any order.
"""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from contactor.central.marks import mark, unmark
from contactor.central.milliseconds import to_ms
from contactor.central.store import schema
from contactor.central.suspicion import CLOCK_SET_AFTER, TOLERANCE_MS, Suspicion, doubt_gap

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_rows = schema.transactions.c
_marks = schema.suspicions.c
_registers = select(
    _rows.id,
    _rows.station_id,
    _rows.connector_id,
    _rows.started_at_ms,
    _rows.start_received_at_ms,
    func.coalesce(_rows.corrected_meter_start_wh, _rows.meter_start_wh).label("meter_start_wh"),
    func.coalesce(_rows.corrected_meter_stop_wh, _rows.meter_stop_wh).label("meter_stop_wh"),
    # What it is marked with already, so that nothing need be written where nothing changes.
    select(_marks.details)
    .where(_marks.transaction_id == _rows.id, _marks.reason == Suspicion.METER_GAP)
    .scalar_subquery()
    .label("gap"),
)
# Where a transaction with a wrong clock stands among the others, nobody knows.
_neighbours = _registers.where(
    _rows.station_id == bindparam("station"),
    _rows.connector_id == bindparam("connector"),
    _rows.started_at_ms.between(to_ms(CLOCK_SET_AFTER), _rows.start_received_at_ms + TOLERANCE_MS),
).limit(1)
_ITSELF = _registers.where(_rows.id == bindparam("number"))
_BEFORE = _neighbours.where(_rows.started_at_ms < bindparam("at_ms")).order_by(_rows.started_at_ms.desc())
_AFTER = _neighbours.where(_rows.started_at_ms > bindparam("at_ms")).order_by(_rows.started_at_ms)


def review_gaps(connection: Connection, number: int, noted_at_ms: int) -> None:
    """Compare a transaction's registers with those of its neighbours in time, and mark or clear the later ones."""
    row = connection.execute(_ITSELF, {"number": number}).one()
    if not to_ms(CLOCK_SET_AFTER) <= row.started_at_ms <= row.start_received_at_ms + TOLERANCE_MS:
        return
    place = {"station": row.station_id, "connector": row.connector_id, "at_ms": row.started_at_ms}
    _review_pair(connection, connection.execute(_BEFORE, place).one_or_none(), row, noted_at_ms)
    _review_pair(connection, row, connection.execute(_AFTER, place).one_or_none(), noted_at_ms)


def _review_pair(connection: Connection, earlier: _Row | None, later: _Row | None, noted_at_ms: int) -> None:
    if earlier is None or later is None:
        return
    doubt = doubt_gap(earlier.id, earlier.meter_stop_wh, later.meter_start_wh)
    if later.gap == (None if doubt is None else doubt.details):
        return
    unmark(connection, later.id, (Suspicion.METER_GAP,))
    if doubt is not None:
        mark(connection, later.id, (doubt,), noted_at_ms)
