"""A station's messages over the API: kept ones in pages and filtered, live ones as they pass, never a secret."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from contactor.central.api.role import Role
from contactor.central.message_log import MessageFilter, read_messages
from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.bench import STATION, Json
from tests.central.test_server import BOOT, ask, station_at

LOG = f"{API}/messages"
LIVE = f"{API}/stations/{STATION}/messages"


async def _kept(bench: Bench, count: int, **wanted: str | int) -> list[Json]:
    """Messages that are kept, when there are as many: they are written once a second."""
    async with asyncio.timeout(30):
        while True:
            answer = await bench.admin.get(LOG, params={"station_id": STATION, **wanted})
            assert answer.status_code == 200, answer.text
            if len(answer.json()["items"]) >= count:
                return list(answer.json()["items"])
            bench.central.sessions.messages.write()


async def test_kept_messages_are_found_by_what_they_are(database: str) -> None:
    async with api_in(database, log_messages=True) as bench, station_at(bench.central, STATION) as station:
        await ask(station, "BootNotification", BOOT)
        await ask(station, "Heartbeat", {})
        (answer, call) = await _kept(bench, 2, action="Heartbeat")
        assert (call["direction"], call["message_id"], call["took_ms"]) == ("in", "id-Heartbeat", None)
        assert (answer["direction"], json.loads(str(answer["frame"]))[0]) == ("out", 3)
        assert isinstance(answer["took_ms"], float)
        assert await _kept(bench, 1, direction="out", message_id="id-BootNotification")
        assert await _kept(bench, 0, at_before="2020-01-01T00:00:00Z") == []
        first = (await bench.admin.get(LOG, params={"limit": 3})).json()
        rest = (await bench.admin.get(LOG, params={"before": first["next"]})).json()
        assert [len(first["items"]), len(rest["items"]), rest["next"], rest["are_kept"]] == [3, 1, None, True]
        problem_of(await bench.admin.get(LOG, params={"direction": "sideways"}), 422)


async def test_cs_25_a_secret_is_masked_in_what_is_kept_and_in_what_passes(database: str) -> None:
    async with (
        api_in(database, log_messages=True) as bench,
        station_at(bench.central, STATION) as station,
        bench.admin.stream("GET", f"{LIVE}/stream") as stream,
    ):
        lines = stream.aiter_lines()
        assert await anext(lines) == ": listening"
        await ask(station, "BootNotification", BOOT)
        order = {
            "station_id": STATION,
            "action": "ChangeConfiguration",
            "payload": {"key": "AuthorizationKey", "value": "00112233445566778899aabbccddeeff"},
        }
        assert (await bench.admin.post(f"{API}/commands", json=order, params={"wait": 0})).status_code == 201
        await asyncio.wait_for(station.recv(), 20)
        told = await _until(lines, "ChangeConfiguration")
        assert "***" in str(told["frame"])
        (kept,) = await _kept(bench, 1, action="ChangeConfiguration")
        assert kept["frame"] == told["frame"]
        assert "00112233" not in json.dumps([told, kept])


async def _until(lines: AsyncIterator[str], action: str) -> Json:
    async for line in lines:
        if line.startswith("data: "):
            told: Json = json.loads(line.removeprefix("data: "))
            if told["action"] == action:
                return told
    raise AssertionError(f"{action} was not told")


async def test_a_websocket_tells_messages_that_nobody_keeps_and_ends_with_the_server(database: str) -> None:
    async with api_in(database) as bench, asyncio.timeout(60):
        async with await _listening(bench) as socket, station_at(bench.central, STATION) as station:
            await ask(station, "BootNotification", BOOT)
            told = [json.loads(await socket.recv()) for _ in range(2)]
            assert [(each["direction"], each["action"]) for each in told] == [
                ("in", "BootNotification"),
                ("out", "BootNotification"),
            ]
            assert told[1]["took_ms"] >= 0
            stopping = asyncio.ensure_future(bench.api.stop())
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            await stopping
        assert (await _log_of(bench)) == []


async def _log_of(bench: Bench) -> list[object]:
    bench.central.sessions.messages.write()
    return list(read_messages(bench.central.engine, MessageFilter(STATION)))


async def _listening(bench: Bench) -> connect:
    url = bench.api.url.replace("http", "ws") + f"{LIVE}/socket"
    token = await bench.token(Role.VIEWER)
    return connect(url, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None)


async def test_an_unknown_station_and_nobody_are_refused(database: str) -> None:
    async with api_in(database) as bench:
        problem_of(await bench.admin.get(f"{API}/stations/X/messages/stream"), 404)
        nobody = await bench.client()
        problem_of(await nobody.get(f"{LIVE}/stream"), 401)
