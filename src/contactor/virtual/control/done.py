"""Carries out a verb at once and answers it: what was done, and after which number of the feed its effects come."""

from collections.abc import Callable

from contactor.base.ids import OutletNumber
from contactor.virtual.control.bodies import Done
from contactor.virtual.control.desk import Controlled
from contactor.virtual.virtual_station import VirtualStation
from contactor.web.problem import Problem


def done(controlled: Controlled, words: str, deed: Callable[[VirtualStation], object]) -> Done:
    """Do it; the station has heard of it when this returns, the central system has not."""
    sequence = controlled.feed.latest
    deed(controlled.virtual)
    return Done(station=controlled.virtual.name, done=words, sequence=sequence)


def outlet_of(controlled: Controlled, number: int | None) -> OutletNumber | None:
    """The outlet a body names.

    Raises:
        Problem: the station has none of that number.
    """
    outlets = controlled.virtual.rig.outlets
    if number is not None and number not in outlets:
        raise Problem(422, f"{controlled.virtual.name} has outlets 1 to {len(outlets)}", field="outlet", value=number)
    return None if number is None else OutletNumber(number)
