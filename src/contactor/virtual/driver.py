"""SHELL: a driver: arrives, plugs in, shows the badge, charges as far as wanted, stops, unplugs and leaves."""

import asyncio
from dataclasses import dataclass

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.rig.garage import vehicle_model
from contactor.rig.vehicle import Vehicle
from contactor.virtual.virtual_station import VirtualStation


@dataclass(frozen=True, slots=True)
class Visit:
    """What one driver is going to do. `take_wh` is how much energy is wanted, in watt-hours."""

    outlet: OutletNumber
    badge: str
    vehicle: str
    soc: float
    take_wh: float


async def drive(station: VirtualStation, visit: Visit) -> bool:
    """Live through one visit; wait as long as it takes.

    Returns whether the car was charged: False if the badge was refused, or the charge ended before it had begun.
    A power cut in the middle does not send the driver away; the car is unplugged when the charge is over.

    Raises:
        BadSetting: the outlet is taken, or does not fit the vehicle.
    """
    station.plug(visit.outlet, Vehicle(vehicle_model(visit.vehicle), soc=visit.soc))
    # A badge shown to a station that cannot start a charge yet is shown in vain, so a patient driver waits.
    await station.until(lambda: station.runner.is_on and station.station.can_charge(ConnectorId(visit.outlet)))
    station.touch_screen(visit.outlet)
    station.present_badge(visit.badge)
    await station.until(lambda: _is_charging(station, visit) or _is_refused(station, visit))
    begun = _is_charging(station, visit)
    if begun:
        goal_wh = station.rig.energy_delivered_wh(visit.outlet) + visit.take_wh
        await station.until(
            lambda: not _is_charging(station, visit) or station.rig.energy_delivered_wh(visit.outlet) >= goal_wh
        )
        if _is_charging(station, visit):
            station.touch_screen(visit.outlet)
            station.present_badge(visit.badge)
            await station.until(lambda: not _is_charging(station, visit))
    station.unplug(visit.outlet)
    return begun


async def drive_in_turn(station: VirtualStation, visits: list[Visit], *, pause_s: float) -> None:
    """Let drivers come one after the other, for ever, with a pause in between."""
    while True:
        for visit in visits:
            await drive(station, visit)
            await asyncio.sleep(pause_s)


def _is_charging(station: VirtualStation, visit: Visit) -> bool:
    """Whether the visit's transaction is open; a station without power still has it."""
    if not station.runner.is_on:
        return True
    return station.station.transactions.open_on(visit.outlet) is not None


def _is_refused(station: VirtualStation, visit: Visit) -> bool:
    return station.runner.is_on and not station.station.is_expected(ConnectorId(visit.outlet))
