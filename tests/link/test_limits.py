"""The listener's limits on real sockets: who goes too far is cut, slowed or told, and nobody else notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from contactor.link.door_rules import DoorLimits
from contactor.link.websocket_server import ListenerSettings, WebSocketListener
from contactor.link.websocket_wire import FRAMES_BURST_S, WireLimits
from tests.link.ears import Porter
from tests.link.raw import TEXT, frame, raw_client, raw_station


@asynccontextmanager
async def listening(porter: Porter, settings: ListenerSettings) -> AsyncIterator[WebSocketListener]:
    listener = WebSocketListener(porter, settings=settings)
    await listener.start()
    try:
        yield listener
    finally:
        await listener.close()


async def is_cut(port: int) -> bool:
    """Whether a new connection is cut unheard; that may be as early as while it is made."""
    try:
        async with raw_client(port) as peer:
            return await peer.body_or_reset() == b""
    except ConnectionResetError:
        return True


async def test_a_connection_too_many_from_an_address_is_cut_and_the_others_stay() -> None:
    porter = Porter()
    async with (
        listening(porter, ListenerSettings(door=DoorLimits(connections_max=2))) as listener,
        raw_station(listener.port) as first,
        raw_client(listener.port),
    ):
        assert await is_cut(listener.port)
        first.write(frame(TEXT, b"still here"))
        assert await porter.ears[0].text() == b"still here"


async def test_a_place_is_free_again_when_a_connection_that_asked_for_nothing_ends() -> None:
    settings = ListenerSettings(handshake_limit_s=0.05, door=DoorLimits(connections_max=1))
    async with listening(Porter(), settings) as listener:
        async with raw_client(listener.port) as idle:
            await idle.end()
        async with raw_station(listener.port):
            pass


async def test_handshakes_too_fast_for_one_address_are_cut() -> None:
    async with listening(Porter(), ListenerSettings(door=DoorLimits(handshakes_per_s=0.2))) as listener:
        async with raw_station(listener.port):
            pass
        async with raw_station(listener.port):
            pass
        assert await is_cut(listener.port)


async def test_a_station_that_sends_too_fast_is_read_slowly_and_loses_nothing() -> None:
    """The first frames pass at once; of the rest, so many a second."""
    porter = Porter()
    rate = 40.0
    at_once = round(rate * FRAMES_BURST_S)
    async with (
        listening(porter, ListenerSettings(wire=WireLimits(frames_per_s=rate))) as listener,
        raw_station(listener.port) as fast,
        raw_station(listener.port) as other,
    ):
        began_s = asyncio.get_running_loop().time()
        texts = [str(number).encode() for number in range(at_once + 20)]
        for text in texts:
            fast.write(frame(TEXT, text))
            await porter.ears[0].text()
        assert asyncio.get_running_loop().time() - began_s >= 19 / rate
        other.write(frame(TEXT, b"in between"))
        assert await porter.ears[1].text() == b"in between"
        assert listener.slowed >= 1
        assert [each for each in porter.ears[0].history if isinstance(each, bytes)] == texts


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_every_address_of_the_host_is_listened_on_at_one_port(host: str) -> None:
    porter = Porter()
    listener = WebSocketListener(porter, host=host)
    await listener.start()
    async with raw_station(listener.port):
        assert porter.handshakes[0].peer_address.startswith("127.0.0.1:")
    await listener.close()
