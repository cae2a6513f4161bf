"""The rig as a whole: shared modules, faults, and people; power cuts have a file of their own."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from contactor.base.dice import Dice
from contactor.base.errors import BadSetting, BrokenPromise
from contactor.base.ids import OutletNumber
from contactor.hardware.commands import AllowEnergy, Command, GrantPower, StopEnergy
from contactor.hardware.port import Hardware
from contactor.hardware.signals import (
    BadgePresented,
    CablePlugged,
    CableUnplugged,
    EnergyFlowing,
    EnergyOff,
    FaultCleared,
    FaultRaised,
    ModulesChanged,
    ScreenTouched,
    StopPressed,
)
from contactor.rig.garage import vehicle_model
from contactor.rig.outlet_moves import OutletState
from contactor.rig.plug import PlugKind
from contactor.rig.rig import Rig
from contactor.rig.vehicle import Vehicle
from contactor.rig.vehicle_model import VehicleModel

ONE, TWO, THREE = OutletNumber(1), OutletNumber(2), OutletNumber(3)
Start = Callable[..., None]


def test_a_rig_is_hardware(rig: Rig) -> None:
    hardware: Hardware = rig
    assert (tuple(hardware.outlets), hardware.modules_healthy, list(hardware.faults())) == ((1, 2), 4, [])


def test_an_idle_rig_waits_for_nothing_and_time_jumps(rig: Rig) -> None:
    assert rig.deadline_s is None
    assert rig.advance(1e9) == []
    assert (rig.now_s, rig.deadline_s) == (1e9, None)


def test_a_signal_waits_for_the_next_advance_and_the_deadline_says_so(rig: Rig, bench_model: VehicleModel) -> None:
    rig.advance(10.0)
    rig.plug(ONE, Vehicle(bench_model, soc=0.2))
    rig.present_badge("A1")
    assert rig.deadline_s == 10.0
    assert rig.advance(10.0) == [CablePlugged(ONE), BadgePresented("A1")]
    assert rig.deadline_s is None


@pytest.mark.parametrize("to_s", [9.0, float("nan")])
def test_time_never_goes_back(rig: Rig, to_s: float) -> None:
    rig.advance(10.0)
    with pytest.raises(BrokenPromise, match=r"cannot go back from 10\.0 s"):
        rig.advance(to_s)


def test_a_rig_may_start_at_any_second_and_register(bench_model: VehicleModel) -> None:
    rig = Rig((PlugKind.CCS2, PlugKind.CCS2), 4, dice=Dice(1), registers_wh=(1_234,), start_s=5e8)
    assert [rig.read(outlet).register_wh for outlet in rig.outlets] == [1_234, 0]
    rig.plug(ONE, Vehicle(bench_model, soc=0.2))
    rig.obey(GrantPower(ONE, 2, 60_000.0))
    rig.obey(AllowEnergy(ONE))
    assert rig.advance(5e8 + 1800) == [CablePlugged(ONE), EnergyFlowing(ONE)]
    assert rig.read(ONE).register_wh == 1_234 + int(rig.energy_delivered_wh(ONE)) > 30_000


def test_the_insulation_check_takes_three_to_five_seconds_by_chance(bench_model: VehicleModel) -> None:
    durations_s = set()
    for seed in range(20):
        rig = Rig((PlugKind.CCS2,), 1, dice=Dice(seed))
        rig.plug(ONE, Vehicle(bench_model, soc=0.2))
        rig.obey(AllowEnergy(ONE))
        rig.advance(0.0)
        assert rig.deadline_s is not None
        durations_s.add(rig.deadline_s)
    assert len(durations_s) == 20
    assert all(3 <= duration_s <= 5 for duration_s in durations_s)


# Sharing.


def test_what_one_outlet_gives_back_flows_to_the_other(rig: Rig, start: Start, bench_model: VehicleModel) -> None:
    start(Vehicle(bench_model, soc=0.2), modules=3)
    start(Vehicle(replace(bench_model, plug=PlugKind.CHADEMO), soc=0.2), outlet=2, modules=2)
    rig.advance(60.0)
    assert [rig.modules_granted(outlet) for outlet in rig.outlets] == [3, 1]
    assert rig.read(TWO).power_w == pytest.approx(30_000.0)
    rig.obey(GrantPower(ONE, 2, 60_000.0))
    rig.advance(70.0)
    assert [rig.modules_granted(outlet) for outlet in rig.outlets] == [2, 2]
    assert rig.read(TWO).power_w == pytest.approx(50_000.0)


def test_a_failed_module_leaves_its_outlet_at_once_and_comes_back_by_itself(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2), modules=2)
    rig.advance(60.0)
    for number in (1, 3, 4):
        rig.fail_module(number)
    assert rig.advance(60.0) == [FaultRaised("0x200002"), ModulesChanged(), ModulesChanged(), ModulesChanged()]
    assert (rig.modules_healthy, rig.modules_granted(ONE)) == (1, 1)
    assert rig.read(ONE).power_w == pytest.approx(30_000.0)
    rig.fail_module(1)
    rig.clear_fault("0x200002")
    assert rig.advance(70.0) == [FaultCleared("0x200002"), ModulesChanged()]
    assert (rig.modules_healthy, rig.modules_granted(ONE)) == (4, 2)
    assert rig.read(ONE).power_w == pytest.approx(60_000.0)


@pytest.mark.parametrize("dtc", ["0x200001", "0x200002"])
def test_a_module_code_takes_one_module_by_chance_until_it_is_cleared(rig: Rig, dtc: str) -> None:
    rig.raise_fault(dtc)
    rig.raise_fault(dtc)
    assert rig.advance(0.0) == [FaultRaised(dtc), ModulesChanged()]
    assert rig.modules_healthy == 3
    rig.clear_fault(dtc)
    assert rig.advance(0.0) == [FaultCleared(dtc), ModulesChanged()]
    assert rig.modules_healthy == 4


def test_a_module_stays_lost_as_long_as_its_code_is_active_anywhere(rig: Rig) -> None:
    rig.raise_fault("0x200002")
    rig.raise_fault("0x200002", ONE)
    assert rig.modules_healthy == 2
    rig.clear_fault("0x200002")
    assert rig.modules_healthy == 2
    rig.clear_fault("0x200002", ONE)
    assert rig.modules_healthy == 4


# Faults.


@pytest.mark.parametrize("dtc", ["0x100202", "0x200202", "0x10020b"])
def test_d_20_an_emergency_stop_opens_every_contactor_and_energy_waits_for_a_new_start(
    rig: Rig, start: Start, bench_model: VehicleModel, dtc: str
) -> None:
    start(Vehicle(bench_model, soc=0.2), modules=2)
    start(Vehicle(replace(bench_model, plug=PlugKind.CHADEMO), soc=0.2), outlet=2, modules=2)
    rig.advance(60.0)
    rig.raise_fault(dtc)
    assert [rig.read(outlet).voltage_v for outlet in rig.outlets] == [0.0, 0.0]
    assert [rig.read(outlet).offered_w for outlet in rig.outlets] == [0.0, 0.0]
    rig.obey(AllowEnergy(ONE))
    assert rig.advance(120.0) == [FaultRaised(f"0x{dtc[2:].upper()}")]
    assert [rig.state(outlet) for outlet in rig.outlets] == [OutletState.PLUGGED] * 2
    rig.clear_fault(dtc)
    assert rig.advance(180.0) == [FaultCleared(f"0x{dtc[2:].upper()}")]
    rig.obey(AllowEnergy(ONE))
    assert rig.advance(240.0) == [EnergyFlowing(ONE)]


def test_d_20_a_fault_of_one_outlet_leaves_the_other_charging(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2), modules=2)
    start(Vehicle(replace(bench_model, plug=PlugKind.CHADEMO), soc=0.2), outlet=2, modules=2)
    rig.advance(60.0)
    rig.raise_fault("0x100213", TWO)
    assert [rig.state(outlet) for outlet in rig.outlets] == [OutletState.FLOWING, OutletState.PLUGGED]
    assert list(rig.faults()) == [("0x100213", TWO)]


@pytest.mark.parametrize("moment_s", [2.0, 4.5])
def test_a_fault_during_check_or_precharge_ends_the_attempt(
    rig: Rig, start: Start, bench_model: VehicleModel, moment_s: float
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(moment_s)
    rig.raise_fault("0x10020A", ONE)
    assert rig.advance(60.0) == [FaultRaised("0x10020A", ONE)]
    assert (rig.state(ONE), rig.read(ONE).register_wh) == (OutletState.PLUGGED, 0)


def test_a_fault_while_stopping_still_answers_the_stop(rig: Rig, start: Start, bench_model: VehicleModel) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(60.0)
    rig.obey(StopEnergy(ONE))
    rig.raise_fault("0x100202")
    assert rig.advance(60.0) == [FaultRaised("0x100202"), EnergyOff(ONE)]


def test_a_warning_changes_no_current(rig: Rig, start: Start, bench_model: VehicleModel) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(60.0)
    for dtc in ("0x100007", "0x100009", "0x200008", "water in the cellar"):
        rig.raise_fault(dtc)
    assert rig.read(ONE).power_w == pytest.approx(60_000.0)
    assert [dtc for dtc, _ in rig.faults()] == ["0x100007", "0x100009", "0x200008", "water in the cellar"]


def test_heat_in_the_cabinet_halves_what_the_modules_give(rig: Rig, start: Start, bench_model: VehicleModel) -> None:
    start(Vehicle(bench_model, soc=0.2), modules=2)
    rig.advance(60.0)
    rig.raise_fault("0x200101")
    assert (rig.read(ONE).power_w, rig.read(ONE).offered_w) == pytest.approx((30_000.0, 30_000.0))
    assert rig.modules_granted(ONE) == 2
    rig.clear_fault("0x200101")
    rig.advance(70.0)
    assert rig.read(ONE).power_w == pytest.approx(60_000.0)


def test_heat_in_the_cable_halves_its_amperes(rig: Rig, start: Start, bench_model: VehicleModel) -> None:
    start(Vehicle(replace(bench_model, power_max_w=80_000.0), soc=0.2))
    rig.advance(60.0)
    assert rig.read(ONE).current_a == 200.0
    rig.raise_fault("0x100102", ONE)
    assert rig.read(ONE).current_a == 150.0  # half of the cable's 300 A


# People.


def test_a_dark_reader_sees_no_badge(rig: Rig) -> None:
    rig.raise_fault("0x100005")
    rig.present_badge("A1")
    rig.clear_fault("0x100005")
    rig.present_badge("A2")
    assert rig.advance(0.0) == [FaultRaised("0x100005"), FaultCleared("0x100005"), BadgePresented("A2")]


def test_screen_and_stop_button_are_told(rig: Rig) -> None:
    rig.touch_screen()
    rig.touch_screen(TWO)
    rig.press_stop(ONE)
    assert rig.advance(0.0) == [ScreenTouched(None), ScreenTouched(TWO), StopPressed(ONE)]


def test_an_outlet_that_is_not_there_is_named(rig: Rig, bench_model: VehicleModel) -> None:
    deeds: list[Callable[[], object]] = [
        lambda: rig.plug(THREE, Vehicle(bench_model, soc=0.2)),
        lambda: rig.unplug(THREE),
        lambda: rig.limit_vehicle(THREE, 1.0),
        lambda: rig.touch_screen(THREE),
        lambda: rig.press_stop(THREE),
        lambda: rig.raise_fault("0x100213", THREE),
        lambda: rig.clear_fault("0x100213", THREE),
        lambda: rig.read(THREE),
        lambda: rig.is_plugged(THREE),
        lambda: rig.energy_delivered_wh(THREE),
    ]
    for deed in deeds:
        with pytest.raises(BadSetting, match="outlet: 3 cannot be used; this charger has outlets 1 to 2"):
            deed()


def test_a_taken_outlet_names_who_is_there(rig: Rig, bench_model: VehicleModel) -> None:
    rig.plug(ONE, Vehicle(bench_model, soc=0.2))
    with pytest.raises(BadSetting, match="outlet 1: 'saloon' cannot be used; it is taken by 'bench'"):
        rig.plug(ONE, Vehicle(vehicle_model("saloon"), soc=0.2))


def test_a_plug_that_does_not_fit_names_both(rig: Rig) -> None:
    with pytest.raises(BadSetting, match=r"outlet 1: 'old_hatchback' .* its plug is CCS2, the vehicle has CHAdeMO"):
        rig.plug(ONE, Vehicle(vehicle_model("old_hatchback"), soc=0.2))
    with pytest.raises(BadSetting, match=r"outlet 2: 'van' .* its plug is CHAdeMO, the vehicle has CCS2"):
        rig.plug(TWO, Vehicle(vehicle_model("van"), soc=0.2))


def test_one_vehicle_cannot_be_at_two_outlets(bench_model: VehicleModel) -> None:
    rig = Rig((PlugKind.CCS2, PlugKind.CCS2), 4, dice=Dice(1))
    vehicle = Vehicle(bench_model, soc=0.2)
    rig.plug(ONE, vehicle)
    with pytest.raises(BadSetting, match=r"outlet 2: 'bench' .* connected to another outlet"):
        rig.plug(TWO, vehicle)


def test_what_is_not_plugged_can_neither_be_unplugged_nor_turned_down(rig: Rig) -> None:
    for deed in (lambda: rig.unplug(ONE), lambda: rig.limit_vehicle(ONE, 0.0)):
        with pytest.raises(BadSetting, match="outlet: 1 cannot be used; no vehicle is connected to it"):
            deed()


def test_a_badge_has_a_text(rig: Rig) -> None:
    with pytest.raises(BadSetting, match="badge: ''"):
        rig.present_badge("")


def test_a_fault_that_is_not_active_cannot_be_cleared(rig: Rig) -> None:
    rig.raise_fault("0x100213", ONE)
    with pytest.raises(BadSetting, match=r"trouble code: '0x100213' .* not active on the station"):
        rig.clear_fault("0x100213")


@pytest.mark.parametrize(
    "command",
    [
        AllowEnergy(THREE),
        StopEnergy(OutletNumber(0)),
        GrantPower(ONE, -1, 0.0),
        GrantPower(ONE, 1, -1.0),
        GrantPower(ONE, 1, float("nan")),
    ],
)
def test_an_impossible_command_is_a_bug_of_the_one_who_gives_it(rig: Rig, command: Command) -> None:
    with pytest.raises(BrokenPromise):
        rig.obey(command)


def test_a_charger_has_outlets_and_no_more_registers_than_these() -> None:
    with pytest.raises(BadSetting, match="outlets: "):
        Rig((), 4, dice=Dice(1))
    with pytest.raises(BadSetting, match="meter registers: "):
        Rig((PlugKind.CCS2,), 4, dice=Dice(1), registers_wh=(1, 2))


def test_unplugging_is_told_for_every_outlet_by_its_own_number(rig: Rig) -> None:
    rig.plug(TWO, Vehicle(vehicle_model("old_hatchback"), soc=0.2))
    rig.unplug(TWO)
    assert rig.advance(0.0) == [CablePlugged(TWO), CableUnplugged(TWO)]
