"""SHELL: a driver: arrives, plugs in and shows the badge, charges as far as wanted, stops, unplugs and leaves."""

import asyncio
from dataclasses import dataclass, replace

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.rig.garage import vehicle_model
from contactor.rig.vehicle import Vehicle
from contactor.virtual.virtual_station import VirtualStation


@dataclass(frozen=True, slots=True)
class Visit:
    """What one driver is going to do. `take_wh` is how much energy is wanted, in watt-hours.

    `battery_wh` is the size of the car's battery, None for the usual one.
    `badge_first` is the order: True shows the badge and then plugs in, None follows the habit of the product.
    """

    outlet: OutletNumber
    badge: str
    vehicle: str
    soc: float
    take_wh: float
    badge_first: bool | None = None
    battery_wh: float | None = None


async def drive(station: VirtualStation, visit: Visit) -> bool:
    """Live through one visit; wait as long as it takes, for an outlet that somebody else has taken too.

    Returns whether the car was charged: False if the badge was refused, or the charge ended before it had begun.
    A power cut in the middle does not send the driver away; the car is unplugged when the charge is over. Where
    somebody else pulls the plug, the visit is over.

    Raises:
        BadSetting: the outlet does not fit the vehicle, or there is none.
    """
    while station.rig.is_plugged(visit.outlet):  # who waits may be overtaken again and again
        await station.until(lambda: not station.rig.is_plugged(visit.outlet))
    model = vehicle_model(visit.vehicle)
    vehicle = Vehicle(model if visit.battery_wh is None else replace(model, battery_wh=visit.battery_wh), soc=visit.soc)
    badge_first = _shows_badge_first(station, visit)
    if badge_first and not await _is_admitted(station, visit):
        return False

    def is_gone() -> bool:
        return station.rig.vehicle(visit.outlet) is not vehicle

    station.plug(visit.outlet, vehicle)
    if not badge_first:
        # A badge shown to a station that cannot start a charge yet is shown in vain, so a patient driver waits.
        await station.until(lambda: is_gone() or _can_charge(station, visit))
        if is_gone():
            return False
        _show_badge(station, visit)
    await station.until(lambda: is_gone() or _is_charging(station, visit) or _is_refused(station, visit))
    begun = not is_gone() and _is_charging(station, visit)
    if begun:
        goal_wh = station.rig.energy_delivered_wh(visit.outlet) + visit.take_wh
        await station.until(
            lambda: (
                is_gone()
                or not _is_charging(station, visit)
                or station.rig.energy_delivered_wh(visit.outlet) >= goal_wh
            )
        )
        if not is_gone() and _is_charging(station, visit):
            station.touch_screen(visit.outlet)
            station.present_badge(visit.badge)
            await station.until(lambda: is_gone() or not _is_charging(station, visit))
    if not is_gone():
        station.unplug(visit.outlet)
    return begun


async def drive_in_turn(station: VirtualStation, visits: list[Visit], *, pause_s: float) -> None:
    """Let drivers come one after the other, for ever, with a pause in between."""
    while True:
        for visit in visits:
            await drive(station, visit)
            await asyncio.sleep(pause_s)


def _can_charge(station: VirtualStation, visit: Visit) -> bool:
    return station.runner.is_on and station.station.can_charge(ConnectorId(visit.outlet))


def _shows_badge_first(station: VirtualStation, visit: Visit) -> bool:
    return station.product.capabilities.badge_before_plug if visit.badge_first is None else visit.badge_first


def _show_badge(station: VirtualStation, visit: Visit) -> None:
    station.touch_screen(visit.outlet)
    station.present_badge(visit.badge)


async def _is_admitted(station: VirtualStation, visit: Visit) -> bool:
    """Show the badge at a free outlet; whether it is accepted, so that the charge waits for nothing but the car."""
    await station.until(lambda: _can_charge(station, visit))
    _show_badge(station, visit)
    await station.until(lambda: _is_refused(station, visit) or _waits_for_car(station, visit))
    return not _is_refused(station, visit)


def _waits_for_car(station: VirtualStation, visit: Visit) -> bool:
    return station.runner.is_on and station.station.is_waiting_for_car(ConnectorId(visit.outlet))


def _is_charging(station: VirtualStation, visit: Visit) -> bool:
    """Whether the visit's transaction is open; a station without power still has it."""
    if not station.runner.is_on:
        return True
    return station.station.transactions.open_on(visit.outlet) is not None


def _is_refused(station: VirtualStation, visit: Visit) -> bool:
    return station.runner.is_on and not station.station.is_expected(ConnectorId(visit.outlet))
