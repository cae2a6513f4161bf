"""The dialler against servers made by hand, an independent websocket server, and a line that falls silent."""

import asyncio
import contextlib
import gc
import socket
import weakref
from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close
from websockets.typing import Subprotocol

from contactor.link.link import Admit, Closure, Link, LinkFailed, LinkRefused, Target
from contactor.link.websocket_client import DialSettings, WebSocketDialer
from contactor.link.websocket_server import ListenerSettings, WebSocketListener
from contactor.link.websocket_wire import Conversation, PingPlan, WireLimits
from tests.link.ears import PATIENCE_S, Ear, Porter
from tests.link.raw import (
    CLOSE,
    FIN,
    PING,
    PONG,
    TEXT,
    RawPeer,
    Relay,
    close_payload,
    frame,
    raw_server,
)

QUICK = DialSettings(wire=WireLimits(message_bytes_max=100_000, close_limit_s=0.05))
IMPATIENT = DialSettings(connect_limit_s=0.1)


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
async def listener() -> AsyncIterator[WebSocketListener]:
    started = WebSocketListener(lambda _handshake: Admit(Forgetful(asyncio.Event())))
    await started.start()
    yield started
    await started.close()


def at(port: int, path: str = "", identity: str = "RDAM 123", password: bytes | None = None) -> Target:
    return Target(f"ws://127.0.0.1:{port}{path}", identity, password)


# The request


async def test_tr_01_tr_02_sec_06_the_request_is_what_the_spec_wants(ear: Ear) -> None:
    heads: list[list[str]] = []

    async def central(peer: RawPeer) -> None:
        heads.append(await peer.head())
        peer.accept(heads[0])
        peer.write(frame(CLOSE, close_payload(1000), masked=False))
        await peer.frame_of(CLOSE)

    key = bytes.fromhex("0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF")
    async with raw_server(central) as port:
        await WebSocketDialer().dial(at(port, "/ocpp/", "AL 1000", key), ear)
        await ear.closed()
    request_line, *lines = heads[0]
    headers = {line.partition(": ")[0].lower(): line.partition(": ")[2] for line in lines}
    assert request_line == "GET /ocpp/AL%201000 HTTP/1.1"
    assert headers["sec-websocket-protocol"] == "ocpp1.6"
    assert headers["host"] == f"127.0.0.1:{port}"
    assert headers["authorization"] == "Basic QUwgMTAwMDoAAQIDBAUGB////////////////w=="


async def test_no_password_no_header(ear: Ear) -> None:
    async def central(peer: RawPeer) -> None:
        head = await peer.head()
        assert not any(line.lower().startswith("authorization") for line in head)
        peer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")

    async with raw_server(central) as port:
        with pytest.raises(LinkRefused):
            await WebSocketDialer().dial(at(port), ear)


async def test_a_user_in_the_url_is_not_sent_as_host(ear: Ear) -> None:
    async def central(peer: RawPeer) -> None:
        assert f"Host: 127.0.0.1:{peer.writer.get_extra_info('sockname')[1]}" in await peer.head()
        peer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")

    async with raw_server(central) as port:
        with pytest.raises(LinkRefused):
            await WebSocketDialer().dial(Target(f"ws://user:pass@127.0.0.1:{port}", "RDAM"), ear)


async def test_a_fleet_may_dial_from_an_address_of_its_choice(ear: Ear) -> None:
    porter = Porter()
    listener = WebSocketListener(porter)
    await listener.start()
    dialer = WebSocketDialer(settings=DialSettings(source_address="127.0.0.5"))
    await dialer.dial(at(listener.port), ear)
    assert porter.handshakes[0].peer_address.startswith("127.0.0.5:")
    await listener.close()


# Answers that are none


@pytest.mark.parametrize("chosen", [None, "ocpp2.0.1", "OCPP1.6", "ocpp1.6, ocpp2.0.1"])
async def test_tr_05_a_server_that_does_not_choose_ours_is_a_failure(ear: Ear, chosen: str | None) -> None:
    async def central(peer: RawPeer) -> None:
        peer.accept(await peer.head(), subprotocol=chosen)
        await peer.end()

    async with raw_server(central) as port:
        with pytest.raises(LinkFailed, match="subprotocol"):
            await WebSocketDialer().dial(at(port), ear)
    assert ear.history == []


async def test_tr_11_a_server_that_chooses_what_was_not_offered_is_a_failure(ear: Ear) -> None:
    async def central(peer: RawPeer) -> None:
        peer.accept(await peer.head(), extra="Sec-WebSocket-Extensions: permessage-deflate")
        await peer.end()

    async with raw_server(central) as port:
        with pytest.raises(LinkFailed, match="extension"):
            await WebSocketDialer().dial(at(port), ear)
    assert ear.history == []


