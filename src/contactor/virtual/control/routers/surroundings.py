"""What surrounds a station: its power, its supply, its network, and how fast its physics run."""

from fastapi import APIRouter

from contactor.rig.supply import Supply
from contactor.virtual.control.bodies import Done, Mains, NetworkCut, Speed
from contactor.virtual.control.desk import TheStation, watts_or_endless
from contactor.virtual.control.done import done
from contactor.web.problem import Problem

router = APIRouter(prefix="/stations/{name}", tags=["surroundings"])


@router.post("/power/cut")
async def cut_power(controlled: TheStation) -> Done:
    """Take the power away at this instant."""
    if not controlled.virtual.rig.is_powered:
        raise Problem(409, f"{controlled.virtual.name} is without power already")
    return done(controlled, "the power is cut", lambda virtual: virtual.cut_power())


@router.post("/power/return")
async def return_power(controlled: TheStation) -> Done:
    """Give the power back: the station boots and finds what is left."""
    if controlled.virtual.rig.is_powered:
        raise Problem(409, f"{controlled.virtual.name} has its power")
    return done(controlled, "the power is back", lambda virtual: virtual.return_power())


@router.post("/restart")
async def restart(controlled: TheStation) -> Done:
    """End the station's software at this instant and start it again; the hardware keeps its power."""
    return done(controlled, "the software starts again", lambda virtual: virtual.restart())


@router.post("/network/cut")
async def cut_network(controlled: TheStation, cut: NetworkCut) -> Done:
    """Cut the way to the central system."""
    return done(controlled, f"the network is cut ({cut.way})", lambda virtual: virtual.cut_network(cut.way))


@router.post("/network/restore")
async def restore_network(controlled: TheStation) -> Done:
    """Let everything through again; the station dials when it next tries."""
    return done(controlled, "the network is back", lambda virtual: virtual.restore_network())


@router.put("/supply")
async def change_supply(controlled: TheStation, mains: Mains) -> Done:
    """Change the mains: their voltage, and the power the site leaves to this charger."""
    supply = Supply(mains.voltage_v, watts_or_endless(mains.available_w))
    power = "no limit" if mains.available_w is None else f"{mains.available_w:g} W"
    words = f"the supply has {supply.voltage_v:g} V and {power}"
    return done(controlled, words, lambda virtual: virtual.change_supply(supply))


@router.put("/speed")
async def change_speed(controlled: TheStation, speed: Speed) -> Done:
    """Let the physics run faster or slower; OCPP's timers keep real time."""
    words = f"{speed.speed:g} s of charging pass in one"
    return done(controlled, words, lambda virtual: virtual.change_speed(speed.speed))
