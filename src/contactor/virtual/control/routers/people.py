"""What drivers do: plug in and out, tell the car what they want, show a badge, touch the screen, press stop."""

from fastapi import APIRouter

from contactor.base.ids import OutletNumber
from contactor.virtual.control.arrivals import vehicle_for
from contactor.virtual.control.bodies import Arrival, Badge, Done, Touch, Wish
from contactor.virtual.control.desk import TheOutlet, TheStation
from contactor.virtual.control.done import done, outlet_of

router = APIRouter(prefix="/stations/{name}", tags=["people"])


@router.post("/outlets/{outlet}/plug")
async def plug(controlled: TheStation, outlet: TheOutlet, arrival: Arrival) -> Done:
    """Connect a car to an outlet."""
    vehicle = vehicle_for(arrival, controlled.virtual.rig.plug_kind(outlet))
    return done(
        controlled,
        f"{vehicle.model.name} is plugged in at outlet {outlet}",
        lambda virtual: virtual.plug(outlet, vehicle),
    )


@router.post("/outlets/{outlet}/unplug")
async def unplug(controlled: TheStation, outlet: TheOutlet) -> Done:
    """Disconnect the car, whatever it is doing."""
    return done(controlled, f"outlet {outlet} is unplugged", lambda virtual: virtual.unplug(outlet))


@router.patch("/outlets/{outlet}/vehicle")
async def change_wish(controlled: TheStation, outlet: TheOutlet, wish: Wish) -> Done:
    """Change what the plugged car wants."""
    power_w, soc_percent = wish.max_power_w, wish.stop_at_soc_percent
    words = [] if power_w is None else [f"takes at most {power_w:g} W"]
    words += [] if soc_percent is None else [f"stops at {soc_percent:g} %"]
    feed_before = controlled.feed.latest
    if power_w is not None:
        controlled.virtual.limit_vehicle(outlet, power_w)
    if soc_percent is not None:
        controlled.virtual.aim_vehicle(outlet, soc_percent / 100)
    return Done(
        station=controlled.virtual.name,
        done=f"the car at outlet {outlet} {' and '.join(words)}",
        sequence=feed_before,
    )


@router.post("/outlets/{outlet}/stop")
async def press_stop(controlled: TheStation, outlet: TheOutlet) -> Done:
    """Press the stop button of an outlet on the screen; not the emergency stop."""
    return done(controlled, f"stop is pressed for outlet {outlet}", lambda virtual: virtual.press_stop(outlet))


@router.post("/badge")
async def present_badge(controlled: TheStation, badge: Badge) -> Done:
    """Hold a badge to the reader, after choosing an outlet on the screen if one is named."""
    outlet: OutletNumber | None = outlet_of(controlled, badge.outlet)
    feed_before = controlled.feed.latest
    if outlet is not None:
        controlled.virtual.touch_screen(outlet)
    controlled.virtual.present_badge(badge.uid)
    where = "" if outlet is None else f" for outlet {outlet}"
    return Done(station=controlled.virtual.name, done=f"badge {badge.uid} is presented{where}", sequence=feed_before)


@router.post("/screen/touch")
async def touch_screen(controlled: TheStation, touch: Touch) -> Done:
    """Touch the screen: an outlet's part of it, or anywhere for the next one."""
    outlet = outlet_of(controlled, touch.outlet)
    return done(controlled, "the screen is touched", lambda virtual: virtual.touch_screen(outlet))
