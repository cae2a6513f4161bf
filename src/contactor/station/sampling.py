"""Turns one reading of the hardware into sampled values, as a list of measurands asks for (MV-03, MV-08).

Either into objects for a message, or, as a charging station does all day, straight into the text of one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import attrgetter
from typing import NamedTuple

from contactor.base.ids import ConnectorId
from contactor.base.instants import to_text
from contactor.guide.entries import MeasurandEntry
from contactor.hardware.port import Reading
from contactor.ocpp.codec import write_payload
from contactor.ocpp.datatypes import MeterValue, SampledValue
from contactor.ocpp.enumerations import Location, Measurand, ReadingContext, UnitOfMeasure
from contactor.ocpp.messages import MeterValues
from contactor.station.outbox import UNKNOWN_TRANSACTION

_VALUES: Mapping[str, Callable[[Reading], float | None]] = {
    Measurand.ENERGY_ACTIVE_IMPORT_REGISTER: attrgetter("register_wh"),
    Measurand.POWER_ACTIVE_IMPORT: attrgetter("power_w"),
    Measurand.POWER_OFFERED: attrgetter("offered_w"),
    Measurand.CURRENT_IMPORT: attrgetter("current_a"),
    Measurand.CURRENT_OFFERED: attrgetter("offered_a"),
    Measurand.SOC: attrgetter("soc_percent"),
    Measurand.VOLTAGE: attrgetter("voltage_v"),
}


class Column(NamedTuple):
    """One measurand: where its value is found, and the words it is sent with."""

    read: Callable[[Reading], float | None]
    measurand: Measurand
    unit: UnitOfMeasure
    location: Location


def columns_of(names: Iterable[str], measurands: Mapping[str, MeasurandEntry]) -> tuple[Column, ...]:
    """The columns of a list of measurands, in its order; no names at all mean the register (MV-03)."""
    entries = [measurands[name] for name in names] or [measurands[Measurand.ENERGY_ACTIVE_IMPORT_REGISTER]]
    return tuple(_column(entry.measurand, entry.unit, entry.location) for entry in entries)


def sampled(columns: Sequence[Column], reading: Reading, context: ReadingContext) -> tuple[SampledValue, ...]:
    """What a reading has of some columns; a vehicle that tells no state of charge has no value for it."""
    return tuple(
        [
            SampledValue(value=as_text(value), context=context, measurand=measurand, unit=unit, location=location)
            for read, measurand, unit, location in columns
            if (value := read(reading)) is not None
        ]
    )


class ReadingForm:
    """MeterValues of a transaction at one connector, written but for the instant and the values.

    What stays the same from reading to reading is spelled and checked once; instants and decimal numbers, which fill
    the gaps, break no schema.
    """

    __slots__ = ("_columns", "_connector_id", "_context", "_reads", "_text")

    def __init__(self, columns: Sequence[Column], connector_id: ConnectorId, context: ReadingContext) -> None:
        self._columns = columns
        self._connector_id = connector_id
        self._context = context
        self._reads = tuple([column.read for column in columns])
        message = MeterValues(
            connector_id=connector_id,
            transaction_id=UNKNOWN_TRANSACTION,  # it is put in when the message leaves (TX-07)
            meter_value=(MeterValue(timestamp=_GAP_INSTANT, sampled_value=_gaps(columns, context)),),
        )
        text = write_payload(message).decode().replace("%", "%%")
        self._text = text.replace(to_text(_GAP_INSTANT), "%s").replace(f'"value":"{_GAP}"', '"value":"%s"')

    def filled(self, instant: datetime, reading: Reading) -> bytes | None:
        """The payload for one reading; None if it has none of the values."""
        texts = [as_text(value) for read in self._reads if (value := read(reading)) is not None]
        if len(texts) < len(self._reads):
            form = self._for_what_is_in(reading)
            return None if form is None else form.filled(instant, reading)
        return (self._text % (to_text(instant), *texts)).encode()

    def _for_what_is_in(self, reading: Reading) -> "ReadingForm | None":
        columns = tuple([column for column in self._columns if column.read(reading) is not None])
        return form_of(columns, self._connector_id, self._context) if columns else None


form_of = lru_cache(maxsize=256)(ReadingForm)
"""One form for all stations that sample the same."""

_GAP = "@"
_GAP_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)


def _gaps(columns: Iterable[Column], context: ReadingContext) -> tuple[SampledValue, ...]:
    return tuple(
        [
            SampledValue(value=_GAP, context=context, measurand=measurand, unit=unit, location=location)
            for _, measurand, unit, location in columns
        ]
    )


@cache
def _column(measurand: str, unit: str, location: str) -> Column:
    """The guide's texts as members, once for all stations; to look a member up costs more than to write it down."""
    return Column(_VALUES[measurand], Measurand(measurand), UnitOfMeasure(unit), Location(location))


def as_text(value: float) -> str:
    """A number as meter values write it: decimal digits, no exponent, no more than three decimals (MV-08)."""
    if type(value) is int:
        return str(value)
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
