"""What Home Assistant is told so that it finds stations by itself: a device each, and an entity for each fact."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from contactor import __version__
from contactor.mqtt.orders import LIMIT_W_MAX, STOP
from contactor.mqtt.picture import Facts
from contactor.mqtt.topics import Place, Topics, Verb

_OTHER = re.compile(r"[^A-Za-z0-9-]+")
_DIGEST_LENGTH = 8
_ORIGIN = {"name": "Contactor", "sw_version": __version__}
_DEVICE = {"name": "station_id", "manufacturer": "vendor", "model": "model", "sw_version": "firmware_version"}
"""What is told of a device, and which fact of a station it is."""


@dataclass(frozen=True, slots=True)
class _Entity:
    """One entity: its kind, a word for its id, its name, and what Home Assistant is told beside."""

    component: str
    word: str
    name: str
    config: Mapping[str, object]


def discovery_of(
    discovery_prefix: str, topics: Topics, stations: Iterable[Facts], *, with_orders: bool
) -> dict[str, str]:
    """The retained configurations, by topic."""
    found: dict[str, str] = {}
    for station in stations:
        node = _node(station["station_id"])
        told = {each: station[fact] for each, fact in _DEVICE.items()}
        # What is null there refuses the whole entity: a station that has not booted yet has neither.
        device = {"identifiers": [node], **{each: fact for each, fact in told.items() if fact is not None}}
        common = {"device": device, "origin": _ORIGIN, "availability_topic": topics.bridge}
        for entity in _entities(topics, station, with_orders=with_orders):
            unique = f"{node}_{entity.word}"
            named = {"name": entity.name, "unique_id": unique, "default_entity_id": f"{entity.component}.{unique}"}
            config = {**named, **common, **entity.config}
            topic = f"{discovery_prefix}/{entity.component}/{unique}/config"
            found[topic] = msgspec.json.encode(config).decode()
    return found


def _entities(topics: Topics, station: Facts, *, with_orders: bool) -> Iterator[_Entity]:
    station_id = station["station_id"]
    online = {
        "state_topic": topics.station(station_id),
        "value_template": "{{ 'ON' if value_json.is_online else 'OFF' }}",
        "device_class": "connectivity",
    }
    yield _Entity("binary_sensor", "online", "Online", online)
    for connector in station["connectors"]:
        if connector["connector_id"]:
            yield from _of_connector(topics, station_id, connector["connector_id"])
            if with_orders:
                yield from _orders_of(topics, station_id, connector["connector_id"])


def _of_connector(topics: Topics, station_id: str, number: int) -> Iterator[_Entity]:
    state = {"state_topic": topics.connector(station_id, number), "value_template": "{{ value_json.status }}"}
    yield _Entity("sensor", f"{number}_status", f"Connector {number}", state)
    transaction = topics.transaction(station_id, number)
    for word, name, unit, device_class in (
        ("power_w", "power", "W", "power"),
        ("soc_percent", "battery", "%", "battery"),
        ("energy_wh", "meter", "Wh", "energy"),
    ):
        config = {
            "state_topic": transaction,
            # Nothing runs: the topic is empty, and the fact is unknown.
            "value_template": f"{{{{ value_json.{word} if value_json is defined else none }}}}",
            "unit_of_measurement": unit,
            "device_class": device_class,
            "state_class": "total_increasing" if word == "energy_wh" else "measurement",
        }
        yield _Entity("sensor", f"{number}_{word}", f"Connector {number} {name}", config)


def _orders_of(topics: Topics, station_id: str, number: int) -> Iterator[_Entity]:
    def at(verb: Verb) -> str:
        return topics.order(Place(station_id, number, verb))

    limit = {"command_topic": at(Verb.LIMIT), "min": 0, "max": LIMIT_W_MAX, "step": 100, "unit_of_measurement": "W"}
    yield _Entity("number", f"{number}_limit", f"Connector {number} limit", {**limit, "mode": "box"})
    yield _Entity(
        "button", f"{number}_stop", f"Connector {number} stop", {"command_topic": at(Verb.STOP), "payload_press": STOP}
    )
    service = {
        "command_topic": at(Verb.AVAILABILITY),
        "payload_on": "operative",
        "payload_off": "inoperative",
        "state_topic": topics.connector(station_id, number),
        "value_template": "{{ 'inoperative' if value_json.status == 'Unavailable' else 'operative' }}",
        "state_on": "operative",
        "state_off": "inoperative",
    }
    yield _Entity("switch", f"{number}_availability", f"Connector {number} in service", service)


def _node(station_id: str) -> str:
    """A station's name in the letters that Home Assistant takes, and no two alike."""
    digest = hashlib.sha256(station_id.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"contactor_{_OTHER.sub('_', station_id)[:64]}_{digest}"
