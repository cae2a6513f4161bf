"""Readings of the whole fleet in the order in which they were written, for those who watch."""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, select

from contactor.central.milliseconds import from_ms
from contactor.central.store import schema

_readings = schema.readings
_shapes = schema.reading_shapes


@dataclass(frozen=True, slots=True)
class LiveReading:
    """What a connector measured; `transaction_id` 0 where the station named none."""

    number: int
    station_id: str
    connector_id: int
    transaction_id: int
    taken_at: datetime
    energy_wh: float | None
    power_w: float | None
    soc_percent: float | None
    voltage_v: float | None
    current_a: float | None


@dataclass(frozen=True, slots=True)
class _Sample:
    measurand: str
    phase: str | None
    value: str


def latest_number(connection: Connection) -> int:
    """The number of the newest reading; 0 before the first."""
    return connection.execute(select(func.max(_readings.c.id))).scalar() or 0


def find_readings(connection: Connection, after: int, station_id: str | None, limit: int) -> list[LiveReading]:
    """Readings with a number above `after`, the oldest first."""
    query = (
        select(_readings, _shapes.c.samples)
        .join(_shapes, _shapes.c.id == _readings.c.shape_id)
        .where(_readings.c.id > after)
        .order_by(_readings.c.id)
        .limit(limit)
    )
    if station_id is not None:
        query = query.where(_readings.c.station_id == station_id)
    return [
        LiveReading(
            number=row.id,
            station_id=row.station_id,
            connector_id=row.connector_id,
            transaction_id=row.claimed_id,
            taken_at=from_ms(row.taken_at_ms),
            energy_wh=row.energy_wh,
            power_w=row.power_w,
            soc_percent=row.soc_percent,
            voltage_v=_value(samples, "Voltage"),
            current_a=_value(samples, "Current.Import"),
        )
        for row in connection.execute(query)
        for samples in [_samples(row.samples, row.sample_values)]
    ]


def _samples(described: str, values: str) -> list[_Sample]:
    shapes = msgspec.json.decode(described, type=list[dict[str, str]])
    texts = msgspec.json.decode(values, type=list[str])
    return [
        _Sample(shape.get("measurand", ""), shape.get("phase"), text)
        for shape, text in zip(shapes, texts, strict=True)
        if shape.get("location") != "EV"
    ]


def _value(samples: list[_Sample], measurand: str) -> float | None:
    for sample in samples:
        if sample.measurand == measurand and sample.phase is None:
            try:
                value = float(sample.value)
            except ValueError:  # signed data, or what a station takes for a number
                return None
            return value if abs(value) < float("inf") else None
    return None
