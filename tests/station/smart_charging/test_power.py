"""The hardware obeys the limits: read from the rig's own meters, second by second."""

from datetime import datetime

import pytest

from contactor.base.ids import OutletNumber
from contactor.hardware.commands import GrantPower
from contactor.ocpp.composite_schedule import Bound, Plan, bound
from tests.station.bench import Bench
from tests.station.smart_charging.spelling import composite, install, profile, text

OBEYS_WITHIN_S = 2.0


def power_w(bench: Bench, outlet: int = 1) -> float:
    # To the milliwatt: a limit becomes a current and a power again, and floats lose the last digit on the way.
    return round(bench.rig.read(OutletNumber(outlet)).power_w, 3)


def current_a(bench: Bench, outlet: int = 1) -> float:
    return bench.rig.read(OutletNumber(outlet)).current_a


def grants(bench: Bench, since: int) -> list[GrantPower]:
    """The grants among the commands given after the first `since`."""
    return [command for command in bench.commands[since:] if isinstance(command, GrantPower)]


def test_sc_18_a_new_limit_binds_a_running_charge_within_two_seconds() -> None:
    bench = Bench()
    bench.charge(for_s=60)
    assert power_w(bench) > 100_000
    install(bench, profile(1, {0: 30_000}))
    bench.wait(OBEYS_WITHIN_S)
    assert 29_000 < power_w(bench) <= 30_000
    bench.ask("ClearChargingProfile", {"id": 1})
    bench.wait(30)
    assert power_w(bench) > 100_000


def test_sc_16_each_period_begins_at_its_very_instant() -> None:
    """And nothing is commanded in between."""
    bench = Bench()
    bench.charge(for_s=40)
    install(bench, profile(1, {0: 60_000, 100: 20_000, 200: 40_000}, start=0, duration=300))
    bench.wait(OBEYS_WITHIN_S)
    for at_s, roof_w in ((100, 20_000), (200, 40_000), (300, 180_000)):
        before = len(bench.commands)
        bench.wait(at_s - bench.now_s - 0.001)
        assert grants(bench, before) == []
        bench.wait(0.001)
        assert [grant.limit_w for grant in grants(bench, before)] == [roof_w]
        bench.wait(OBEYS_WITHIN_S)
        assert power_w(bench) <= roof_w


def test_sc_16_the_periods_of_two_outlets_begin_each_at_their_own_instant() -> None:
    bench = Bench()
    bench.charge(1, for_s=20)
    bench.charge(2, "TAG-2", for_s=20)
    install(bench, profile(1, {0: 60_000, 50: 10_000}, start=0), connector=1)
    install(bench, profile(2, {0: 60_000, 55: 20_000}, start=0), connector=2)
    before = len(bench.commands)
    for at_s, expected in (
        (50, GrantPower(OutletNumber(1), 1, 10_000.0)),
        (55, GrantPower(OutletNumber(2), 1, 20_000.0)),
    ):
        assert bench.station.deadline_s == at_s
        bench.wait(at_s - bench.now_s)
        assert grants(bench, before)[-1] == expected
    assert len(grants(bench, before)) == 2


def test_mv_14_power_offered_is_the_limit() -> None:
    bench = Bench(initial={"MeterValuesSampledData": "Power.Offered"})
    bench.charge(for_s=30)
    install(bench, profile(1, {0: 30_000}))
    bench.wait(31)
    (sample,) = bench.calls("MeterValues")[-1]["meterValue"][0]["sampledValue"]
    assert float(sample["value"]) == pytest.approx(30_000)


def test_sc_21_a_schedule_goes_on_without_the_central_system() -> None:
    bench = Bench()
    bench.charge(for_s=40)
    install(bench, profile(1, {0: 60_000, 100: 20_000}, start=0))
    bench.lose_line()
    bench.wait(50)
    assert 50_000 < power_w(bench) <= 60_000
    bench.wait(12)
    assert power_w(bench) <= 20_000


def test_sc_21_without_a_profile_an_offline_charge_is_not_limited() -> None:
    bench = Bench()
    bench.lose_line()
    bench.charge(for_s=60)
    assert power_w(bench) > 100_000


# A limit of 0


