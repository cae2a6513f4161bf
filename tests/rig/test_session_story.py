"""A whole afternoon at a charger of 180 kW with two CCS2 outlets: shared, limited, faulted, unplugged."""

from contactor.base.dice import Dice
from contactor.base.ids import OutletNumber
from contactor.hardware.commands import AllowEnergy, GrantPower, StopEnergy
from contactor.hardware.signals import (
    BadgePresented,
    CablePlugged,
    CableUnplugged,
    DemandChanged,
    EnergyFlowing,
    EnergyOff,
    FaultCleared,
    FaultRaised,
    ModulesChanged,
    Signal,
    VehicleEnded,
)
from contactor.rig.garage import vehicle_model
from contactor.rig.outlet_moves import OutletState
from contactor.rig.plug import PlugKind
from contactor.rig.rig import Rig
from contactor.rig.vehicle import Vehicle

ONE, TWO = OutletNumber(1), OutletNumber(2)


def test_an_afternoon_at_the_charger() -> None:
    rig = Rig((PlugKind.CCS2, PlugKind.CCS2), 6, dice=Dice("afternoon"), registers_wh=(250_000, 90_000))
    told: list[Signal] = []

    # A saloon arrives and has the cabinet to itself: the cable's 300 A bound it, not its own 150 kW.
    saloon = Vehicle(vehicle_model("saloon"), soc=0.10)
    rig.plug(ONE, saloon)
    rig.present_badge("04A2B3C4")
    rig.obey(GrantPower(ONE, 6, 180_000.0))
    rig.obey(AllowEnergy(ONE))
    told += rig.advance(300.0)
    assert told == [CablePlugged(ONE), BadgePresented("04A2B3C4"), EnergyFlowing(ONE)]
    assert rig.read(ONE).current_a == 300.0

    # A city car joins; the station takes two modules from the saloon, which falls to 120 kW at most.
    rig.plug(TWO, Vehicle(vehicle_model("city_car"), soc=0.30, stops_at_soc=0.80))
    rig.obey(GrantPower(ONE, 4, 120_000.0))
    rig.obey(GrantPower(TWO, 2, 60_000.0))
    rig.obey(AllowEnergy(TWO))
    told = rig.advance(420.0)
    assert told == [CablePlugged(TWO), EnergyFlowing(TWO)]
    assert [rig.modules_granted(outlet) for outlet in rig.outlets] == [4, 2]
    assert rig.read(ONE).power_w <= 120_000.0 * (1 + 1e-9)

    # The network asks for nothing: four modules leave 2 A on the saloon.
    rig.obey(GrantPower(ONE, 4, 0.0))
    told = rig.advance(480.0)
    assert told == []
    assert rig.read(ONE).current_a == 2.0
    rig.obey(GrantPower(ONE, 4, 120_000.0))

    # A module dies. It is outlet 1's or 2's, and whoever had it carries on with one fewer.
    rig.raise_fault("0x200002")
    told = rig.advance(500.0)
    assert told == [FaultRaised("0x200002"), ModulesChanged()]
    assert sum(rig.modules_granted(outlet) for outlet in rig.outlets) == rig.modules_healthy == 5
    rig.clear_fault("0x200002")

    # The city car reaches its 80 % and leaves of itself.
    told = rig.advance(2400.0)
    assert told[:2] == [FaultCleared("0x200002"), ModulesChanged()]
    assert [signal for signal in told if isinstance(signal, VehicleEnded)] == [VehicleEnded(TWO)]
    assert DemandChanged(ONE) in told  # the saloon's curve has fallen by some modules meanwhile
    assert rig.read(TWO).soc_percent == 80
    city_car_wh = rig.energy_delivered_wh(TWO)
    assert 0.5 * 36_000 < city_car_wh < 0.5 * 36_000 * 1.05  # half a battery, and a little heat
    rig.unplug(TWO)

    # The driver of the saloon stops at the screen, and drives off.
    rig.obey(StopEnergy(ONE))
    told = rig.advance(2410.0)
    assert told == [CableUnplugged(TWO), EnergyOff(ONE)]
    assert rig.unplug(ONE) is saloon
    assert rig.advance(2420.0) == [CableUnplugged(ONE)]

    # All that is left is what the meters counted.
    assert [rig.state(outlet) for outlet in rig.outlets] == [OutletState.FREE, OutletState.FREE]
    assert rig.deadline_s is None
    assert rig.read(ONE).register_wh == 250_000 + int(rig.energy_delivered_wh(ONE))
    assert rig.read(TWO).register_wh == 90_000 + int(city_car_wh)
    assert saloon.charge_wh - 0.10 * 77_000 < rig.energy_delivered_wh(ONE)
