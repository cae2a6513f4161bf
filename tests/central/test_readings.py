"""MeterValues as rows: shapes once, values each time, and the columns people ask for."""

import pytest

from contactor.central.queries import Queries
from contactor.central.readings import Metering, make_shape
from contactor.central.store.statement import Rows
from contactor.ocpp.datatypes import MeterValue, SampledValue
from contactor.ocpp.enumerations import Location, Measurand, Phase, ReadingContext, UnitOfMeasure, ValueFormat
from tests.central.bench import NOON, STATION, store_in

ENERGY = Measurand.ENERGY_ACTIVE_IMPORT_REGISTER


def sample(value: str = "1", **fields: object) -> SampledValue:
    return SampledValue(value=value, **fields)  # type: ignore[arg-type]  # optional fields by name


def rows_of(metering: Metering, *samples: SampledValue) -> tuple[Rows, ...]:
    return metering.rows(STATION, 7, 1, [MeterValue(timestamp=NOON, sampled_value=samples)], NOON)


def columns_of(*samples: SampledValue) -> tuple[object, object, object]:
    """Energy, power and state of charge of a reading."""
    rows = rows_of(Metering(), *samples)[-1]
    row = dict(zip(rows.statement.columns, rows.rows[0], strict=True))
    return row["energy_wh"], row["power_w"], row["soc_percent"]


def test_energy_power_and_soc_have_columns_of_their_own() -> None:
    assert columns_of(
        sample("99", measurand=Measurand.POWER_OFFERED, unit=UnitOfMeasure.W),
        sample("50000.5", measurand=Measurand.POWER_ACTIVE_IMPORT, unit=UnitOfMeasure.W),
        sample("1200", measurand=ENERGY, unit=UnitOfMeasure.WH),
        sample("80", measurand=Measurand.SOC, unit=UnitOfMeasure.PERCENT, location=Location.EV),
    ) == (1200, 50000.5, 80)


def test_mv_17_a_bare_value_is_the_energy_register_in_watt_hours() -> None:
    assert columns_of(sample("1200")) == (1200, None, None)


def test_kilowatt_hours_and_kilowatts_become_watt_hours_and_watts() -> None:
    assert columns_of(
        sample("1.25", unit=UnitOfMeasure.KWH),
        sample("50", measurand=Measurand.POWER_ACTIVE_IMPORT, unit=UnitOfMeasure.KW),
    ) == (1250, 50000, None)


@pytest.mark.parametrize(
    "other",
    [
        sample(phase=Phase.L1),
        sample(location=Location.INLET),
        sample(format=ValueFormat.SIGNED_DATA),
        sample(measurand=Measurand.ENERGY_ACTIVE_EXPORT_REGISTER),
    ],
)
def test_what_is_not_the_whole_register_at_the_outlet_is_not_taken_for_it(other: SampledValue) -> None:
    assert columns_of(other) == (None, None, None)


@pytest.mark.parametrize("value", ["", "full", "nan", "inf", "1,5", "0x10"])
def test_mv_16_a_value_that_is_no_number_is_kept_as_text_only(value: str) -> None:
    assert columns_of(sample(value)) == (None, None, None)


def test_a_shape_is_written_until_it_is_known_to_be_stored() -> None:
    metering = Metering()
    first = rows_of(metering, sample("1"))
    assert len(first) == len(rows_of(metering, sample("2"))) == 2
    metering.stored(first)
    assert len(rows_of(metering, sample("3"))) == 1
    assert len(rows_of(metering, sample("3", unit=UnitOfMeasure.WH))) == 2


def test_every_node_gives_a_shape_the_same_number() -> None:
    """Computed by hand from the shape's JSON with BLAKE2b of eight bytes: it must never change."""
    assert make_shape([sample("1")]).shape_id == make_shape([sample("2")]).shape_id
    assert make_shape([sample(measurand=ENERGY)]).shape_id != make_shape([sample()]).shape_id
    assert make_shape([sample()]).samples == "[{}]"
    assert make_shape([sample()]).shape_id == _number_of(b"[{}]")


def _number_of(text: bytes) -> int:
    from hashlib import blake2b

    number = int(blake2b(text, digest_size=8).hexdigest(), 16)
    return number - 2**64 if number >= 2**63 else number


def test_samples_come_back_as_they_were_sent(database: str) -> None:
    sent = (
        sample("12.50", measurand=ENERGY, unit=UnitOfMeasure.KWH, context=ReadingContext.SAMPLE_CLOCK),
        sample("x", format=ValueFormat.SIGNED_DATA, phase=Phase.L1_N, location=Location.CABLE),
    )
    with store_in(database) as engine:
        with engine.begin() as connection:
            for part in rows_of(Metering(), *sent):
                part.execute_on(connection)
        (view,) = Queries(engine).stray_readings(STATION)
    assert view.samples == (
        {"value": "12.50", "measurand": "Energy.Active.Import.Register", "unit": "kWh", "context": "Sample.Clock"},
        {"value": "x", "phase": "L1-N", "location": "Cable", "format": "SignedData"},
    )
    assert (view.claimed_id, view.taken_at, view.energy_wh) == (7, NOON, 12500)


def test_cs_06_the_same_values_of_another_shape_are_another_reading(database: str) -> None:
    """Two measurands may show the same number at the same instant."""
    with store_in(database) as engine:
        with engine.begin() as connection:
            for context in (ReadingContext.SAMPLE_CLOCK, ReadingContext.SAMPLE_PERIODIC, ReadingContext.SAMPLE_CLOCK):
                for part in rows_of(Metering(), sample("5", context=context)):
                    part.execute_on(connection)
        assert len(Queries(engine).stray_readings(STATION)) == 2