def test_sc_29_at_limit_0_the_station_suspends_and_afterwards_goes_on() -> None:
    """C5, then E3; D-16: half an ampere for each module flows on, and the register counts it."""
    bench = Bench()
    bench.charge(for_s=60)
    install(bench, profile(1, {0: 0}))
    bench.wait(OBEYS_WITHIN_S)
    assert bench.statuses()[-1] == "SuspendedEVSE"
    modules = bench.rig.modules_granted(OutletNumber(1))
    assert modules >= 1
    assert current_a(bench) == pytest.approx(bench.product.charging_profiles.residual_a_per_module * modules)
    register_wh = bench.register_wh()
    bench.wait(600)
    assert bench.register_wh() > register_wh
    assert bench.calls("StopTransaction") == []
    bench.ask("ClearChargingProfile", {"id": 1})
    bench.wait(30)
    assert bench.statuses()[-2:] == ["SuspendedEVSE", "Charging"]
    assert power_w(bench) > 100_000


def test_sc_29_a_charge_that_begins_at_limit_0_is_suspended_from_the_start() -> None:
    """B5: Preparing to SuspendedEVSE."""
    bench = Bench()
    install(bench, profile(1, {0: 0, 60: 20_000}, kind="Relative"))
    bench.charge(for_s=30)
    assert bench.statuses() == ["Available", "Preparing", "SuspendedEVSE"]
    assert len(bench.calls("StartTransaction")) == 1
    bench.wait(30 + OBEYS_WITHIN_S)
    assert bench.statuses() == ["Available", "Preparing", "SuspendedEVSE", "Charging"]
    assert power_w(bench) <= 20_000


def test_st_06_a_car_that_pauses_at_limit_0_is_suspended_by_the_station() -> None:
    """Suspended by both sides shows as SuspendedEVSE; E4: the limit is lifted and the car does not start."""
    bench = Bench()
    bench.charge(for_s=60)
    bench.rig.limit_vehicle(OutletNumber(1), 0.0)
    bench.wait(1)
    assert bench.statuses()[-1] == "SuspendedEV"
    install(bench, profile(1, {0: 0}))
    bench.wait(1)
    assert bench.statuses()[-1] == "SuspendedEVSE"
    bench.ask("ClearChargingProfile", {"id": 1})
    bench.wait(1)
    assert bench.statuses()[-1] == "SuspendedEV"
    bench.rig.limit_vehicle(OutletNumber(1), 100_000.0)
    bench.wait(5)
    assert bench.statuses()[-1] == "Charging"


def test_d_15_at_the_smallest_limit_the_car_charges() -> None:
    bench = Bench()
    install(bench, profile(1, {0: 1000}))
    bench.charge(for_s=60)
    assert bench.statuses()[-1] == "Charging"
    assert 900 < power_w(bench) <= 1000


def test_sc_29_a_car_for_which_no_module_is_left_is_suspended() -> None:
    """B5; one healthy module of two, and two cars."""
    bench = Bench(model="EVD1S60TBB")
    bench.rig.fail_module(1)
    bench.wait(0)
    bench.charge(1)
    bench.charge(2, "TAG-2")
    assert bench.statuses(1)[-1] == "Charging"
    assert bench.statuses(2)[-1] == "SuspendedEVSE"
    bench.unplug(1)
    bench.wait(10)
    assert bench.statuses(2)[-1] == "Charging"


# Two outlets and the installation


@pytest.mark.parametrize("station_kw", [100, 31, 3])
def test_sc_12_both_outlets_together_stay_under_the_stations_limit(station_kw: int) -> None:
    """ChargeLimitedPower set by the installation (D-24), every second of five minutes, while a limit comes and goes."""
    bench = Bench(initial={"ChargeLimitedPower": str(station_kw), "ConnectorALimitedPower": "40"})
    install(bench, profile(1, {0: 90_000, 120: 0, 180: 2000, 240: 50_000}, start=0), connector=2)
    bench.plug(1)
    bench.badge("TAG-1")
    bench.plug(2, model="grand_tourer")
    bench.rig.touch_screen(OutletNumber(2))
    bench.wait(0)
    bench.badge("TAG-2")
    for _ in range(300):
        bench.wait(1)
        assert power_w(bench, 1) <= 40_000
        assert power_w(bench, 1) + power_w(bench, 2) <= station_kw * 1000
    assert bench.statuses(1)[-1] == "Charging"
    assert bench.statuses(2)[-1] == "Charging"


def test_d_24_connector_b_stays_under_its_own_limit() -> None:
    bench = Bench(initial={"ConnectorBLimitedPower": "25"})
    bench.charge(2, for_s=60)
    assert 24_000 < power_w(bench, 2) <= 25_000


def test_sc_12_an_outlet_holds_no_more_modules_than_the_stations_limit_can_feed() -> None:
    bench = Bench(initial={"ChargeLimitedPower": "60"})
    bench.charge()
    assert bench.rig.modules_granted(OutletNumber(1)) == 2


