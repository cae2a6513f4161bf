"""Which request of the control API each press is, and what a browser may not make of it."""

import pytest

from contactor.panel.verbs import VERBS, Request, request_of
from contactor.virtual.control.app import make_app


def test_every_verb_is_a_route_of_the_control_api() -> None:
    routes = {(method, path) for path, each in make_app().openapi()["paths"].items() for method in each}
    for verb in VERBS.values():
        assert (verb.method.lower(), f"/stations/{{name}}{verb.path}") in routes


def test_every_field_of_a_verb_is_one_of_its_body() -> None:
    description = make_app().openapi()
    for verb in VERBS.values():
        route = description["paths"][f"/stations/{{name}}{verb.path}"][verb.method.lower()]
        if verb.fields:
            body = route["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert verb.fields <= description["components"]["schemas"][body]["properties"].keys()


def test_a_press_names_its_outlet_in_the_path_and_its_values_in_the_body() -> None:
    given = {"verb": "plug", "outlet": 2, "body": {"soc_percent": 20, "vehicle": "saloon", "other": 1}}
    assert request_of("CP/1", given) == Request(
        "POST", "/stations/CP%2F1/outlets/2/plug", {"soc_percent": 20, "vehicle": "saloon"}
    )


def test_a_place_is_spelt_as_paths_spell_it() -> None:
    request = request_of("CP-1", {"verb": "open door", "place": "power cabinet"})
    assert request == Request("POST", "/stations/CP-1/doors/power-cabinet/open")


@pytest.mark.parametrize(
    "given",
    [
        None,
        "plug",
        {"verb": "format disk"},
        {"verb": "plug", "outlet": "1/../2"},
        {"verb": "plug", "outlet": 0},
        {"verb": "open door", "place": "../power"},
        {"verb": ["plug"], "outlet": 1},
    ],
)
def test_what_no_panel_sends_is_no_request(given: object) -> None:
    assert request_of("CP-1", given) is None


def test_a_value_of_a_body_is_a_bounded_text_or_a_number() -> None:
    request = request_of("CP-1", {"verb": "badge", "body": {"uid": "x" * 1000}})
    assert request is not None
    assert request.body == {"uid": "x" * 200}
    request = request_of("CP-1", {"verb": "speed", "body": {"speed": {":a": "b"}}})
    assert request is not None
    assert request.body == {"speed": "{':a': 'b'}"}
