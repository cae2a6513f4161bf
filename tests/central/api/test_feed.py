"""The feed by the API: from any number on, by server-sent events and websocket, and ended when the server stops."""

import asyncio
import json

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from contactor.central.api.role import Role
from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.bench import STATION
from tests.central.test_server import BOOT, ask, station_at


async def boot(bench: Bench) -> None:
    """A station comes, boots and goes: three events at least."""
    async with station_at(bench.central, STATION) as station:
        await ask(station, "BootNotification", BOOT)


async def _read_on(socket: ClientConnection) -> None:
    while True:
        await socket.recv()


async def test_the_stream_tells_what_happens_and_goes_on_after_a_number(database: str) -> None:
    async with api_in(database) as bench, asyncio.timeout(60):
        async with bench.admin.stream("GET", f"{API}/events/stream", params={"after": 0}) as stream:
            assert stream.headers["Content-Type"].startswith("text/event-stream")
            lines = stream.aiter_lines()
            assert await anext(lines) == ": after 0"
            await boot(bench)
            told = []
            async for line in lines:
                if line.startswith("data: "):
                    told.append(json.loads(line.removeprefix("data: ")))
                    if told[-1]["kind"] == "station_booted":
                        break
        first = told[0]["sequence"]
        resumed = {"Last-Event-ID": str(first)}
        async with bench.admin.stream("GET", f"{API}/events/stream", headers=resumed) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("id: "):
                    assert int(line.removeprefix("id: ")) > first
                    break
        page = (await bench.admin.get(f"{API}/events", params={"kind": "station_booted"})).json()
        assert [event["station_id"] for event in page["items"]] == [STATION]
        assert page["latest"] >= page["next"] > 0
        wrong = await bench.admin.get(f"{API}/events/stream", headers={"Last-Event-ID": "x"})
        problem_of(wrong, 422)


async def test_a_websocket_tells_the_same_and_ends_when_the_server_stops(database: str) -> None:
    async with api_in(database) as bench, asyncio.timeout(60):
        url = bench.api.url.replace("http", "ws") + f"{API}/events/socket"
        token = await bench.token(Role.VIEWER)
        async with connect(
            f"{url}?after=0", additional_headers={"Authorization": f"Bearer {token}"}, proxy=None
        ) as socket:
            await boot(bench)
            kinds = set()
            while "station_booted" not in kinds:
                kinds.add(json.loads(await socket.recv())["kind"])
            stopping = asyncio.ensure_future(bench.api.stop())
            with pytest.raises(ConnectionClosed):
                await _read_on(socket)
            await stopping


async def test_a_websocket_is_refused_to_nobody_and_to_pages_of_other_sites(database: str) -> None:
    async with api_in(database) as bench:
        url = bench.api.url.replace("http", "ws") + f"{API}/events/socket"
        cookie = "; ".join(f"{name}={value}" for name, value in bench.admin.cookies.items())
        for headers, status in (
            ({}, 401),
            ({"Cookie": cookie, "Origin": "https://evil.example"}, 403),
        ):
            with pytest.raises(InvalidStatus) as refused:
                async with connect(url, additional_headers=headers, proxy=None):
                    pass
            assert refused.value.response.status_code == status
        async with connect(url, additional_headers={"Cookie": cookie, "Origin": bench.api.url}, proxy=None):
            pass