def test_sc_12_modules_are_taken_from_one_outlet_before_they_are_given_to_the_other() -> None:
    bench = Bench()
    bench.charge(1)
    bench.charge(2, "TAG-2")
    before = len(bench.commands)
    install(bench, profile(1, {0: 30_000}), connector=2)
    bench.ask("ClearChargingProfile", {"id": 1})
    install(bench, profile(1, {0: 30_000}), connector=1)
    assert [(grant.outlet, grant.modules) for grant in grants(bench, before)] == [
        (2, 1),
        (1, 5),
        (1, 3),
        (2, 3),
        (1, 1),
        (2, 5),
    ]


def test_sc_12_without_limits_two_cars_share_all_modules() -> None:
    bench = Bench()
    bench.charge(1)
    bench.charge(2, "TAG-2", for_s=60)
    assert [bench.rig.modules_granted(OutletNumber(outlet)) for outlet in (1, 2)] == [3, 3]
    assert power_w(bench, 1) + power_w(bench, 2) > 150_000


# CHAdeMO


def test_d_17_the_default_for_the_station_limits_ccs2_and_leaves_chademo_alone() -> None:
    bench = Bench(model="EVD1S180THB")
    install(bench, profile(1, {0: 0}), connector=0)
    bench.charge(1)
    bench.plug(2, model="old_hatchback")
    bench.rig.touch_screen(OutletNumber(2))
    bench.wait(0)
    bench.badge("TAG-2")
    bench.wait(60)
    assert bench.statuses(1)[-1] == "SuspendedEVSE"
    assert bench.statuses(2)[-1] == "Charging"
    assert power_w(bench, 2) > 35_000


def test_d_17_what_chademo_may_take_is_left_for_it() -> None:
    """60 kW for the station: the old car takes a module of 30 kW whatever it is told, so the other outlet has 30."""
    bench = Bench(model="EVD1S180THB", initial={"ChargeLimitedPower": "60"})
    bench.plug(2, model="old_hatchback")
    bench.badge("TAG-2")
    bench.wait(60)
    assert power_w(bench, 2) > 35_000
    bench.plug(1)
    bench.rig.touch_screen(OutletNumber(1))
    bench.wait(0)
    bench.badge("TAG-1")
    for _ in range(90):
        bench.wait(1)
        assert power_w(bench, 1) + power_w(bench, 2) <= 60_000
    assert 25_000 < power_w(bench, 1) <= 30_000
    assert 25_000 < power_w(bench, 2) <= 30_000


# The clock


def set_clock(bench: Bench, ahead_s: float) -> None:
    """Let the central system's next heartbeat set the station's clock ahead of the bench's."""
    bench.answers["Heartbeat"] = {"currentTime": text(bench.now_s + ahead_s)}
    assert bench.status_of_answer("TriggerMessage", {"requestedMessage": "Heartbeat"}) == "Accepted"


def test_clk_03_a_relative_profile_counts_real_seconds_when_the_clock_is_set() -> None:
    bench = Bench()
    bench.charge(for_s=40)
    install(bench, profile(1, {0: 60_000, 100: 20_000}, purpose="TxProfile", kind="Relative"))
    set_clock(bench, ahead_s=3600)
    bench.wait(59)
    assert power_w(bench) > 50_000
    assert composite(bench, 10) == {0: 60_000, 1: 20_000}
    bench.wait(1 + OBEYS_WITHIN_S)
    assert power_w(bench) <= 20_000


def test_clk_01_an_absolute_profile_goes_by_the_clock_as_it_is_set_at_once() -> None:
    bench = Bench()
    bench.charge(for_s=40)
    install(bench, profile(1, {0: 20_000}, start=3600))
    bench.wait(OBEYS_WITHIN_S)
    assert power_w(bench) > 100_000
    set_clock(bench, ahead_s=3600)
    bench.wait(OBEYS_WITHIN_S)
    assert power_w(bench) <= 20_000
    set_clock(bench, ahead_s=0)
    bench.wait(30)
    assert power_w(bench) > 100_000


# What it costs


def test_profiles_are_evaluated_once_until_their_next_change(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(initial={"MeterValueSampleInterval": "5"})
    bench.charge(for_s=40)
    install(bench, profile(1, {0: 60_000, 100: 20_000}, start=0))
    evaluations: list[float] = []

    def counted(plan: Plan, at: datetime) -> Bound:
        evaluations.append(bench.now_s)
        return bound(plan, at)

    monkeypatch.setattr("contactor.station.smart_charging.ceilings.bound", counted)
    bench.wait(260)
    assert evaluations == [100.0]
    assert len(bench.calls("MeterValues")) == 60
