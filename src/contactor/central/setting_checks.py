"""How the values of settings are checked: what is good, and what is said of what is not."""

from collections.abc import Callable
from ipaddress import ip_network

DAYS_MAX = 36_500

Check = tuple[Callable[[object], bool], str]


def whole(low: int, high: int) -> Callable[[object], bool]:
    """Whole numbers within bounds; `True` is none."""
    return lambda value: type(value) is int and low <= value <= high


def number(low: float, high: float) -> Callable[[object], bool]:
    """Numbers within bounds."""
    return lambda value: type(value) in (int, float) and isinstance(value, int | float) and low <= value <= high


def is_text(value: object) -> bool:
    """Whether it is a text with anything in it."""
    return isinstance(value, str) and bool(value)


def is_switch(value: object) -> bool:
    """Whether it is true or false."""
    return isinstance(value, bool)


def is_path(value: object) -> bool:
    """Whether it is a path, or not set."""
    return value is None or is_text(value)


def are_networks(value: object) -> bool:
    """Whether it is a row of IP addresses and networks."""
    return isinstance(value, tuple | list) and all(_is_network(each) for each in value)


def _is_network(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        ip_network(value)
    except ValueError:
        return False
    return True
