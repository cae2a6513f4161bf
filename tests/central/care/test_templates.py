"""What is wanted of a station's configuration follows from templates; what cannot be is refused up front."""

import pytest

from contactor.central.care.drift import same_value
from contactor.central.care.scope import Scope, ScopeKind
from contactor.central.care.templates import Template, conflict_of, flaw_of, wanted_values
from contactor.central.recognition import catalogue_of
from contactor.guide.load import load_product

PRODUCT = load_product()
CATALOGUE = catalogue_of([PRODUCT])
MODEL = "EVD1S180THB"
ALL, MODELS, ONE = Scope(), Scope(ScopeKind.MODELS, (MODEL,)), Scope(ScopeKind.STATIONS, ("S",))


def template(stations: Scope, name: str = "t", **values: str) -> Template:
    return Template(name, stations, values)


def test_what_is_said_for_fewer_stations_goes_before_what_is_said_for_more() -> None:
    templates = [
        template(ONE, "c", HeartbeatInterval="3"),
        template(ALL, "a", HeartbeatInterval="1", MeterValueSampleInterval="1", ConnectionTimeOut="1"),
        template(MODELS, "b", heartbeatinterval="2", MeterValueSampleInterval="2"),
    ]
    found = wanted_values(templates, "S", f"EVlink Pro DC {MODEL}", CATALOGUE)
    assert {key: (each.value, each.template) for key, each in found.items()} == {
        "heartbeatinterval": ("3", "c"),
        "metervaluesampleinterval": ("2", "b"),
        "connectiontimeout": ("1", "a"),
    }
    other = wanted_values(templates, "X", "OTHER", CATALOGUE)
    assert {each.template for each in other.values()} == {"a"}


@pytest.mark.parametrize(
    ("stations", "models", "key", "value", "reason"),
    [
        (ALL, [], "NumberOfConnectors", "2", "it is read-only"),
        (MODELS, [], "numberofconnectors", "2", "it is read-only"),
        (ALL, [], "AuthorizationKey", "00112233445566778899aabbccddeeff", "it is a secret"),
        (ALL, [], "authorizationkey", "x", "it is a secret"),
        (ALL, [], "Backend", "ftp://somebody:hidden@example.org/", "it holds a secret"),
        (ALL, [], "HeartbeatInterval", "often", "expected a whole number"),
        (MODELS, [], "NoSuchKey", "1", "has no such key"),
        (ONE, [MODEL], "NoSuchKey", "1", "has no such key"),
    ],
)
def test_cf_04_what_cannot_be_is_refused_up_front(
    stations: Scope, models: list[str | None], key: str, value: str, reason: str
) -> None:
    flaw = flaw_of(template(stations, **{key: value}), PRODUCT, models, CATALOGUE)
    assert flaw is not None
    assert (flaw.key, reason in flaw.reason) == (key, True)
    assert "hidden" not in flaw.value
    assert "0011" not in flaw.value


@pytest.mark.parametrize(("stations", "models"), [(ALL, []), (ONE, ["OTHER"]), (ONE, [None]), (ONE, [MODEL, "OTHER"])])
def test_another_makers_key_is_taken_where_not_all_are_the_guides_product(
    stations: Scope, models: list[str | None]
) -> None:
    assert flaw_of(template(stations, NoSuchKey="1"), PRODUCT, models, CATALOGUE) is None


def test_a_key_cannot_be_given_twice_in_two_spellings() -> None:
    flaw = flaw_of(template(ALL, HeartbeatInterval="1", heartbeatINTERVAL="2"), PRODUCT, [], CATALOGUE)
    assert flaw is not None
    assert flaw.reason == "it is given twice"


def test_templates_of_one_rank_may_not_contradict_each_other() -> None:
    known = [template(ONE, "known", HeartbeatInterval="1")]
    told = conflict_of(template(ONE, "new", heartbeatinterval="2"), known)
    assert told is not None
    assert told.reason == "template known says '1' for the same stations"
    assert conflict_of(template(ONE, "new", heartbeatinterval="1"), known) is None
    assert conflict_of(template(ALL, "new", HeartbeatInterval="2"), known) is None
    assert conflict_of(template(ONE, "known", HeartbeatInterval="2"), known) is None
    elsewhere = Scope(ScopeKind.STATIONS, ("X",))
    assert conflict_of(template(elsewhere, "new", HeartbeatInterval="2"), known) is None


@pytest.mark.parametrize(
    ("key", "one", "other", "is_same"),
    [
        ("HeartbeatInterval", "060", "60", True),
        ("LocalAuthListEnabled", "TRUE", "true", True),
        ("MeterValuesSampledData", "SoC, Voltage", "SoC,Voltage", True),
        ("MeterValuesSampledData", "Voltage,SoC", "SoC,Voltage", False),
        ("HeartbeatInterval", "60", "61", False),
        ("Unknown", "True", "true", True),
        ("Unknown", "a", "A", False),
    ],
)
def test_cf_06_cf_08_two_spellings_of_a_value_are_one(key: str, one: str, other: str, is_same: bool) -> None:
    assert same_value(PRODUCT.key(key), one, other) is is_same
