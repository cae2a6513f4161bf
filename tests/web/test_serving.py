"""What is served answers at once, and lets go at once."""

import asyncio
import socket

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from contactor.web.serving import Serving, listen

HOST = "127.0.0.1"
TURNS = 25
"""So many turns of the loop are over before any clock has moved."""


class Hall:
    """An application whose answers can be held."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.app = Starlette(routes=[Route("/held", self._hold), Route("/", self._answer)])

    async def _hold(self, _request: Request) -> Response:
        self.asked.set()
        await self.may_answer.wait()
        return PlainTextResponse("late")

    async def _answer(self, _request: Request) -> Response:
        return PlainTextResponse("here")


async def test_an_answer_waits_for_no_acknowledgement() -> None:
    """TCP_NODELAY: a client acknowledges the head of an answer 40 ms late, and the body would wait for that."""
    with listen("port", HOST, 0, what="a test") as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_a_server_that_nobody_is_connected_to_stops_without_a_pause() -> None:
    listening = listen("port", HOST, 0, what="a test")
    url = f"http://{HOST}:{listening.getsockname()[1]}"
    serving = await Serving.start(Hall().app, listening, name="test")
    async with httpx.AsyncClient(verify=False) as client:
        answer = await client.get(url)
        assert (answer.text, answer.headers["Date"][-3:]) == ("here", "GMT")
    await asyncio.to_thread(lambda: None)  # a turn in which the server sees that the client has gone
    stopping = asyncio.create_task(serving.stop())
    for _ in range(TURNS):
        await asyncio.sleep(0)
    assert stopping.done()
    assert listening.fileno() == -1, "the port is still held"


async def test_a_request_on_its_way_is_answered_before_the_server_stops() -> None:
    hall = Hall()
    listening = listen("port", HOST, 0, what="a test")
    url = f"http://{HOST}:{listening.getsockname()[1]}"
    serving = await Serving.start(hall.app, listening, name="test")
    async with httpx.AsyncClient(verify=False) as client:
        asking = asyncio.create_task(client.get(f"{url}/held"))
        await hall.asked.wait()
        stopping = asyncio.create_task(serving.stop())
        await asyncio.sleep(0)
        hall.may_answer.set()
        assert (await asking).text == "late"
        await stopping
