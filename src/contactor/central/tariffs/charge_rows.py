"""Reading a charge out of the record: its times, its meter's points in exact numbers, its statuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, select

from contactor.central.belonging import belongs
from contactor.central.correcting import Standing
from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.readings import register_column
from contactor.central.store import schema
from contactor.central.suspicion import TOLERANCE_MS, believable
from contactor.central.tariffs.charge import Charge, Point, Span, idle_spans, make_charge

_transactions = schema.transactions
_readings = schema.readings
_statuses = schema.statuses.c

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_FIND = select(_transactions).where(_transactions.c.id == bindparam("number"))
_READ = (
    select(_readings.c.taken_at_ms, _readings.c.sample_values, schema.reading_shapes.c.samples)
    .join_from(_readings, schema.reading_shapes, schema.reading_shapes.c.id == _readings.c.shape_id)
    .join(_transactions, belongs())
    .where(_transactions.c.id == bindparam("number"), _readings.c.energy_wh.is_not(None))
    .order_by(_readings.c.taken_at_ms, _readings.c.id)
)
_STATUSES = (
    select(_statuses.reported_at_ms, _statuses.status)
    .where(
        _statuses.station_id == bindparam("station"),
        _statuses.connector_id == bindparam("connector"),
        _statuses.reported_at_ms.between(bindparam("since_ms"), bindparam("until_ms")),
    )
    .order_by(_statuses.reported_at_ms, _statuses.id)
)


@dataclass(frozen=True, slots=True)
class KnownCharge:
    """A charge with what was found of it; `is_over` if its stop is on record."""

    charge: Charge
    station_id: str
    connector_id: int
    is_over: bool
    readings: int

    @property
    def idle_spans(self) -> int:
        """How often the full car stayed."""
        return len(self.charge.idle)


def read_charge(connection: Connection, number: int, now_ms: int) -> KnownCharge | None:
    """The charge as the record has it now; one that runs lasts until now. None if there is no such transaction."""
    row = connection.execute(_FIND, {"number": number}).one_or_none()
    if row is None:
        return None
    span = Span(_began_ms(row), _ended_ms(row, now_ms))
    points = _points(connection.execute(_READ, {"number": number}).all())
    where = {"station": row.station_id, "connector": row.connector_id}
    statuses = connection.execute(_STATUSES, {**where, "since_ms": span.since_ms, "until_ms": span.until_ms})
    idle = idle_spans([(each.reported_at_ms, each.status) for each in statuses], span)
    charge = make_charge(span, *_registers(row), points, idle=idle)
    return KnownCharge(charge, row.station_id, row.connector_id, row.stopped_at_ms is not None, len(points))


def _began_ms(row: _Row) -> int:
    return to_ms(believable(from_ms(row.started_at_ms), from_ms(row.start_received_at_ms)))


def _registers(row: _Row) -> tuple[int, int | None]:
    """The meter at both ends, as corrected by people."""
    if row.stopped_at_ms is None:
        return row.meter_start_wh, None
    standing = Standing.of(row)
    return standing.meter_start_wh, standing.meter_stop_wh


def _ended_ms(row: _Row, now_ms: int) -> int:
    """When it stopped, unless that cannot be: then when its stop came."""
    if row.stopped_at_ms is None:
        return now_ms
    stopped_at_ms = Standing.of(row).stopped_at_ms
    is_possible = _began_ms(row) <= stopped_at_ms <= row.stop_received_at_ms + TOLERANCE_MS
    return int(stopped_at_ms if is_possible else row.stop_received_at_ms)


def _points(rows: Sequence[_Row]) -> list[Point]:
    found = []
    for row in rows:
        register_wh = _register_wh(row.samples, row.sample_values)
        if register_wh is not None:
            found.append(Point(row.taken_at_ms, register_wh))
    return found


def _register_wh(samples: str, sample_values: str) -> Fraction | None:
    """The energy register as the station wrote it, digit by digit."""
    place = _place_of_register(samples)
    if place is None:
        return None
    index, factor = place
    try:
        value = Decimal(msgspec.json.decode(sample_values, type=list[str])[index])
    except InvalidOperation:
        return None
    return Fraction(value) * factor if value.is_finite() else None


@lru_cache(maxsize=1024)
def _place_of_register(samples: str) -> tuple[int, int] | None:
    """Which sample of a shape is the energy register, and how many watt-hours its unit is."""
    column = register_column(samples)
    return None if column is None else (column.index, int(column.factor))
