"""GetCompositeSchedule as the central system sees it."""

import pytest

from contactor.rig.power_module import MODULE_POWER_W
from tests.station.bench import Bench, Payload
from tests.station.smart_charging.spelling import composite, install, profile


def test_sc_24_the_answer_has_the_members_ocpp_wants_and_no_other() -> None:
    bench = Bench()
    bench.wait(7.4)
    install(bench, profile(1, {0: 20_000}))
    answer = bench.ask("GetCompositeSchedule", {"connectorId": 1, "duration": 300, "chargingRateUnit": "W"})
    assert answer[2] == {
        "status": "Accepted",
        "connectorId": 1,
        "scheduleStart": "2026-03-01T12:00:07Z",
        "chargingSchedule": {
            "duration": 300,
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 20_000.0}],
        },
    }


def test_sc_25_tc_056_without_a_transaction_one_is_thought_to_begin_now() -> None:
    """A TxDefaultProfile of 6000 W without startSchedule."""
    bench = Bench()
    assert install(bench, profile(1, {0: 6000, 60: 8000}, duration=300)) == "Accepted"
    bench.wait(1000.7)
    assert composite(bench, 400) == {0: 6000, 60: 8000, 300: 180_000}


def test_tc_057_a_tx_profile_is_what_the_composite_schedule_says() -> None:
    """TC_057: with an ongoing transaction; SC-14: counted from the transaction's start, 30 s ago."""
    bench = Bench()
    bench.charge(for_s=30)
    wire = profile(1, {0: 6000, 50: 8000}, purpose="TxProfile", kind="Relative", transactionId=101)
    assert install(bench, wire) == "Accepted"
    assert composite(bench, 100) == {0: 6000, 20: 8000}


def test_sc_14_a_relative_profile_sent_late_is_counted_from_the_start_of_the_transaction() -> None:
    bench = Bench()
    bench.charge(for_s=100)
    install(bench, profile(1, {0: 20_000, 90: 30_000, 150: 40_000}, purpose="TxProfile", kind="Relative"))
    assert composite(bench, 100) == {0: 30_000, 50: 40_000}


def test_sc_10_tc_072_stacked_profiles() -> None:
    bench = Bench()
    install(bench, profile(1, {0: 6000, 100: 8000, 200: 10_000}, level=0, duration=400))
    install(bench, profile(2, {0: 7000, 100: 9000}, level=1, duration=150))
    assert composite(bench, 350) == {0: 7000, 100: 9000, 150: 8000, 200: 10_000}


def test_sc_11_tc_066_reduced_to_what_this_station_supports() -> None:
    bench = Bench()
    bench.charge(for_s=30)
    install(bench, profile(1, {0: 6000, 60: 10_000, 120: 8000, 180: 15_000, 260: 8000}, start=30, duration=300))
    install(
        bench,
        profile(
            2,
            {0: 8000, 50: 11_000, 140: 16_000, 200: 6000, 240: 12_000},
            start=30,
            duration=260,
            purpose="TxProfile",
            transactionId=101,
        ),
    )
    assert composite(bench, 400) == {0: 8000, 50: 11_000, 140: 16_000, 200: 6000, 240: 12_000, 260: 180_000}


@pytest.mark.parametrize("order", ["station first", "connector first"])
def test_sc_06_the_default_of_a_connector_goes_before_the_stations(order: str) -> None:
    bench = Bench()
    steps = [(profile(1, {0: 20_000}), 0), (profile(2, {0: 10_000}), 1)]
    for wire, connector in steps if order == "station first" else reversed(steps):
        assert install(bench, wire, connector) == "Accepted"
    assert composite(bench, 60, connector=1) == {0: 10_000}
    assert composite(bench, 60, connector=2) == {0: 20_000}
    bench.ask("ClearChargingProfile", {"id": 2})
    assert composite(bench, 60, connector=1) == {0: 20_000}


def test_sc_24_equal_neighbours_are_one_period() -> None:
    bench = Bench()
    install(bench, profile(1, {0: 20_000, 60: 20_000, 120: 30_000, 180: 400_000, 240: 500_000}))
    assert composite(bench, 300) == {0: 20_000, 120: 30_000, 180: 180_000}


def test_sc_24_periods_end_with_the_duration_asked_for() -> None:
    bench = Bench()
    install(bench, profile(1, {0: 20_000, 60: 30_000, 61: 40_000}))
    assert composite(bench, 60) == {0: 20_000}
    assert composite(bench, 61) == {0: 20_000, 60: 30_000}


