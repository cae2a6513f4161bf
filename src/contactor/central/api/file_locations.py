"""Where stations are sent with a file: the address of a place, by the way that was asked for."""

from contactor.central.api.office import Office
from contactor.central.api.problem import Problem
from contactor.central.files.exchange import Via
from contactor.central.files.place import PlaceKey


def location_of(office: Office, via: Via, key: PlaceKey, file_name: str = "") -> str:
    """The URL of a place, or of a file in it.

    Raises:
        Problem: files do not move so here.
    """
    location = office.exchange.location(via, key, file_name)
    if location is None:
        raise not_served(via)
    return location


def not_served(via: Via) -> Problem:
    """What is wrong with a way that is not served."""
    return Problem(409, f"files do not move by {via} here; the setting {via}_port is off", field="via", value=via.value)
