"""Schedules in amperes, and the maximum of the whole station (SC-01..29 as plain OCPP has them)."""

import pytest

from tests.station.bench import Bench
from tests.station.generic.spelling import current_a, generic, power_w
from tests.station.smart_charging.spelling import composite, install, profile

MAXIMUM = "ChargePointMaxProfile"
SETTLES_S = 5


@pytest.mark.parametrize("car", ["saloon", "grand_tourer"])
def test_sc_07_amperes_are_kept_at_any_voltage(car: str) -> None:
    bench = generic()
    bench.plug(1, model=car)
    bench.badge()
    bench.wait(60)
    assert current_a(bench) > 100
    assert install(bench, profile(1, {0: 80}, unit="A")) == "Accepted"
    bench.wait(SETTLES_S)
    assert current_a(bench) == pytest.approx(80)
    bench.wait(600)
    assert current_a(bench) == pytest.approx(80)


def test_sc_10_units_stack_and_each_period_counts_in_its_own() -> None:
    bench = generic()
    bench.charge(for_s=60)
    install(bench, profile(1, {0: 20_000}, level=0))
    install(bench, profile(2, {0: 40}, level=1, unit="A", duration=120, start=bench.now_s))
    bench.wait(SETTLES_S)
    assert current_a(bench) == pytest.approx(40)
    bench.wait(150)
    assert power_w(bench) == pytest.approx(20_000, rel=0.01)


def test_sc_24_a_composite_is_told_in_the_unit_asked_for_at_the_nominal_voltage() -> None:
    bench = generic()
    install(bench, profile(1, {0: 100, 60: 50}, unit="A"))
    assert composite(bench, 90) == {0: 40_000, 60: 20_000}
    assert composite(bench, 90, chargingRateUnit="A") == {0: 100, 60: 50}


@pytest.mark.parametrize("limit", [4.9, -1, 0.1])
def test_sc_07_amperes_that_cannot_be_kept_are_rejected(limit: float) -> None:
    assert install(generic(), profile(1, {0: limit}, unit="A")) == "Rejected"


def test_sc_29_a_limit_of_no_amperes_suspends() -> None:
    bench = generic()
    bench.charge(for_s=60)
    install(bench, profile(1, {0: 0}, unit="A"))
    bench.wait(SETTLES_S)
    assert bench.statuses(1)[-1] == "SuspendedEVSE"
    assert current_a(bench) < 5


def test_d_14_the_evlink_still_takes_no_amperes_and_no_maximum() -> None:
    bench = Bench()
    assert install(bench, profile(1, {0: 80}, unit="A")) == "NotSupported"
    assert install(bench, profile(1, purpose=MAXIMUM), 0) == "NotSupported"


# The maximum of the station


def test_sc_12_a_maximum_bounds_all_connectors_together() -> None:
    bench = generic()
    for outlet in (1, 2):
        bench.charge(outlet, f"TAG-{outlet}", for_s=40)
    assert power_w(bench, 1) + power_w(bench, 2) > 100_000
    assert install(bench, profile(1, {0: 50_000}, purpose=MAXIMUM), 0) == "Accepted"
    bench.wait(SETTLES_S)
    assert 45_000 < power_w(bench, 1) + power_w(bench, 2) <= 50_000


def test_sc_12_a_maximum_is_followed_from_period_to_period() -> None:
    bench = generic()
    bench.charge(for_s=60)
    install(bench, profile(1, {0: 30_000, 100: 10_000}, purpose=MAXIMUM, duration=200), 0)
    bench.wait(50)
    assert power_w(bench) == pytest.approx(30_000, rel=0.01)
    bench.wait(60)  # and it counts from when it was installed, having named no start
    assert power_w(bench) == pytest.approx(10_000, rel=0.01)
    bench.wait(150)
    assert power_w(bench) > 100_000


def test_sc_12_of_a_maximum_and_a_transactions_own_profile_the_lesser_counts() -> None:
    bench = generic()
    install(bench, profile(1, {0: 20_000}), 1)
    install(bench, profile(2, {0: 60_000, 60: 10_000}, purpose=MAXIMUM), 0)
    assert composite(bench, 120, 1) == {0: 20_000, 60: 10_000}
    assert composite(bench, 120, 2) == {0: 60_000, 60: 10_000}
    assert composite(bench, 120, 0) == {0: 60_000, 60: 10_000}


def test_sc_24_the_vector_of_tc_066_with_its_station_maximum() -> None:
    """SC-11, SC-12: a TxProfile silences the default, and the maximum stands above both."""
    bench = generic()
    default = {0: 6000, 60: 10_000, 120: 8000, 180: 15_000, 260: 8000}
    install(bench, profile(1, {0: 10_000, 80: 12_000, 180: 9000}, purpose=MAXIMUM, start=0, duration=400), 0)
    install(bench, profile(2, default, start=0, duration=300), 1)
    assert composite(bench, 300) == {0: 6000, 60: 10_000, 120: 8000, 180: 9000, 260: 8000}


def test_sc_02_a_maximum_is_for_connector_0_and_relative_to_nothing() -> None:
    bench = generic()
    assert install(bench, profile(1, purpose=MAXIMUM), 1) == "Rejected"
    assert install(bench, profile(1, purpose=MAXIMUM, kind="Relative"), 0) == "Rejected"


def test_sc_05_a_maximum_replaces_no_default_of_the_same_level() -> None:
    bench = generic()
    install(bench, profile(1, {0: 20_000}), 0)
    install(bench, profile(2, {0: 60_000}, purpose=MAXIMUM), 0)
    assert composite(bench, 60, 1) == {0: 20_000}
    clear = {"chargingProfilePurpose": "TxDefaultProfile"}
    assert bench.status_of_answer("ClearChargingProfile", clear) == "Accepted"
    assert composite(bench, 60, 1) == {0: 60_000}


def test_sc_20_a_maximum_outlasts_a_power_cut() -> None:
    bench = generic()
    install(bench, profile(2, {0: 60_000, 1000: 10_000}, purpose=MAXIMUM), 0)
    bench.power_cut(away_s=500)
    assert composite(bench, 1000, 0) == {0: 60_000, 500: 10_000}