@pytest.mark.parametrize(("status", "phrase"), [(401, "Unauthorized"), (404, "Not Found"), (302, "Found")])
async def test_tr_07_tr_09_the_status_of_a_refusal_is_known(ear: Ear, status: int, phrase: str) -> None:
    async def central(peer: RawPeer) -> None:
        await peer.head()
        peer.write(f"HTTP/1.1 {status} {phrase}\r\nLocation: ws://127.0.0.1:1/\r\n\r\nbody".encode())
        await peer.end()

    async with raw_server(central) as port:
        with pytest.raises(LinkRefused) as refusal:
            await WebSocketDialer().dial(at(port), ear)
    assert refusal.value.status == status
    assert ear.history == []


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="none"),
        pytest.param(b"HTTP/1.1 101 Swi", id="half"),
        pytest.param(b"SSH-2.0-OpenSSH_9.9\r\n\r\n", id="another protocol"),
        pytest.param(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", id="101 without the headers"),
        pytest.param(b"HTTP/1.1 521 Web Server Is Down\r\n\r\n", id="a status that no standard knows"),
        pytest.param(b"x" * 20_000, id="without end"),
    ],
)
async def test_an_answer_that_is_none_is_a_failure(ear: Ear, answer: bytes) -> None:
    async def central(peer: RawPeer) -> None:
        await peer.head()
        peer.write(answer)
        peer.writer.write_eof()
        await peer.end()

    async with raw_server(central) as port:
        with pytest.raises(LinkFailed):
            await WebSocketDialer().dial(at(port), ear)
    assert ear.history == []


async def test_a_server_that_never_answers_is_given_up_and_the_connection_with_it(ear: Ear) -> None:
    async def central(peer: RawPeer) -> None:
        await peer.head()
        await peer.end()

    async with raw_server(central) as port:
        with pytest.raises(LinkFailed, match=r"no answer within 0\.1 s"):
            await WebSocketDialer(settings=IMPATIENT).dial(at(port), ear)


async def test_a_dial_that_is_cancelled_leaves_no_connection_behind(ear: Ear) -> None:
    asked = asyncio.Event()

    async def central(peer: RawPeer) -> None:
        await peer.head()
        asked.set()
        await peer.end()

    async with raw_server(central) as port:
        dialling = asyncio.ensure_future(WebSocketDialer().dial(at(port), ear))
        await asyncio.wait_for(asked.wait(), PATIENCE_S)
        dialling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dialling
    assert ear.history == []


async def test_a_closed_port_is_a_failure(ear: Ear) -> None:
    with socket.socket() as reserved:  # bound but not listening, so nobody else can take it
        reserved.bind(("127.0.0.1", 0))
        with pytest.raises(LinkFailed):
            await WebSocketDialer().dial(at(reserved.getsockname()[1]), ear)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "ws://", "nonsense", "", "ws://127.0.0.1:99999"])
async def test_an_address_that_is_none_is_a_failure(ear: Ear, url: str) -> None:
    with pytest.raises(LinkFailed):
        await WebSocketDialer().dial(Target(url, "RDAM"), ear)


# Messages


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (frame(TEXT, b"\xff", masked=False), 1007),
        (frame(TEXT, b"x", masked=True), 1002),
        (frame(TEXT, b"x", first_bits=FIN | 0x40, masked=False), 1002),
        (frame(TEXT, b"x" * 100_001, masked=False), 1009),
    ],
)
async def test_broken_framing_ends_the_link_with_its_code(ear: Ear, broken: bytes, code: int) -> None:
    codes: list[int] = []

    async def central(peer: RawPeer) -> None:
        peer.accept(await peer.head())
        peer.write(frame(TEXT, b"good", masked=False))
        await ear.text()
        peer.write(broken[:14] if code == 1009 else broken)
        codes.append(await peer.close_code())
        peer.write(frame(CLOSE, close_payload(code), masked=False))
        await ear.closed()

    async with raw_server(central) as port:
        await WebSocketDialer(settings=QUICK).dial(at(port), ear)
        await ear.closed()
    assert codes == [code]
    assert (await ear.closed()).code == code
    assert ear.history[:2] == ["opened", b"good"]


