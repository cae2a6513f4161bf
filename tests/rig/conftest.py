"""A bench for the rig: a vehicle without resistance at a steady 400 V, and settings without chance."""

from collections.abc import Callable

import pytest

from contactor.base.dice import Dice
from contactor.base.ids import OutletNumber
from contactor.hardware.commands import AllowEnergy, GrantPower
from contactor.rig.plug import PlugKind
from contactor.rig.rig import Rig
from contactor.rig.settings import RigSettings
from contactor.rig.vehicle import Vehicle
from contactor.rig.vehicle_model import VehicleModel

CALM = RigSettings(insulation_check_min_s=4.0, insulation_check_max_s=4.0)


@pytest.fixture
def bench_model() -> VehicleModel:
    """60 kW at 400 V whatever the charge: 150 A."""
    return VehicleModel(
        name="bench",
        plug=PlugKind.CCS2,
        battery_wh=60_000.0,
        power_max_w=60_000.0,
        current_max_a=200.0,
        voltage_empty_v=400.0,
        voltage_full_v=400.0,
        resistance_ohm=0.0,
        curve=((0.0, 1.0), (1.0, 1.0)),
    )


@pytest.fixture
def rig() -> Rig:
    """CCS2 on outlet 1, CHAdeMO on outlet 2, four modules; the insulation check takes 4 s, the precharge 1 s."""
    return Rig((PlugKind.CCS2, PlugKind.CHADEMO), 4, dice=Dice("bench"), settings=CALM)


@pytest.fixture
def start(rig: Rig) -> Callable[..., None]:
    """Plug a vehicle, grant and allow; energy flows 5.5 s later."""

    def start_charge(vehicle: Vehicle, *, modules: int = 4, limit_w: float = 120_000.0, outlet: int = 1) -> None:
        rig.plug(OutletNumber(outlet), vehicle)
        rig.obey(GrantPower(OutletNumber(outlet), modules, limit_w))
        rig.obey(AllowEnergy(OutletNumber(outlet)))

    return start_charge
