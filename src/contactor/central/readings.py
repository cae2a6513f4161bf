"""MeterValues as rows: what was measured (the shape) is stored once, the values each time.

A station sends the same measurands for years, so a reading is a few numbers and the name of its shape. A shape's number
follows from its content alone: no node has to ask another for one.

De-duplication (CS-06) is a unique key: station, transaction as claimed, connector, instant, and a checksum over
shape and values. A repeated message falls together with the first; other values for the same instant are another
reading, because nothing that a station reports is dropped.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from math import isfinite

import msgspec
from msgspec import UNSET

from contactor.central.milliseconds import to_ms
from contactor.central.store import schema
from contactor.central.store.driver import Row
from contactor.central.store.statement import Rows, insert_new
from contactor.ocpp.datatypes import MeterValue, SampledValue
from contactor.ocpp.enumerations import Location, Measurand, UnitOfMeasure, ValueFormat

NO_TRANSACTION = 0
"""Stands for a reading outside of any transaction; we never give this number."""

_INSERT_READING = insert_new(
    schema.readings,
    "station_id",
    "claimed_id",
    "connector_id",
    "taken_at_ms",
    "checksum",
    "shape_id",
    "sample_values",
    "energy_wh",
    "power_w",
    "soc_percent",
    "received_at_ms",
    is_news=False,
)
_INSERT_SHAPE = insert_new(schema.reading_shapes, "id", "samples", is_news=False)

_KILO = {UnitOfMeasure.KWH: 1000.0, UnitOfMeasure.KW: 1000.0}

_Signature = tuple[tuple[object, ...], ...]
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Column:
    """Which sample of a shape fills a column of its own, and by what its value is multiplied."""

    index: int
    factor: float


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What the samples of a reading are, without their values."""

    shape_id: int
    seed: int
    samples: str
    energy: Column | None
    power: Column | None
    soc: Column | None


class Metering:
    """Turns meter values into rows; knows the shapes that are certainly stored."""

    def __init__(self) -> None:
        self._shapes: dict[_Signature, Shape] = {}
        self._stored: set[int] = set()

    def rows(
        self,
        station_id: str,
        claimed_id: int,
        connector_id: int,
        meter_values: Iterable[MeterValue],
        received_at: datetime,
    ) -> tuple[Rows, ...]:
        """The rows that record these readings, with those shapes that may not be stored yet.

        `claimed_id` is the transaction as the station names it, `NO_TRANSACTION` if it names none.
        """
        received_at_ms = to_ms(received_at)
        readings: list[Row] = []
        shapes: list[Row] = []
        for meter_value in meter_values:
            samples = meter_value.sampled_value
            shape = self._shape_of(samples)
            if shape.shape_id not in self._stored:
                shapes.append((shape.shape_id, shape.samples))
            values = [sample.value for sample in samples]
            encoded = _encode(values)
            readings.append(
                (
                    station_id,
                    claimed_id,
                    connector_id,
                    to_ms(meter_value.timestamp),
                    zlib.crc32(encoded, shape.seed),
                    shape.shape_id,
                    encoded.decode(),
                    _number(values, shape.energy),
                    _number(values, shape.power),
                    _number(values, shape.soc),
                    received_at_ms,
                )
            )
        rows = Rows(_INSERT_READING, readings)
        return (Rows(_INSERT_SHAPE, shapes), rows) if shapes else (rows,)

    def stored(self, parts: Sequence[Rows]) -> None:
        """Take note that these rows are durable, so their shapes need not be written again."""
        for part in parts:
            if part.statement is _INSERT_SHAPE:
                self._stored.update(row[0] for row in part.rows if isinstance(row[0], int))

    def _shape_of(self, samples: Sequence[SampledValue]) -> Shape:
        signature = tuple([(s.measurand, s.unit, s.context, s.phase, s.location, s.format) for s in samples])
        shape = self._shapes.get(signature)
        if shape is None:
            shape = self._shapes[signature] = make_shape(samples)
        return shape


def make_shape(samples: Sequence[SampledValue]) -> Shape:
    """The shape of these samples: what each one is, and which of them are the energy register, power and SoC."""
    described = [
        {
            name: str(value)
            for name in ("measurand", "unit", "context", "phase", "location", "format")
            if (value := getattr(sample, name)) is not UNSET
        }
        for sample in samples
    ]
    text = _encode(described)
    number = int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)
    return Shape(
        shape_id=number,
        seed=number & 0xFFFFFFFF,
        samples=text.decode(),
        energy=_column(samples, Measurand.ENERGY_ACTIVE_IMPORT_REGISTER),
        power=_column(samples, Measurand.POWER_ACTIVE_IMPORT),
        soc=_column(samples, Measurand.SOC),
    )


def register_column(samples: str) -> Column | None:
    """Which sample of a stored shape is the energy register; None if none is."""
    described = msgspec.json.decode(samples, type=list[dict[str, str]])
    # As words: those of OCPP are equal to their members, and others match nothing here either.
    words = [SampledValue(value="", **each) for each in described]  # type: ignore[arg-type]
    return _column(words, Measurand.ENERGY_ACTIVE_IMPORT_REGISTER)


def _column(samples: Sequence[SampledValue], measurand: Measurand) -> Column | None:
    """The first sample that is this measurand as a whole, at the outlet (or of the vehicle, as SoC is)."""
    for index, sample in enumerate(samples):
        # What is absent has a meaning: the energy register, in Wh, raw, at the outlet (MV-17).
        is_it = measurand == (
            Measurand.ENERGY_ACTIVE_IMPORT_REGISTER if sample.measurand is UNSET else sample.measurand
        )
        is_whole = sample.phase is UNSET and sample.format in (UNSET, ValueFormat.RAW)
        if is_it and is_whole and sample.location in (UNSET, Location.OUTLET, Location.EV):
            return Column(index, 1.0 if sample.unit is UNSET else _KILO.get(sample.unit, 1.0))
    return None


def _number(values: Sequence[str], column: Column | None) -> float | None:
    """The value as a number; None where it is none, which is no reason to refuse the reading (MV-16)."""
    if column is None:
        return None
    try:
        number = float(values[column.index]) * column.factor
    except ValueError:
        return None
    return number if isfinite(number) else None
