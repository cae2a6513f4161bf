"""Topics: a name of a stranger is one level and nothing else; orders are read strictly."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.base.errors import BadSetting
from contactor.mqtt.discovery import discovery_of
from contactor.mqtt.orders import BadOrder, Command, read_order
from contactor.mqtt.picture import changes_between, event_text, picture_of
from contactor.mqtt.topics import Place, Topics, Verb

Config = dict[str, Any]  # Any: JSON, as it stands on a topic
HOSTILE = "../+/#/$SYS/\u00e9 %2F"
STATION = {
    "station_id": HOSTILE,
    "is_online": True,
    "registration": "Accepted",
    "vendor": "Schneider Electric",
    "model": "EVD1S180TBB",
    "serial_number": "SN-1",
    "firmware_version": "1.0",
    "connectors": [
        {"connector_id": number, "status": "Available", "error_code": "NoError", "vendor_error_code": ""}
        for number in (0, 1)
    ],
    "transactions": [
        {"transaction_id": 7, "connector_id": 1, "id_tag": "SECRET-TAG", "power_w": 50_000.0, "energy_wh": 12.0}
    ],
}
ALARM = {"alarm_id": 3, "station_id": HOSTILE, "severity": "high", "title": "Door open"}


@given(st.text(min_size=1, max_size=255), st.integers(min_value=0, max_value=1000), st.sampled_from(Verb))
def test_any_name_is_one_level_and_comes_back_as_it_was(name: str, connector_id: int, verb: Verb) -> None:
    name = name.encode("utf-8", "replace").decode()
    topics = Topics("home/chargers")
    place = Place(name, connector_id, verb)
    topic = topics.order(place)
    assert topic.count("/") == 7
    assert not set("+#$\x00 ") & set(topic)
    if len(topic) < 1000:
        assert topics.place_of(topic) == place


@pytest.mark.parametrize(
    "topic",
    [
        "contactor/stations/A/connectors/1/explode/set",
        "contactor/stations/A/connectors/one/limit/set",
        "contactor/stations/A/connectors/99999/limit/set",
        "contactor/stations/A/connectors/1/limit/set/more",
        "contactor/stations/A/state",
        "other/stations/A/connectors/1/limit/set/",
    ],
)
def test_a_topic_of_no_order_is_none(topic: str) -> None:
    assert Topics().place_of(topic) is None


@pytest.mark.parametrize("prefix", ["", "a/+", "#", "/a", "a//b", "a b", "x" * 101])
def test_a_prefix_that_is_none_is_refused(prefix: str) -> None:
    with pytest.raises(BadSetting, match="--prefix"):
        Topics(prefix)


def test_the_picture_holds_the_fleet_but_no_badge() -> None:
    topics = Topics()
    picture = picture_of(topics, [STATION], [ALARM])
    assert set(picture) == {
        topics.station(HOSTILE),
        topics.connector(HOSTILE, 0),
        topics.connector(HOSTILE, 1),
        topics.transaction(HOSTILE, 1),
        "contactor/alarms/3",
    }
    assert json.loads(picture[topics.transaction(HOSTILE, 1)])["power_w"] == 50_000
    assert "SECRET-TAG" not in str(picture)


def test_a_change_publishes_what_is_new_and_takes_away_what_is_gone() -> None:
    before = {"a": "1", "b": "2", "c": "3"}
    assert list(changes_between(before, {"b": "2", "c": "4", "d": "5"}).items()) == [("a", ""), ("c", "4"), ("d", "5")]


def test_an_event_is_passed_on_without_badges_wherever_they_stand() -> None:
    event = {"sequence": 1, "facts": {"id_tag": "SECRET", "changes": {"id_tag": ["SECRET", "OTHER"], "x": [1]}}}
    assert json.loads(event_text(event)) == {"sequence": 1, "facts": {"changes": {"x": [1]}}}


@pytest.mark.parametrize(
    ("verb", "payload", "expected"),
    [
        (Verb.STOP, "stop", Command("RemoteStopTransaction", {"transactionId": 7})),
        (Verb.START, " TAG-1 ", Command("RemoteStartTransaction", {"connectorId": 1, "idTag": "TAG-1"})),
        (Verb.AVAILABILITY, "Inoperative", Command("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})),
        (Verb.LIMIT, "none", Command("ClearChargingProfile", {"id": 9001})),
    ],
)
def test_an_order_becomes_a_command(verb: Verb, payload: str, expected: Command) -> None:
    assert read_order(Place("A", 1, verb), payload.encode(), 7) == expected


def test_a_limit_in_watts_becomes_a_default_profile_of_the_connector() -> None:
    command = read_order(Place("A", 2, Verb.LIMIT), b"22000", None)
    profile = command.payload["csChargingProfiles"]
    assert isinstance(profile, dict)
    assert (profile["chargingProfileId"], profile["chargingProfilePurpose"]) == (9002, "TxDefaultProfile")
    assert profile["chargingSchedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 22000.0}]


@pytest.mark.parametrize(
    ("verb", "payload", "running"),
    [
        (Verb.LIMIT, b"-1", None),
        (Verb.LIMIT, b"nan", None),
        (Verb.LIMIT, b"inf", None),
        (Verb.LIMIT, b"22 kW", None),
        (Verb.LIMIT, b"", None),
        (Verb.START, b"", None),
        (Verb.START, b"X" * 21, None),
        (Verb.START, b"A\nB", None),
        (Verb.STOP, b"stop", None),
        (Verb.STOP, b"please", 7),
        (Verb.AVAILABILITY, b"off", None),
        (Verb.AVAILABILITY, b"\xff\xfe", None),
        (Verb.AVAILABILITY, b"x" * 257, None),
    ],
)
def test_an_order_that_means_nothing_is_refused(verb: Verb, payload: bytes, running: int | None) -> None:
    with pytest.raises(BadOrder):
        read_order(Place("A", 1, verb), payload, running)


def test_home_assistant_is_told_of_a_device_whose_ids_are_its_letters() -> None:
    told = discovery_of("homeassistant", Topics(), [STATION], with_orders=True)
    kinds = sorted(topic.split("/")[1] for topic in told)
    assert kinds == ["binary_sensor", "button", "number", "sensor", "sensor", "sensor", "sensor", "switch"]
    for topic, text in told.items():
        _, _, unique, _ = topic.split("/")
        config = json.loads(text)
        assert unique.replace("_", "").replace("-", "").isalnum()
        assert unique.isascii()
        assert config["unique_id"] == unique
        assert config["availability_topic"] == "contactor/bridge/state"
    without = discovery_of("homeassistant", Topics(), [STATION], with_orders=False)
    assert "command_topic" not in str(without)


NEVER_BOOTED = {**STATION, "vendor": None, "model": None, "firmware_version": None}


@pytest.mark.parametrize("station", [STATION, NEVER_BOOTED], ids=["booted", "never booted"])
def test_each_entity_is_one_that_home_assistant_documents_and_takes(station: dict[str, object]) -> None:
    """Its integrations' pages: required keys, device classes with their units and state classes, and no null."""
    told = discovery_of("homeassistant", Topics(), [station], with_orders=True)
    for topic, text in told.items():
        prefix, component, unique, last = topic.split("/")
        config: Config = json.loads(text)
        assert (prefix, last) == ("homeassistant", "config")
        assert REQUIRED[component] <= config.keys() <= REQUIRED[component] | OPTIONAL[component] | EVERYWHERE
        assert config["default_entity_id"] == f"{component}.{unique}"
        assert config["device"]["identifiers"]
        assert config["device"].keys() <= DEVICE
        assert config["origin"]["name"]
        assert "null" not in text
        if component in AS_DOCUMENTED:
            AS_DOCUMENTED[component](config)


