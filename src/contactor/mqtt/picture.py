"""What stands on the retained topics: a function of what the API says, and what to publish when that changes."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from contactor.mqtt.topics import Topics

Facts = Mapping[str, Any]  # Any: JSON, as the API tells it
Picture = Mapping[str, str]
"""Payloads by topic."""

BADGE = "id_tag"
"""No business of whoever reads topics: with it, others could charge."""
GONE = ""
"""An empty payload takes a retained message away (MQTT 3.1.1, 3.3.1.3)."""

_STATION = ("is_online", "registration", "vendor", "model", "serial_number", "firmware_version")
_CONNECTOR = ("status", "error_code", "vendor_error_code", "reported_at")
_TRANSACTION = ("transaction_id", "started_at", "meter_start_wh", "taken_at", "energy_wh", "power_w", "soc_percent")
_ALARM = (
    "alarm_id",
    "station_id",
    "connector_id",
    "state",
    "severity",
    "rule",
    "title",
    "opened_at",
    "acknowledged_at",
)


def picture_of(topics: Topics, stations: Iterable[Facts], alarms: Iterable[Facts]) -> dict[str, str]:
    """Every retained topic of the fleet."""
    found: dict[str, str] = {}
    for station in stations:
        station_id = station["station_id"]
        found[topics.station(station_id)] = _text(station, _STATION)
        for each in station["connectors"]:
            found[topics.connector(station_id, each["connector_id"])] = _text(each, _CONNECTOR)
        for each in station["transactions"]:
            found[topics.transaction(station_id, each["connector_id"])] = _text(each, _TRANSACTION)
    for alarm in alarms:
        found[topics.alarm(alarm["alarm_id"])] = _text(alarm, _ALARM)
    return found


def changes_between(before: Picture, after: Picture) -> dict[str, str]:
    """What to publish so that the one becomes the other; what is gone comes first."""
    gone = {topic: GONE for topic in before if topic not in after}
    return gone | {topic: payload for topic, payload in after.items() if before.get(topic) != payload}


def event_text(event: Facts) -> str:
    """An event as it is passed on: whole, but for badges."""
    return msgspec.json.encode(_without_badges(event)).decode()


def _without_badges(value: object) -> object:
    match value:
        case dict():
            return {name: _without_badges(each) for name, each in value.items() if name != BADGE}
        case list():
            return [_without_badges(each) for each in value]
        case _:
            return value


def _text(facts: Facts, names: Iterable[str]) -> str:
    return msgspec.json.encode({name: facts.get(name) for name in names}).decode()
