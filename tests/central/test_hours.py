"""The hours of a transaction add up to its energy, whatever its readings are worth (CS-17)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.base.ids import ConnectorId, IdTag, StationId
from contactor.central.hours import hours_of
from contactor.central.store.schema import TransactionState
from contactor.central.views import ReadingView, TransactionView
from contactor.ocpp.enumerations import AuthorizationStatus, StopReason

BEGIN = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
METER = 1000


def transaction(minutes: float | None, energy_wh: float | None) -> TransactionView:
    stopped_at = None if minutes is None else BEGIN + timedelta(minutes=minutes)
    return TransactionView(
        transaction_id=17,
        station_id=StationId("RDAM-01"),
        connector_id=ConnectorId(1),
        id_tag=IdTag("TAG-1"),
        tag_status=AuthorizationStatus.ACCEPTED,
        state=TransactionState.OPEN if minutes is None else TransactionState.STOPPED,
        started_at=BEGIN,
        stopped_at=stopped_at,
        meter_start_wh=METER,
        meter_stop_wh=None if minutes is None or energy_wh is None else METER + round(energy_wh),
        energy_wh=energy_wh,
        stop_reason=None if minutes is None else StopReason.LOCAL,
        readings=0,
        suspicions=(),
    )


def reading(minutes: float, energy_wh: float | None) -> ReadingView:
    at = BEGIN + timedelta(minutes=minutes)
    register = None if energy_wh is None else METER + energy_wh
    return ReadingView(ConnectorId(1), 17, at, at, register, None, None, ())


def told(view: TransactionView, *readings: ReadingView) -> list[tuple[int, int]]:
    return [(each.hour.hour, each.energy_wh) for each in hours_of(view, readings)]


def test_without_readings_the_energy_is_spread_evenly() -> None:
    assert told(transaction(120, 4000)) == [(12, 1000), (13, 2000), (14, 1000)]


def test_readings_say_when_the_energy_flowed() -> None:
    found = told(transaction(120, 4000), reading(15, 3000), reading(60, 3000), reading(90, 3200))
    assert found == [(12, 3000), (13, 200), (14, 800)]


def test_within_one_hour_all_of_it_is_that_hour_s() -> None:
    assert told(transaction(30, 777)) == [(12, 777)]


def test_a_transaction_that_goes_on_is_told_up_to_its_latest_reading() -> None:
    assert told(transaction(None, 3000), reading(30, 2000), reading(45, 3000)) == [(12, 2000), (13, 1000)]


@pytest.mark.parametrize("view", [transaction(None, None), transaction(60, 0)])
def test_where_no_energy_is_known_there_are_no_hours(view: TransactionView) -> None:
    assert told(view) == []


def test_a_clock_that_was_wrong_for_years_makes_no_million_rows() -> None:
    assert told(transaction(60 * 24 * 365 * 30, 4000)) == [(12, 4000)]


@given(
    minutes=st.floats(1, 5000),
    energy_wh=st.integers(1, 500_000),
    readings=st.lists(st.tuples(st.floats(-100, 6000), st.none() | st.floats(-1000, 600_000)), max_size=30),
)
def test_cs_17_the_hours_add_up_and_none_is_negative(
    minutes: float, energy_wh: int, readings: list[tuple[float, float | None]]
) -> None:
    hours = hours_of(transaction(minutes, energy_wh), [reading(*each) for each in sorted(readings, key=lambda r: r[0])])
    assert sum(each.energy_wh for each in hours) == energy_wh
    assert min(each.energy_wh for each in hours) >= 0
    starts = [each.hour for each in hours]
    assert starts == [starts[0] + timedelta(hours=number) for number in range(len(starts))]