def test_sc_26_without_a_profile_there_is_one_period_with_the_connectors_own_limit() -> None:
    bench = Bench(initial={"ConnectorALimitedPower": "90"})
    assert composite(bench, 86_400, connector=1) == {0: 90_000}
    assert composite(bench, 86_400, connector=2) == {0: 180_000}


def test_d_24_the_limits_of_the_installation_default_to_the_model() -> None:
    bench = Bench(model="EVD1S120TBB", initial={"ConnectorBLimitedPower": "50"})
    answer = bench.ask(
        "GetConfiguration", {"key": ["ChargeLimitedPower", "ConnectorALimitedPower", "ConnectorBLimitedPower"]}
    )
    assert [(each["value"], each["readonly"]) for each in answer[2]["configurationKey"]] == [
        ("120", True),
        ("120", True),
        ("50", True),
    ]
    assert composite(bench, 60, connector=1) == {0: 120_000}
    assert composite(bench, 60, connector=2) == {0: 50_000}


def test_sc_27_connector_0_is_the_sum_of_all_under_the_stations_limit() -> None:
    bench = Bench()
    assert composite(bench, 60, connector=0) == {0: 180_000}
    install(bench, profile(1, {0: 50_000}), connector=0)
    assert composite(bench, 60, connector=0) == {0: 100_000}
    install(bench, profile(2, {0: 50_000, 20: 8000.1, 30: 8000.3}), connector=1)
    assert composite(bench, 60, connector=0) == {0: 100_000, 20: 58_000.1, 30: 58_000.3}


def test_sc_27_a_chademo_outlet_counts_with_all_it_may_take() -> None:
    bench = Bench(model="EVD1S180THB", initial={"ConnectorBLimitedPower": "60"})
    install(bench, profile(1, {0: 50_000}), connector=0)
    assert composite(bench, 60, connector=0) == {0: 110_000}


def test_sc_12_what_broken_modules_cannot_give_is_not_promised() -> None:
    bench = Bench()
    bench.rig.fail_module(1)
    bench.rig.fail_module(2)
    bench.wait(0)
    assert composite(bench, 60) == {0: 4 * MODULE_POWER_W}
    assert composite(bench, 60, connector=0) == {0: 4 * MODULE_POWER_W}


IMPOSSIBLE: dict[str, Payload] = {
    "unknown connector": {"connectorId": 3, "duration": 60},
    "duration 0": {"connectorId": 1, "duration": 0},
    "duration -1": {"connectorId": 1, "duration": -1},
    "unit A": {"connectorId": 1, "duration": 60, "chargingRateUnit": "A"},
    "CHAdeMO": {"connectorId": 2, "duration": 60},
}


@pytest.mark.parametrize("request_", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_sc_28_what_cannot_be_composed_is_rejected_without_a_schedule(request_: Payload) -> None:
    """D-17: the CHAdeMO connector is one of these."""
    answer = Bench(model="EVD1S180THB").ask("GetCompositeSchedule", request_)
    assert answer[2] == {"status": "Rejected"}


def test_sc_28_a_unit_ocpp_does_not_have_is_a_violation() -> None:
    answer = Bench().ask("GetCompositeSchedule", {"connectorId": 1, "duration": 60, "chargingRateUnit": "kW"})
    assert answer[0] == 4
    assert answer[2] == "PropertyConstraintViolation"


def test_sc_24_the_longest_duration_that_can_be_asked_for_is_answered() -> None:
    bench = Bench()
    longest = 2**63 - 1
    assert composite(bench, longest) == {0: 180_000}
    install(bench, profile(1, {0: 20_000, 3600: 30_000}, kind="Recurring", recurrencyKind="Daily", start=0))
    answer = bench.ask("GetCompositeSchedule", {"connectorId": 0, "duration": longest})
    schedule = answer[2]["chargingSchedule"]
    assert schedule["duration"] == 500 * 86_400
    assert len(schedule["chargingSchedulePeriod"]) == 1


def test_sc_18_tc_082_a_default_that_comes_during_a_transaction_applies_at_once() -> None:
    bench = Bench()
    bench.charge(for_s=30)
    assert composite(bench, 60) == {0: 180_000}
    install(bench, profile(1, {0: 40_000}))
    assert composite(bench, 60) == {0: 40_000}
    install(bench, profile(1, {0: 30_000}))
    assert composite(bench, 60) == {0: 30_000}
    bench.ask("ClearChargingProfile", {"id": 1})
    assert composite(bench, 60) == {0: 180_000}
