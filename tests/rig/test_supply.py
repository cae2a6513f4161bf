"""The mains under the cabinet: what little power or a wrong voltage leave, and the trouble a bad input makes."""

import math
from collections.abc import Callable

import pytest

from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.base.ids import OutletNumber
from contactor.hardware.signals import FaultCleared, FaultRaised
from contactor.rig.plug import PlugKind
from contactor.rig.rig import Rig
from contactor.rig.supply import Supply
from contactor.rig.vehicle import Vehicle
from contactor.rig.vehicle_model import VehicleModel

ONE, TWO = OutletNumber(1), OutletNumber(2)
Start = Callable[..., None]


@pytest.mark.parametrize(
    ("supply", "power_w"),
    [
        (Supply(), 60_000.0),
        (Supply(available_w=20_000.0), 20_000.0),
        (Supply(available_w=0.0), 0.0),
        (Supply(voltage_v=440.0), 60_000.0),
    ],
)
def test_the_site_bounds_what_flows(
    rig: Rig, start: Start, bench_model: VehicleModel, supply: Supply, power_w: float
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(30.0)
    rig.change_supply(supply)
    rig.advance(60.0)
    # A CCS2 outlet keeps the residual current of its modules (D-16): 4 x 0.5 A at 400 V.
    assert rig.read(ONE).power_w == pytest.approx(max(power_w, 0.0), abs=801)


def test_two_outlets_together_never_take_more_than_the_site_leaves(start: Start, bench_model: VehicleModel) -> None:
    rig = Rig((PlugKind.CCS2, PlugKind.CCS2), 4, dice=Dice("supply"))
    rig.change_supply(Supply(available_w=48_000.0))
    assert Supply(available_w=48_000.0).share(4) == pytest.approx(0.4)
    assert Supply(available_w=48_000.0).share(0) == 1.0
    assert rig.cabinet.supply.available_w == 48_000.0


@pytest.mark.parametrize(("voltage_v", "dtc"), [(339.0, "0x200208"), (461.0, "0x200206")])
def test_a_voltage_at_which_no_module_runs_is_told_and_its_return_as_well(
    rig: Rig, start: Start, bench_model: VehicleModel, voltage_v: float, dtc: str
) -> None:
    start(Vehicle(bench_model, soc=0.2))
    rig.advance(30.0)
    rig.change_supply(Supply(voltage_v=voltage_v))
    assert FaultRaised(dtc) in rig.advance(31.0)
    assert rig.read(ONE).power_w == 0
    rig.change_supply(Supply())
    assert FaultCleared(dtc) in rig.advance(32.0)
    assert rig.faults() == []


@pytest.mark.parametrize("voltage_v", [340.0, 360.0, 400.0])
def test_below_the_nominal_voltage_modules_give_less(voltage_v: float) -> None:
    assert Supply(voltage_v=voltage_v).share(6) == pytest.approx(voltage_v / 400)


def test_a_trouble_that_somebody_cleared_by_hand_is_not_cleared_twice(rig: Rig) -> None:
    rig.change_supply(Supply(voltage_v=300.0))
    rig.clear_fault("0x200208")
    rig.change_supply(Supply())
    assert rig.faults() == []


@pytest.mark.parametrize("supply", [Supply(voltage_v=380.0), Supply(available_w=50_000.0), Supply()])
def test_a_supply_outlasts_a_power_cut(rig: Rig, supply: Supply) -> None:
    rig.change_supply(supply)
    snapshot = rig.snapshot()
    other = Rig((PlugKind.CCS2, PlugKind.CHADEMO), 4, dice=Dice("other"))
    other.restore(snapshot)
    assert other.cabinet.supply == supply


def test_a_snapshot_of_an_older_version_has_the_nominal_supply(rig: Rig) -> None:
    snapshot = rig.snapshot()
    del snapshot["supply"]
    rig.restore(snapshot)
    assert rig.cabinet.supply == Supply()


@pytest.mark.parametrize(("voltage_v", "available_w"), [(0.0, 1.0), (1001.0, 1.0), (math.nan, 1.0), (400.0, -1.0)])
def test_a_supply_that_cannot_be_is_refused(voltage_v: float, available_w: float) -> None:
    with pytest.raises(BadSetting):
        Supply(voltage_v, available_w)
