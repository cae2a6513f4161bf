"""One outlet under command: times, currents and energies computed by hand for 400 V without resistance."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from contactor.base.ids import OutletNumber
from contactor.hardware.commands import AllowEnergy, GrantPower, StopEnergy
from contactor.hardware.signals import (
    CablePlugged,
    CableUnplugged,
    DemandChanged,
    EnergyFlowing,
    EnergyOff,
    Signal,
    VehicleEnded,
    VehiclePaused,
)
from contactor.rig.outlet_moves import OutletState
from contactor.rig.plug import PlugKind
from contactor.rig.rig import Rig
from contactor.rig.vehicle import Pause, Vehicle
from contactor.rig.vehicle_model import VehicleModel

ONE, TWO = OutletNumber(1), OutletNumber(2)
Start = Callable[..., None]


def told(rig: Rig, until_s: float) -> list[tuple[float, Signal]]:
    """Advance deadline by deadline, and note when each signal was told."""
    heard: list[tuple[float, Signal]] = []
    while (due_s := rig.deadline_s) is not None and due_s <= until_s:
        heard += [(due_s, signal) for signal in rig.advance(due_s)]
    rig.advance(until_s)
    return heard


def test_energy_flows_after_check_precharge_and_the_first_half_second_of_the_ramp(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    states = []
    for moment_s in (0.0, 3.9, 4.0, 5.0, 5.5):
        rig.advance(moment_s)
        states.append((rig.state(ONE), rig.read(ONE).voltage_v, rig.read(ONE).current_a))
    assert states == [
        (OutletState.CHECKING, 0.0, 0.0),
        (OutletState.CHECKING, 0.0, 0.0),
        (OutletState.PRECHARGING, 0.0, 0.0),
        (OutletState.READY, 400.0, 0.0),
        (OutletState.FLOWING, 400.0, 10.0),
    ]


def test_the_ramp_to_150_amperes_and_a_minute_at_60_kilowatts_are_1058_watt_hours(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(12.5)  # 20 A/s in halves of a second from 5.0: 150 A are reached at 12.5
    ramp_wh = sum(range(0, 150, 10)) * 400.0 * 0.5 / 3600
    assert rig.energy_delivered_wh(ONE) == pytest.approx(ramp_wh) == pytest.approx(58.3333333)
    assert rig.read(ONE).power_w == pytest.approx(60_000.0)
    rig.advance(72.5)
    assert rig.energy_delivered_wh(ONE) == pytest.approx(1058.3333333)
    assert rig.read(ONE).register_wh == 1058


def test_charge_rises_by_what_was_delivered_where_nothing_is_lost(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(615.0)
    gained = rig.energy_delivered_wh(ONE) / 60_000.0
    assert rig.read(ONE).soc_percent == int(100 * (0.2 + gained)) == 36


def test_resistance_heats_the_cable_and_the_battery_gets_the_rest(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    # (400 V + 0.1 ohm * 100 A) * 100 A = 41 kW at the plug, of which 1 kW is heat
    model = replace(bench_model, power_max_w=41_000.0, resistance_ohm=0.1)
    vehicle = Vehicle(model, soc=0.2)
    start(vehicle)
    rig.advance(60.0)
    reading = rig.read(ONE)
    assert (reading.current_a, reading.voltage_v, reading.power_w) == pytest.approx((100.0, 410.0, 41_000.0))
    before_wh, charge_before_wh = rig.energy_delivered_wh(ONE), vehicle.charge_wh
    rig.advance(420.0)
    assert rig.energy_delivered_wh(ONE) - before_wh == pytest.approx(4_100.0)
    assert vehicle.charge_wh - charge_before_wh == pytest.approx(4_000.0)


def test_stop_ramps_down_by_100_amperes_a_second_and_then_tells(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(60.0)
    rig.obey(StopEnergy(ONE))
    rig.obey(StopEnergy(ONE))
    currents_a = []
    for moment_s in (60.0, 60.5, 61.0):
        assert rig.advance(moment_s) == []
        currents_a.append(rig.read(ONE).current_a)
    assert currents_a == pytest.approx([150.0, 100.0, 50.0])
    assert rig.advance(61.5) == [EnergyOff(ONE)]
    assert (rig.state(ONE), rig.read(ONE).voltage_v, rig.deadline_s) == (OutletState.PLUGGED, 0.0, None)


def test_energy_allowed_again_while_stopping_begins_anew_after_the_stop(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(60.0)
    rig.obey(StopEnergy(ONE))
    rig.obey(AllowEnergy(ONE))
    assert told(rig, 80.0) == [(61.5, EnergyOff(ONE)), (67.0, EnergyFlowing(ONE))]


def test_a_second_stop_takes_back_an_energy_allowed_while_stopping(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(60.0)
    for command in (StopEnergy(ONE), AllowEnergy(ONE), StopEnergy(ONE)):
        rig.obey(command)
    assert told(rig, 80.0) == [(61.5, EnergyOff(ONE))]


@pytest.mark.parametrize("moment_s", [2.0, 4.5])
def test_stop_before_any_current_is_answered_at_once(
    rig: Rig, start: Start, bench_model: VehicleModel, moment_s: float
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(moment_s)
    rig.obey(StopEnergy(ONE))
    assert rig.deadline_s == moment_s
    assert rig.advance(100.0) == [EnergyOff(ONE)]
    assert rig.state(ONE) is OutletState.PLUGGED


def test_stop_is_answered_even_where_nothing_is_on_or_plugged(rig: Rig) -> None:
    rig.obey(StopEnergy(ONE))
    assert rig.advance(0.0) == [EnergyOff(ONE)]


def test_allowing_energy_without_a_vehicle_is_refused_and_not_remembered(rig: Rig, bench_model: VehicleModel) -> None:
    rig.obey(GrantPower(ONE, 4, 120_000.0))
    rig.obey(AllowEnergy(ONE))
    rig.plug(ONE, Vehicle(bench_model, soc=0.2))
    assert rig.advance(60.0) == [CablePlugged(ONE)]


def test_allowing_twice_changes_nothing(rig: Rig, start: Start, bench_model: VehicleModel) -> None:
    start(Vehicle(bench_model, soc=0.2))
    assert rig.advance(3.0) == [CablePlugged(ONE)]
    rig.obey(AllowEnergy(ONE))
    assert rig.advance(5.5) == [EnergyFlowing(ONE)]
    rig.obey(AllowEnergy(ONE))
    assert rig.advance(60.0) == []


def test_d_16_at_limit_0_four_modules_at_400_volts_keep_2_amperes_or_800_watts_and_the_register_counts(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(60.0)
    rig.obey(GrantPower(ONE, 4, 0.0))
    reading = rig.read(ONE)
    assert (reading.current_a, reading.voltage_v, reading.power_w) == (2.0, 400.0, 800.0)
    assert (reading.offered_w, reading.offered_a) == (0.0, 0.0)
    before_wh = rig.energy_delivered_wh(ONE)
    assert rig.advance(3660.0) == []  # no pause: the vehicle would take more
    assert rig.energy_delivered_wh(ONE) - before_wh == pytest.approx(800.0)


@pytest.mark.parametrize(("modules", "residual_a"), [(1, 0.5), (2, 1.0), (3, 1.5)])
def test_d_16_each_granted_module_leaves_half_an_ampere(
    rig: Rig, start: Start, bench_model: VehicleModel, modules: int, residual_a: float
) -> None:
    start(Vehicle(bench_model, soc=0.2), modules=modules, limit_w=0.0)
    assert told(rig, 60.0) == [(0.0, CablePlugged(ONE)), (5.5, EnergyFlowing(ONE))]
    assert rig.read(ONE).current_a == residual_a


def test_d_16_without_modules_nothing_flows_and_nothing_is_told_until_there_are_some(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2), modules=0, limit_w=0.0)
    assert told(rig, 60.0) == [(0.0, CablePlugged(ONE))]
    assert (rig.state(ONE), rig.deadline_s) == (OutletState.READY, None)
    rig.obey(GrantPower(ONE, 1, 30_000.0))
    assert told(rig, 70.0) == [(60.5, EnergyFlowing(ONE))]
    rig.obey(GrantPower(ONE, 0, 0.0))
    assert (rig.state(ONE), rig.read(ONE).current_a) == (OutletState.READY, 0.0)


def test_a_vehicle_that_asks_for_less_than_the_residual_gets_what_it_asks(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(replace(bench_model, power_max_w=400.0), soc=0.2), limit_w=0.0)
    rig.advance(60.0)
    assert rig.read(ONE).current_a == 1.0


def test_d_17_chademo_does_not_follow_a_limit_and_its_modules_bound_it(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    hatchback = replace(bench_model, plug=PlugKind.CHADEMO, power_max_w=44_000.0)
    start(Vehicle(hatchback, soc=0.2), outlet=2, modules=2, limit_w=0.0)
    rig.advance(60.0)
    assert (rig.read(TWO).power_w, rig.read(TWO).offered_w) == pytest.approx((44_000.0, 50_000.0))
    rig.obey(GrantPower(TWO, 1, 0.0))
    assert (rig.read(TWO).power_w, rig.read(TWO).offered_w) == pytest.approx((30_000.0, 30_000.0))
    rig.obey(GrantPower(TWO, 0, 0.0))
    assert (rig.read(TWO).power_w, rig.read(TWO).current_a) == (0.0, 0.0)


def test_a_lower_limit_binds_at_once_and_a_higher_one_ramps(rig: Rig, start: Start, bench_model: VehicleModel) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(60.25)
    rig.obey(GrantPower(ONE, 4, 20_000.0))
    assert rig.read(ONE).power_w == pytest.approx(20_000.0)
    rig.advance(90.25)
    rig.obey(GrantPower(ONE, 4, 40_000.0))
    assert rig.read(ONE).power_w == pytest.approx(20_000.0)
    rig.advance(90.75)
    assert rig.read(ONE).power_w == pytest.approx(24_000.0)
    rig.advance(93.25)  # 50 A more at 20 A/s
    assert rig.read(ONE).power_w == pytest.approx(40_000.0)


def test_a_grant_given_again_does_not_even_move_the_next_step(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(60.25)
    due_s = rig.deadline_s
    rig.obey(GrantPower(ONE, 4, 120_000.0))
    assert rig.deadline_s == due_s == 60.5


def test_mv_14_offered_is_the_least_of_limit_modules_and_rating(rig: Rig, bench_model: VehicleModel) -> None:
    offered = []
    rig.plug(ONE, Vehicle(bench_model, soc=0.2))
    for modules, limit_w in ((0, 50_000.0), (1, 50_000.0), (4, 50_000.0), (4, 200_000.0)):
        rig.obey(GrantPower(ONE, modules, limit_w))
        offered.append((rig.read(ONE).offered_w, rig.read(ONE).offered_a))
    # The cable's 300 A at 400 V and the four modules both end at 120 kW.
    assert offered == [(0.0, 0.0), (30_000.0, 75.0), (50_000.0, 125.0), (120_000.0, 300.0)]


def test_without_a_vehicle_the_grant_is_offered_at_whatever_current_the_modules_have(rig: Rig) -> None:
    assert (rig.read(ONE).offered_w, rig.read(ONE).offered_a) == (0.0, 0.0)
    rig.obey(GrantPower(ONE, 2, 50_000.0))
    assert (rig.read(ONE).offered_w, rig.read(ONE).offered_a) == (50_000.0, 200.0)


def test_below_300_volts_a_module_is_bound_by_its_100_amperes(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(replace(bench_model, voltage_empty_v=200.0, voltage_full_v=200.0), soc=0.2), modules=1)
    rig.advance(60.0)
    assert (rig.read(ONE).current_a, rig.read(ONE).power_w) == (100.0, 20_000.0)


def test_a_full_vehicle_ends_the_session_to_the_second(rig: Rig, start: Start, bench_model: VehicleModel) -> None:
    # 41.6667 Wh are left after the ramp of 58.3333 Wh, and take 2.5 s at 60 kW.
    start(Vehicle(bench_model, soc=1.0 - 100 / 60_000))
    heard = told(rig, 60.0)
    assert [signal for _, signal in heard] == [
        CablePlugged(ONE), EnergyFlowing(ONE), VehicleEnded(ONE),
    ]  # fmt: skip
    assert heard[-1][0] == pytest.approx(15.0, abs=0.01)
    assert rig.energy_delivered_wh(ONE) == pytest.approx(100.0, abs=0.01)
    assert (rig.state(ONE), rig.read(ONE).soc_percent, rig.deadline_s) == (OutletState.PLUGGED, 100, None)


def test_a_vehicle_told_to_stop_at_80_percent_stays_and_asks_for_nothing(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.79, stops_at_soc=0.8, ends_when_done=False))
    signals = [signal for _, signal in told(rig, 600.0)]
    assert signals == [CablePlugged(ONE), EnergyFlowing(ONE), VehiclePaused(ONE), DemandChanged(ONE)]
    assert (rig.read(ONE).soc_percent, rig.demand_w(ONE)) == (80, 0.0)
    assert (rig.read(ONE).voltage_v, rig.read(ONE).current_a) == (400.0, 0.0)
    assert (rig.state(ONE), rig.deadline_s) == (OutletState.PAUSED, None)


def test_a_vehicle_that_has_enough_already_ends_as_soon_as_it_is_asked(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=1.0))
    assert told(rig, 60.0) == [(0.0, CablePlugged(ONE)), (5.0, VehicleEnded(ONE))]


def test_a_vehicle_that_is_not_willing_yet_pauses_first(rig: Rig, start: Start, bench_model: VehicleModel) -> None:
    start(Vehicle(bench_model, soc=0.2, willing_after_s=30.0))
    assert told(rig, 60.0) == [
        (0.0, CablePlugged(ONE)),
        (5.0, VehiclePaused(ONE)),
        (5.0, DemandChanged(ONE)),
        (35.0, DemandChanged(ONE)),
        (35.5, EnergyFlowing(ONE)),
    ]


def test_a_pause_on_the_way_is_told_with_its_end(rig: Rig, start: Start, bench_model: VehicleModel) -> None:
    start(Vehicle(bench_model, soc=0.2, pauses=(Pause(20.3, 10.0),)))
    rig.advance(20.0)
    assert told(rig, 60.0) == [
        (25.3, VehiclePaused(ONE)),
        (25.3, DemandChanged(ONE)),
        (35.3, DemandChanged(ONE)),
        (35.8, EnergyFlowing(ONE)),
    ]


def test_st_06_a_pause_at_limit_0_is_the_vehicles_only_when_it_asks_for_nothing(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2), limit_w=0.0)
    rig.advance(60.0)
    rig.limit_vehicle(ONE, 0.0)
    assert rig.advance(61.0) == [VehiclePaused(ONE), DemandChanged(ONE)]
    assert rig.read(ONE).power_w == 0.0


def test_demand_is_told_when_it_crosses_a_module_and_at_most_once_a_second(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(60.0)
    rig.limit_vehicle(ONE, 31_000.0)  # two modules, as before
    rig.limit_vehicle(ONE, 30_000.0)  # one
    rig.limit_vehicle(ONE, 45_000.0)  # two again, and taken back before it may be told
    rig.limit_vehicle(ONE, 20_000.0)
    assert told(rig, 62.5) == [(60.0, DemandChanged(ONE))]
    rig.limit_vehicle(ONE, 60_000.0)
    rig.limit_vehicle(ONE, 10_000.0)
    rig.limit_vehicle(ONE, 50_000.0)
    rig.limit_vehicle(ONE, 5_000.0)
    assert told(rig, 70.0) == [(62.5, DemandChanged(ONE)), (63.5, DemandChanged(ONE))]


def test_a_change_of_wish_that_came_too_soon_is_told_though_nothing_else_is_due(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2), modules=0)
    rig.advance(60.0)
    rig.limit_vehicle(ONE, 20_000.0)
    rig.limit_vehicle(ONE, 60_000.0)
    assert told(rig, 70.0) == [(60.0, DemandChanged(ONE)), (61.0, DemandChanged(ONE))]


def test_the_delay_of_a_session_ends_with_it(rig: Rig, start: Start, bench_model: VehicleModel) -> None:
    start(Vehicle(bench_model, soc=0.2, willing_after_s=600.0))
    rig.advance(60.0)
    assert rig.demand_w(ONE) == 0.0
    rig.obey(StopEnergy(ONE))
    assert rig.demand_w(ONE) == 60_000.0


def test_the_wish_is_known_from_the_plug_on(rig: Rig, bench_model: VehicleModel) -> None:
    assert rig.demand_w(ONE) == 0.0
    rig.plug(ONE, Vehicle(bench_model, soc=0.2))
    assert (rig.demand_w(ONE), rig.read(ONE).soc_percent) == (60_000.0, 20)


def test_unplugging_under_current_cuts_it_first(rig: Rig, start: Start, bench_model: VehicleModel) -> None:
    vehicle = Vehicle(bench_model, soc=0.2)
    start(vehicle)
    rig.advance(72.5)
    assert rig.unplug(ONE) is vehicle
    assert rig.advance(72.5) == [CableUnplugged(ONE)]
    assert rig.advance(500.0) == []
    assert (rig.read(ONE).register_wh, rig.read(ONE).power_w) == (1058, 0.0)
    assert vehicle.charge_wh == pytest.approx(13_058.3333333)


def test_unplugging_while_stopping_still_answers_the_stop(rig: Rig, start: Start, bench_model: VehicleModel) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(60.0)
    rig.obey(StopEnergy(ONE))
    rig.unplug(ONE)
    assert rig.advance(60.0) == [EnergyOff(ONE), CableUnplugged(ONE)]


def test_a_grant_taken_away_while_stopping_cuts_the_ramp_short(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(60.0)
    rig.obey(StopEnergy(ONE))
    rig.obey(GrantPower(ONE, 0, 0.0))
    assert rig.read(ONE).current_a == 0.0
    assert told(rig, 62.0) == [(60.5, EnergyOff(ONE))]
