"""What can be pressed on the panel, and which request of the control API each press is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contactor.panel.control_client import station_path

_TEXT_LENGTH_MAX = 200
_PLACES = {"terminal": "terminal", "power cabinet": "power-cabinet"}


@dataclass(frozen=True, slots=True)
class Verb:
    """A row of the table: `path` may name {outlet} and {place}; `fields` are what the body may hold."""

    method: str
    path: str
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask of the control API."""

    method: str
    path: str
    body: dict[str, object] = field(default_factory=dict)


def _verb(path: str, fields: str = "", method: str = "POST") -> Verb:
    return Verb(method, path, frozenset(fields.split()))


VERBS: Mapping[str, Verb] = {
    "plug": _verb("/outlets/{outlet}/plug", "vehicle soc_percent battery_wh max_power_w stop_at_soc_percent"),
    "unplug": _verb("/outlets/{outlet}/unplug"),
    "wish": _verb("/outlets/{outlet}/vehicle", "max_power_w stop_at_soc_percent", "PATCH"),
    "stop": _verb("/outlets/{outlet}/stop"),
    "badge": _verb("/badge", "uid"),
    "touch": _verb("/screen/touch", "outlet"),
    "press emergency stop": _verb("/emergency-stops/{place}/press"),
    "release emergency stop": _verb("/emergency-stops/{place}/release"),
    "open door": _verb("/doors/{place}/open"),
    "close door": _verb("/doors/{place}/close"),
    "raise fault": _verb("/faults/raise", "dtc outlet"),
    "clear fault": _verb("/faults/clear", "dtc outlet"),
    "cut power": _verb("/power/cut"),
    "return power": _verb("/power/return"),
    "restart": _verb("/restart"),
    "cut network": _verb("/network/cut", "way"),
    "restore network": _verb("/network/restore"),
    "supply": _verb("/supply", "voltage_v available_w", "PUT"),
    "speed": _verb("/speed", "speed", "PUT"),
}


def request_of(station: str, given: object) -> Request | None:
    """The request that a press means; None for what no panel of ours sends. The API judges the values."""
    if not isinstance(given, Mapping):
        return None
    verb = VERBS.get(str(given.get("verb")))
    outlet, place, body = given.get("outlet"), given.get("place"), given.get("body")
    if verb is None:
        return None
    if "{outlet}" in verb.path and not (isinstance(outlet, int) and 1 <= outlet <= 99):
        return None
    if "{place}" in verb.path and place not in _PLACES:
        return None
    path = verb.path.format(outlet=outlet, place=_PLACES.get(str(place)))
    fields = body if isinstance(body, Mapping) else {}
    return Request(
        verb.method,
        station_path(station) + path,
        {name: _bounded(fields[name]) for name in sorted(verb.fields & fields.keys())},
    )


def _bounded(value: object) -> object:
    """A value of a body: a text, a number or nothing."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:_TEXT_LENGTH_MAX]