def sensor_is_as_documented(config: Config) -> None:
    """A text has neither unit nor class; a number's class says which units and state classes go with it."""
    device_class = config.get("device_class")
    if device_class is None:
        assert not {"unit_of_measurement", "state_class"} & config.keys()
        return
    units, state_classes = SENSORS[device_class]
    assert config["unit_of_measurement"] in units
    assert config["state_class"] in state_classes


def binary_sensor_is_as_documented(config: Config) -> None:
    """Without payloads of its own it takes ON and OFF."""
    assert config["device_class"] in BINARY_SENSORS
    assert {"payload_on", "payload_off"} & config.keys() or {"'ON'", "'OFF'"} <= set(config["value_template"].split())


def switch_is_as_documented(config: Config) -> None:
    """What its state is read as is among the two it has."""
    assert f"'{config['state_on']}'" in config["value_template"]
    assert f"'{config['state_off']}'" in config["value_template"]


def number_is_as_documented(config: Config) -> None:
    assert config["min"] < config["max"]
    assert config["step"] >= 0.001
    assert config["mode"] in ("auto", "box", "slider")


def test_two_names_never_become_one_device() -> None:
    told = [
        discovery_of("h", Topics(), [{**STATION, "station_id": name}], with_orders=False) for name in ("A B", "A+B")
    ]
    assert not set(told[0]) & set(told[1])


# What the pages sensor.mqtt, binary_sensor.mqtt, number.mqtt, button.mqtt and switch.mqtt of Home Assistant say.
EVERYWHERE = {"name", "unique_id", "default_entity_id", "device", "origin", "availability_topic", "icon"}
DEVICE = {"identifiers", "name", "manufacturer", "model", "sw_version"}
REQUIRED = {
    "binary_sensor": {"state_topic"},
    "sensor": {"state_topic"},
    "number": {"command_topic"},
    "button": {"command_topic"},
    "switch": {"command_topic"},
}
OPTIONAL = {
    "binary_sensor": {"device_class", "value_template", "payload_on", "payload_off"},
    "sensor": {"device_class", "state_class", "unit_of_measurement", "value_template"},
    "number": {"min", "max", "step", "mode", "unit_of_measurement", "device_class"},
    "button": {"payload_press", "device_class"},
    "switch": {"payload_on", "payload_off", "state_on", "state_off", "state_topic", "value_template", "device_class"},
}
BINARY_SENSORS = {"connectivity", "plug", "power", "problem", "running", "safety", "tamper"}
SENSORS = {
    "battery": ({"%"}, {"measurement"}),
    "energy": ({"mWh", "Wh", "kWh", "MWh", "GWh", "TWh"}, {"total", "total_increasing"}),
    "power": ({"mW", "W", "kW", "MW", "GW", "TW"}, {"measurement"}),
}
AS_DOCUMENTED: dict[str, Callable[[Config], None]] = {
    "binary_sensor": binary_sensor_is_as_documented,
    "sensor": sensor_is_as_documented,
    "number": number_is_as_documented,
    "switch": switch_is_as_documented,
}
