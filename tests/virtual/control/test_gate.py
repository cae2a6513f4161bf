"""Who may ask the control API, and what becomes of hostile input."""

from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from contactor.base.errors import BadSetting
from contactor.link.memory import MemoryNetwork
from contactor.virtual.control.server import ControlServer
from tests.virtual.control.stage import stage, virtual_station

TOKEN = "a-token-of-a-good-length"


async def test_without_a_token_only_loopback_is_served() -> None:
    with pytest.raises(BadSetting, match=r"--control-host: '0\.0\.0\.0' cannot be used; others can reach it"):
        ControlServer([], host="0.0.0.0")


@pytest.mark.parametrize("token", ["short", "with a blank in between", "ümlaut-and-long-enough"])
async def test_a_bad_token_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(BadSetting) as refused:
        ControlServer([], token=token)
    assert token not in str(refused.value)


async def test_two_stations_of_one_name_are_refused() -> None:
    network = MemoryNetwork()
    twins = [virtual_station("CP-1", network), virtual_station("CP-1", network)]
    with pytest.raises(BadSetting, match="each needs a name of its own"):
        ControlServer(twins)


async def test_with_a_token_nothing_is_told_without_it() -> None:
    async with stage(token=TOKEN) as it:
        assert (await it.http.get("/stations")).status_code == 200
        async with httpx.AsyncClient(base_url=it.control.url) as stranger:
            for shown in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}):
                for path in ("/stations", "/stations/CP-1", "/garage", "/openapi.json"):
                    answer = await stranger.get(path, headers=shown)
                    assert answer.status_code == 401, path
                    assert TOKEN not in answer.text
        url = f"ws://127.0.0.1:{it.control.port}/stations/CP-1/feed/socket"
        with pytest.raises(InvalidStatus) as refused:
            async with connect(url):
                pass
        assert refused.value.response.status_code == 401
        async with connect(url, additional_headers={"Authorization": f"Bearer {TOKEN}"}) as socket:
            assert b"state" in (await socket.recv(decode=False))


async def test_a_page_of_another_site_may_neither_ask_nor_follow() -> None:
    async with stage() as it:
        answer = await it.http.post(f"{it.path}/power/cut", headers={"Origin": "https://evil.example"})
        assert (answer.status_code, answer.json()["field"]) == (403, "Origin")
        assert it.virtual.runner.is_on
        assert (await it.http.get("/stations", headers={"Origin": "null"})).status_code == 403
        own = {"Origin": it.control.url}
        assert (await it.http.get("/stations", headers=own)).status_code == 200
        with pytest.raises(InvalidStatus):
            async with connect(
                f"ws://127.0.0.1:{it.control.port}/stations/CP-1/feed/socket",
                origin="https://evil.example",  # type: ignore[arg-type]
            ):
                pass


async def test_a_name_of_somebody_elses_that_leads_here_is_refused() -> None:
    async with stage() as it:
        answer = await it.http.get("/stations", headers={"Host": "evil.example"})
        assert (answer.status_code, answer.json()["field"]) == (403, "Host")
        assert (await it.http.get("/stations", headers={"Host": "localhost:1"})).status_code == 200


@pytest.mark.parametrize(
    ("verb", "body", "status", "field"),
    [
        ("outlets/9/plug", {}, 404, "outlet"),
        ("outlets/0/plug", {}, 422, "outlet"),
        ("outlets/1/plug", {"vehicle": "tank"}, 422, "vehicle"),
        ("outlets/1/plug", {"soc_percent": 101}, 422, "soc_percent"),
        ("outlets/1/plug", {"soc_percent": "NaN"}, 422, "soc_percent"),
        ("outlets/1/plug", {"battery_wh": 0}, 422, "battery_wh"),
        ("outlets/1/plug", {"max_power_w": -1}, 422, "max_power_w"),
        ("outlets/1/plug", {"colour": "red"}, 422, "colour"),
        (
            "outlets/1/plug",
            {"curve": [{"soc_percent": 0, "power_percent": 10}, {"soc_percent": 100, "power_percent": 20}]},
            422,
            "curve",
        ),
        ("outlets/1/plug", {"vehicle": "old_hatchback"}, 409, "outlet 1"),
        ("outlets/1/unplug", None, 409, "outlet"),
        ("badge", {"uid": ""}, 422, "uid"),
        ("badge", {"uid": "x" * 101}, 422, "uid"),
        ("badge", {"uid": "A", "outlet": 3}, 422, "outlet"),
        ("emergency-stops/roof/press", None, 422, "place"),
        ("faults/raise", {"dtc": "<script>"}, 422, "dtc"),
        ("network/cut", {"way": "with scissors"}, 422, "way"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(verb: str, body: object, status: int, field: str) -> None:
    async with stage() as it:
        before = await it.state()
        refused, problem = await it.refused(verb, body)
        assert (refused, problem["field"]) == (status, field)
        after = await it.state()
        for name in ("outlets", "faults", "network"):
            assert _without_times(after[name]) == _without_times(before[name])


@pytest.mark.parametrize(
    ("verb", "body"), [("speed", {"speed": 0}), ("speed", {"speed": 1001}), ("supply", {"voltage_v": 0})]
)
async def test_no_speed_and_no_voltage_beyond_what_can_be(verb: str, body: object) -> None:
    async with stage() as it:
        assert (await it.refused(verb, body, method="PUT"))[0] == 422


async def test_a_wish_must_say_something() -> None:
    async with stage() as it:
        await it.do("outlets/1/plug", {})
        status, problem = await it.refused("outlets/1/vehicle", {}, method="PATCH")
        assert status == 422
        assert "max_power_w" in problem["detail"]


async def test_what_is_no_json_too_large_or_nowhere_is_refused() -> None:
    async with stage() as it:
        plug = f"{it.path}/outlets/1/plug"
        headers = {"content-type": "application/json"}
        assert (await it.http.post(plug, content=b"{", headers=headers)).status_code == 400
        form = await it.http.post(plug, content=b'{"soc_percent": 20}', headers={"content-type": "text/plain"})
        assert (form.status_code, "Content-Type: application/json, not text/plain" in form.text) == (415, True)
        assert (await it.http.post(plug, content=b" " * 300_000, headers=headers)).status_code == 413
        assert (await it.http.get("/stations/nobody")).status_code == 404
        assert (await it.http.get("/nowhere")).status_code == 404
        assert (await it.http.get(f"{it.path}/feed", params={"after": -1})).status_code == 422
        assert (await it.http.delete("/stations")).status_code == 405


async def test_the_description_names_every_verb() -> None:
    async with stage() as it:
        document = (await it.http.get("/openapi.json")).json()
        assert "/stations/{name}/outlets/{outlet}/plug" in document["paths"]
        assert "StationState" in document["components"]["schemas"]


async def test_stations_cars_and_codes_are_listed() -> None:
    async with stage() as it:
        (one,) = (await it.http.get("/stations")).json()
        assert (one["name"], one["model"]) == ("CP-1", "EVD1S180THB")
        assert {each["name"] for each in (await it.http.get("/garage")).json()} >= {"saloon", "old_hatchback"}
        codes = (await it.http.get(f"{it.path}/trouble-codes")).json()
        assert len(codes) == 42


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_times(each) for name, each in value.items() if name not in ("status", "status_since")}
    return [_without_times(each) for each in value] if isinstance(value, list) else value
