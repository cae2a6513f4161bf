"""What goes wrong: emergency stops, doors, and every other trouble code."""

from fastapi import APIRouter

from contactor.guide.entries import Part, Switch
from contactor.virtual.control.bodies import Done, Trouble
from contactor.virtual.control.desk import Controlled, TheStation
from contactor.virtual.control.done import done, outlet_of
from contactor.virtual.control.place import Place
from contactor.web.problem import Problem

router = APIRouter(prefix="/stations/{name}", tags=["trouble"])


@router.post("/emergency-stops/{place}/press")
async def press_emergency_stop(controlled: TheStation, place: Place) -> Done:
    """Press an emergency stop; it stays pressed until it is released."""
    return _move(controlled, Switch.EMERGENCY_STOP, place, is_active=True, words="is pressed")


@router.post("/emergency-stops/{place}/release")
async def release_emergency_stop(controlled: TheStation, place: Place) -> Done:
    """Release an emergency stop."""
    return _move(controlled, Switch.EMERGENCY_STOP, place, is_active=False, words="is released")


@router.post("/doors/{place}/open")
async def open_door(controlled: TheStation, place: Place) -> Done:
    """Open a door of a cabinet."""
    return _move(controlled, Switch.DOOR, place, is_active=True, words="is open")


@router.post("/doors/{place}/close")
async def close_door(controlled: TheStation, place: Place) -> Done:
    """Close a door of a cabinet."""
    return _move(controlled, Switch.DOOR, place, is_active=False, words="is closed")


@router.post("/faults/raise")
async def raise_fault(controlled: TheStation, trouble: Trouble) -> Done:
    """Make one of the guide's trouble codes active, with what it does to the hardware."""
    outlet = outlet_of(controlled, trouble.outlet)
    dtc = _known(controlled, trouble.dtc)
    return done(controlled, f"{dtc} is active", lambda virtual: virtual.raise_fault(dtc, outlet))


@router.post("/faults/clear")
async def clear_fault(controlled: TheStation, trouble: Trouble) -> Done:
    """Repair what a trouble code stands for."""
    outlet = outlet_of(controlled, trouble.outlet)
    return done(controlled, f"{trouble.dtc} is over", lambda virtual: virtual.clear_fault(trouble.dtc, outlet))


def _move(controlled: Controlled, kind: Switch, place: Place, *, is_active: bool, words: str) -> Done:
    """Bring a switch into a position; asked twice changes nothing."""
    part = _PARTS[place]
    rows = controlled.virtual.product.vendor_errors.values()
    dtc = next((row.dtc for row in rows if row.switch is kind and row.part is part), None)
    if dtc is None:
        raise Problem(404, f"{controlled.virtual.model.reference} has no {kind} at its {part}", field="place")
    was_active = (dtc, None) in controlled.virtual.rig.faults()
    sequence = controlled.feed.latest
    if is_active and not was_active:
        controlled.virtual.raise_fault(dtc)
    elif was_active and not is_active:
        controlled.virtual.clear_fault(dtc)
    return Done(station=controlled.virtual.name, done=f"the {part}'s {kind} {words}", sequence=sequence)


def _known(controlled: Controlled, text: str) -> str:
    """A code as the guide spells it.

    Raises:
        Problem: it is none of the product's.
    """
    rows = controlled.virtual.product.vendor_errors
    found = next((dtc for dtc in rows if dtc.casefold() == text.casefold()), None)
    if found is None:
        name = controlled.virtual.product.name
        raise Problem(422, f"{name} has no trouble code {text!r}; see: contactor guide errors", field="dtc", value=text)
    return found


_PARTS = {Place.TERMINAL: Part.TERMINAL, Place.POWER_CABINET: Part.POWER_CABINET}
