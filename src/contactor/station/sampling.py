"""Turns one reading of the hardware into sampled values, as a list of measurands asks for (MV-03, MV-08)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from contactor.guide.entries import MeasurandEntry
from contactor.hardware.port import Reading
from contactor.ocpp.datatypes import SampledValue
from contactor.ocpp.enumerations import Location, Measurand, ReadingContext, UnitOfMeasure

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

    value: Callable[[Reading], float | None]
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