async def test_an_independent_server_understands_us(ear: Ear) -> None:
    async def echo(station: ServerConnection) -> None:
        async for text in station:
            await station.send(text)

    async with serve(echo, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp2.0.1"), Subprotocol("ocpp1.6")]) as server:
        link = await WebSocketDialer().dial(at(next(iter(server.sockets)).getsockname()[1]), ear)
        for text in (b"[]", "grün 充電 🔌".encode(), b"x" * 300_000, b""):
            link.send(text)
            assert await ear.text() == text
        link.close(4001, "bye")
        assert await ear.closed() == Closure(4001, "bye", clean=True)


async def test_an_independent_server_may_close(ear: Ear) -> None:
    async def leave(station: ServerConnection) -> None:
        await station.close(1012, "restarting")

    async with serve(leave, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")]) as server:
        await WebSocketDialer().dial(at(next(iter(server.sockets)).getsockname()[1]), ear)
        assert await ear.closed() == Closure(1012, "restarting", clean=True)


async def test_an_independent_server_sees_our_close(ear: Ear) -> None:
    seen: asyncio.Queue[Close | None] = asyncio.Queue()

    async def watch(station: ServerConnection) -> None:
        with pytest.raises(ConnectionClosed) as closed:
            await station.recv()
        seen.put_nowait(closed.value.rcvd)

    async with serve(watch, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")]) as server:
        link = await WebSocketDialer().dial(at(next(iter(server.sockets)).getsockname()[1]), ear)
        link.close(1001, "rebooting")
        assert await asyncio.wait_for(seen.get(), PATIENCE_S) == Close(1001, "rebooting")
        await ear.closed()


# Ends


async def test_an_empty_close_is_answered_1000(ear: Ear) -> None:
    payloads: list[bytes] = []

    async def central(peer: RawPeer) -> None:
        peer.accept(await peer.head())
        peer.write(frame(CLOSE, masked=False))
        payloads.append((await peer.frame_of(CLOSE)).payload)

    async with raw_server(central) as port:
        await WebSocketDialer(settings=QUICK).dial(at(port), ear)
        assert await ear.closed() == Closure(None, "", clean=True)
    assert payloads == [close_payload(1000)]


async def test_a_server_that_does_not_end_tcp_after_the_close_is_cut_off(ear: Ear) -> None:
    async def central(peer: RawPeer) -> None:
        peer.accept(await peer.head())
        peer.write(frame(CLOSE, close_payload(1001, b"later"), masked=False))
        await peer.end()

    async with raw_server(central) as port:
        await WebSocketDialer(settings=QUICK).dial(at(port), ear)
        assert await ear.closed() == Closure(1001, "later", clean=True)


async def test_a_server_that_vanishes_is_an_unclean_end(ear: Ear) -> None:
    async def central(peer: RawPeer) -> None:
        peer.accept(await peer.head())
        peer.write(frame(TEXT, b"last words", masked=False))
        await peer.writer.drain()
        peer.writer.close()

    async with raw_server(central) as port:
        await WebSocketDialer().dial(at(port), ear)
        assert await ear.closed() == Closure(None, "", clean=False)
    assert ear.history[1] == b"last words"


# Pings and silence


async def test_tr_12_pings_go_out_every_interval_and_their_answers_keep_the_link(ear: Ear) -> None:
    async def central(peer: RawPeer) -> None:
        peer.accept(await peer.head())
        for _ in range(4):
            peer.write(frame(PONG, (await peer.frame_of(PING)).payload, masked=False))
        peer.write(frame(TEXT, b"four pings came", masked=False))
        await peer.end()

    async with raw_server(central) as port:
        link = await WebSocketDialer(ping_interval_s=0.05, pong_limit_s=0.05).dial(at(port), ear)
        assert await ear.text() == b"four pings came"
        assert link.is_open
        link.abort()


async def test_tr_12_pings_can_be_turned_on_while_the_link_is_open(ear: Ear) -> None:
    async def central(peer: RawPeer) -> None:
        peer.accept(await peer.head())
        assert (await peer.frame()).kind == TEXT
        await peer.frame_of(PING)

    async with raw_server(central) as port:
        link = await WebSocketDialer(ping_interval_s=0).dial(at(port), ear)
        link.send(b"no ping before this")
        link.set_ping_interval(0.02)
        await ear.closed()


async def test_tr_12_pings_can_be_turned_off_while_the_link_is_open(ear: Ear) -> None:
    """Without an answer to the ping that was sent before, the link would be given up after 0.05 s."""
    kinds: list[int] = []

    async def central(peer: RawPeer) -> None:
        peer.accept(await peer.head())
        await peer.frame_of(PING)
        peer.write(frame(TEXT, b"one ping came", masked=False))
        while (kind := (await peer.frame()).kind) != CLOSE:
            kinds.append(kind)

    async with raw_server(central) as port:
        link = await WebSocketDialer(ping_interval_s=0.05, pong_limit_s=0.05).dial(at(port), ear)
        await ear.text()
        link.set_ping_interval(0)
        asyncio.get_running_loop().call_later(0.15, link.close)
        closure = await ear.closed()
    assert closure.code == 1000
    assert kinds == []


async def test_tr_12_pings_of_the_server_are_answered_even_with_our_own_turned_off(ear: Ear) -> None:
    async def central(peer: RawPeer) -> None:
        peer.accept(await peer.head())
        peer.write(frame(PING, b"still there?", masked=False))
        assert (await peer.frame_of(PONG)).payload == b"still there?"

    async with raw_server(central) as port:
        await WebSocketDialer(ping_interval_s=0).dial(at(port), ear)
        await ear.closed()


async def test_tr_12_texts_do_not_replace_the_pong(ear: Ear) -> None:
    """The way to the server may be dead while the way back is not; only an answer proves both."""
    pings = 0

    async def central(peer: RawPeer) -> None:
        nonlocal pings
        peer.accept(await peer.head())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionResetError):
            while True:
                await peer.frame_of(PING)
                pings += 1
                peer.write(frame(TEXT, b"no pong", masked=False))

    async with raw_server(central) as port:
        await WebSocketDialer(ping_interval_s=0.05, pong_limit_s=0.05).dial(at(port), ear)
        closure = await ear.closed()
    assert closure == Closure(None, "no answer to a ping within 0.05 s", clean=False)
    assert ear.history == ["opened", b"no pong", closure]
    assert pings == 1


async def test_tr_12_a_line_that_falls_silent_is_found_out_at_both_ends(ear: Ear) -> None:
    porter = Porter()
    listener = WebSocketListener(porter, settings=ListenerSettings(ping_interval_s=0.06, ping_answer_limit_s=0.04))
    await listener.start()
    async with Relay(listener.port) as relay:
        link = await WebSocketDialer(ping_interval_s=0.05, pong_limit_s=0.05).dial(at(relay.port), ear)
        link.send(b"before")
        assert await porter.ears[0].text() == b"before"
        relay.is_silent = True
        assert link.send(b"into the void")
        assert await ear.closed() == Closure(None, "no answer to a ping within 0.05 s", clean=False)
        assert await porter.ears[0].closed() == Closure(None, "no answer to a ping within 0.04 s", clean=False)
        assert not link.send(b"too late")
    assert b"into the void" not in porter.ears[0].history
    await listener.close()


async def test_a_link_that_ended_leaves_nothing_for_the_garbage_collector(listener: WebSocketListener) -> None:
    """A full collection stops thousands of stations for a fifth of a second, so links must go without one."""
    gone = asyncio.Event()
    gc.collect()
    gc.disable()
    try:
        link = await WebSocketDialer().dial(at(listener.port), Forgetful(gone))
        left: list[weakref.ref[Link]] = [weakref.ref(link), weakref.ref(next(iter(listener.links)))]
        link.close()
        del link
        await asyncio.wait_for(gone.wait(), PATIENCE_S)
        while listener.links:  # the other end is a turn of the loop behind
            await asyncio.wait_for(_next_turn(), PATIENCE_S)
        await _next_turn()
        assert [reference() for reference in left] == [None, None]
    finally:
        gc.enable()


class Forgetful:
    """Hears nothing but the end."""

    def __init__(self, gone: asyncio.Event) -> None:
        self._gone = gone

    def link_opened(self, link: Link) -> None:
        """Not kept."""

    def text_received(self, text: bytes) -> None:
        """Not kept."""

    def link_closed(self, _closure: Closure) -> None:
        self._gone.set()


async def _next_turn() -> None:
    turn = asyncio.Event()
    asyncio.get_running_loop().call_soon(turn.set)
    await turn.wait()


async def test_a_close_into_silence_ends_after_its_limit(ear: Ear, listener: WebSocketListener) -> None:
    async with Relay(listener.port) as relay:
        link = await WebSocketDialer(settings=QUICK).dial(at(relay.port), ear)
        relay.is_silent = True
        link.close(1001, "rebooting")
        assert await ear.closed() == Closure(1001, "rebooting", clean=False)


async def test_an_upgrade_that_comes_after_the_dialler_gave_up_opens_nothing(ear: Ear) -> None:
    """Or pings would go on for ever at a line that nobody holds."""
    conversation = Conversation(ear, "late", limits=WireLimits(), pings=PingPlan(0.01, 0.01))
    conversation.forsake()
    conversation.on_ws_connected(None)  # type: ignore[arg-type]  # the transport is of no interest any more
    assert not conversation.is_open
    assert ear.history == []
