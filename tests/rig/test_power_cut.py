"""Power cuts: what the electronics lose, what the world keeps, and how it is written down (PW-03, PW-04, MV-10)."""

import json
from collections.abc import Callable

import pytest

from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.base.ids import OutletNumber
from contactor.hardware.commands import AllowEnergy, GrantPower, StopEnergy
from contactor.hardware.signals import EnergyFlowing
from contactor.rig.garage import vehicle_model
from contactor.rig.outlet_moves import OutletState
from contactor.rig.plug import PlugKind
from contactor.rig.rig import Rig
from contactor.rig.vehicle import Pause, Vehicle
from contactor.rig.vehicle_model import VehicleModel

ONE, TWO = OutletNumber(1), OutletNumber(2)
Start = Callable[..., None]


def test_a_power_cut_drops_everything_in_silence_and_meters_keep_their_count(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(72.5)
    rig.present_badge("lost")
    rig.power_off()
    rig.power_off()
    assert (rig.is_powered, rig.deadline_s, rig.modules_granted(ONE)) == (False, None, 0)
    assert rig.advance(600.0) == []
    assert (rig.read(ONE).register_wh, rig.read(ONE).power_w) == (1058, 0.0)
    rig.power_on()
    assert rig.advance(1200.0) == []
    assert (rig.is_powered, rig.is_plugged(ONE), rig.state(ONE)) == (True, True, OutletState.PLUGGED)


def test_the_world_goes_on_without_power_and_is_found_afterwards(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(60.0)
    rig.power_off()
    rig.unplug(ONE)
    rig.plug(TWO, Vehicle(vehicle_model("old_hatchback"), soc=0.2))
    rig.raise_fault("0x20020B")
    rig.raise_fault("0x200002")
    rig.present_badge("unheard")
    for command in (GrantPower(TWO, 2, 60_000.0), AllowEnergy(TWO), StopEnergy(ONE)):
        rig.obey(command)
    assert rig.advance(120.0) == []
    rig.power_on()
    assert rig.advance(121.0) == []
    assert [rig.is_plugged(outlet) for outlet in rig.outlets] == [False, True]
    assert list(rig.faults()) == [("0x20020B", None), ("0x200002", None)]
    assert (rig.modules_healthy, rig.modules_granted(TWO), rig.state(TWO)) == (3, 0, OutletState.PLUGGED)


def test_a_snapshot_goes_through_text_and_makes_another_rig_the_same(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2, stops_at_soc=0.9, ends_when_done=False, pauses=(Pause(900.0, 10.0),)))
    rig.advance(333.3)
    rig.fail_module(2)
    rig.raise_fault("0x100102", ONE)
    snapshot = rig.snapshot()
    other = Rig((PlugKind.CCS2, PlugKind.CHADEMO), 4, dice=Dice("other"))
    other.plug(TWO, Vehicle(vehicle_model("old_hatchback"), soc=0.5))
    other.raise_fault("0x100202")
    other.advance(9.0)
    other.restore(json.loads(json.dumps(snapshot)))
    assert other.advance(10.0) == []
    assert other.snapshot() == snapshot
    assert (other.is_powered, other.modules_healthy) == (True, 3)
    assert [other.is_plugged(outlet) for outlet in other.outlets] == [True, False]
    assert other.read(ONE).register_wh == rig.read(ONE).register_wh > 0
    assert other.state(ONE) is OutletState.PLUGGED
    other.obey(GrantPower(ONE, 4, 120_000.0))
    other.obey(AllowEnergy(ONE))
    assert other.advance(60.0) == [EnergyFlowing(ONE)]


def test_a_snapshot_taken_under_current_holds_what_has_flowed_until_now(
    rig: Rig, start: Start, bench_model: VehicleModel
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(72.75)
    before = rig.snapshot()
    rig.power_off()
    assert rig.snapshot() == before


def test_a_rig_without_power_stays_without_power_when_it_is_restored(rig: Rig) -> None:
    snapshot = rig.snapshot()
    rig.power_off()
    rig.restore(snapshot)
    assert not rig.is_powered


def test_a_snapshot_of_another_charger_is_refused(rig: Rig) -> None:
    other = Rig((PlugKind.CCS2,), 4, dice=Dice(1))
    with pytest.raises(BadSetting, match=r"snapshot: '2 outlets' .* this rig has 1"):
        other.restore(rig.snapshot())


def test_a_snapshot_whose_vehicle_does_not_fit_is_refused(rig: Rig, bench_model: VehicleModel) -> None:
    rig.plug(ONE, Vehicle(bench_model, soc=0.2))
    other = Rig((PlugKind.CHADEMO, PlugKind.CCS2), 4, dice=Dice(1))
    with pytest.raises(BadSetting, match=r"snapshot, outlet 1: 'bench' .* plug is CHAdeMO"):
        other.restore(rig.snapshot())
