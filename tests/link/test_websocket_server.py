"""The listener against stations made by hand and against an independent websocket client."""

import asyncio
import base64
import logging
from collections.abc import AsyncIterator

import pytest
import websockets
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from contactor.base.errors import BadSetting, BrokenPromise
from contactor.link.link import Closure, Link, Refuse
from contactor.link.websocket_server import ListenerSettings, WebSocketListener
from contactor.link.websocket_wire import WireLimits
from tests.link.ears import Ear, Porter
from tests.link.raw import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FIN,
    PING,
    PONG,
    TEXT,
    close_payload,
    frame,
    raw_client,
    raw_station,
    request,
)

QUICK = ListenerSettings(
    wire=WireLimits(message_bytes_max=100_000, unsent_bytes_max=200_000, close_limit_s=0.05),
    ping_interval_s=0.05,
    ping_answer_limit_s=0.05,
    handshake_limit_s=0.1,
)


@pytest.fixture
def porter() -> Porter:
    return Porter()


@pytest.fixture
async def listener(porter: Porter) -> AsyncIterator[WebSocketListener]:
    started = WebSocketListener(porter)
    await started.start()
    yield started
    await started.close()


@pytest.fixture
async def quick_listener(porter: Porter) -> AsyncIterator[WebSocketListener]:
    started = WebSocketListener(porter, settings=QUICK)
    await started.start()
    yield started
    await started.close()


def echo() -> Ear:
    return Ear(when_text=lambda link, text: link.send(text))


# The request


@pytest.mark.parametrize(
    "offer", ["ocpp1.6", "ocpp0.1, ocpp1.6", "ocpp1.6, ocpp2.0.1", "ocpp2.1,ocpp2.0.1,ocpp1.6,other"]
)
async def test_tr_03_ocpp1_6_is_chosen_wherever_it_stands(listener: WebSocketListener, offer: str) -> None:
    async with raw_client(listener.port) as peer:
        peer.write(request("/RDAM", f"Sec-WebSocket-Protocol: {offer}"))
        answer = await peer.answer()
        assert (answer.status, answer.headers["sec-websocket-protocol"]) == (101, "ocpp1.6")


async def test_tr_03_an_offer_may_be_spread_over_header_lines(listener: WebSocketListener, porter: Porter) -> None:
    raw = request("/RDAM", "X-Twice: 1").replace(b"X-Twice: 1", b"Sec-WebSocket-Protocol: ocpp2.0.1")
    async with raw_client(listener.port) as peer:
        peer.write(raw)
        assert (await peer.answer()).headers["sec-websocket-protocol"] == "ocpp1.6"
        assert porter.handshakes[0].subprotocols == ("ocpp1.6", "ocpp2.0.1")


@pytest.mark.parametrize("offer", ["Sec-WebSocket-Protocol: ocpp0.1", "Sec-WebSocket-Protocol: OCPP1.6", None])
async def test_tr_04_without_a_subprotocol_of_ours_the_upgrade_is_finished_and_closed(
    listener: WebSocketListener, porter: Porter, offer: str | None
) -> None:
    raw = request("/RDAM", offer) if offer else request("/RDAM", leave_out="sec-websocket-protocol")
    async with raw_client(listener.port) as peer:
        peer.write(raw)
        answer = await peer.answer()
        assert answer.status == 101
        assert "sec-websocket-protocol" not in answer.headers
        assert await peer.close_code() == 1002
        peer.write(frame(TEXT, b"never heard") + frame(CLOSE, close_payload(1002)))
        await peer.end()
    assert porter.ears[0].history == []


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        ("/RDAM%20123", "RDAM 123"),
        ("/some/where/RDAM", "RDAM"),
        ("http://central.test:9000/RDAM%2F1?x=y", "RDAM/1"),
        ("/RDAM?token=a/b", "RDAM"),
    ],
)
async def test_tr_01_the_identity_is_decoded_from_path_or_absolute_url(
    listener: WebSocketListener, porter: Porter, path: str, identity: str
) -> None:
    async with raw_station(listener.port, path=path):
        assert porter.handshakes[0].identity == identity


@pytest.mark.parametrize("path", ["/", "/%FF", "/a%00b", "/RDAM/"])
async def test_tr_06_a_path_without_an_identity_is_not_found(
    listener: WebSocketListener, porter: Porter, path: str
) -> None:
    async with raw_client(listener.port) as peer:
        peer.write(request(path))
        assert (await peer.answer()).status == 404
    assert porter.handshakes == []


@pytest.mark.parametrize("connection", ["keep-alive, Upgrade", "Upgrade, keep-alive", "upgrade", "UPGRADE"])
async def test_proxies_may_add_keep_alive_to_the_connection_header(
    listener: WebSocketListener, connection: str
) -> None:
    async with raw_client(listener.port) as peer:
        peer.write(request("/RDAM", f"Connection: {connection}", "Upgrade: WebSocket"))
        assert (await peer.answer()).status == 101


async def test_the_admitter_sees_who_asks_and_no_secret_among_the_headers(
    listener: WebSocketListener, porter: Porter
) -> None:
    async with raw_station(listener.port, "X-Forwarded-For: 192.0.2.7", "Authorization: Basic QTpC") as peer:
        host, port = peer.writer.get_extra_info("sockname")[:2]
        handshake = porter.handshakes[0]
        assert handshake.peer_address == f"{host}:{port}"
        assert handshake.headers["x-forwarded-for"] == "192.0.2.7"
        assert (handshake.user, handshake.password) == (b"A", b"B")
        assert "QTpC" not in repr(handshake)
        assert not handshake.is_encrypted


async def test_sec_06_the_known_vector_arrives_as_bytes(listener: WebSocketListener, porter: Porter) -> None:
    async with raw_station(listener.port, "Authorization: Basic QUwxMDAwOgABAgMEBQYH////////////////"):
        handshake = porter.handshakes[0]
        assert handshake.user == b"AL1000"
        assert handshake.password == bytes.fromhex("0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF")


async def test_tr_08_a_401_comes_before_the_upgrade_and_names_the_scheme(
    listener: WebSocketListener, porter: Porter
) -> None:
    porter.answer = lambda _handshake: Refuse(401, "wrong credentials", {"Retry-After": "60"})
    async with raw_client(listener.port) as peer:
        peer.write(request())
        answer = await peer.answer()
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Basic realm=")
        assert answer.headers["retry-after"] == "60"
        assert await peer.body() == b"wrong credentials"


async def test_a_plain_get_is_answered_with_a_small_text(listener: WebSocketListener, porter: Porter) -> None:
    async with raw_client(listener.port) as peer:
        peer.write(b"GET / HTTP/1.1\r\nHost: central.test\r\n\r\n")
        assert (await peer.answer()).status == 200
        assert b"OCPP 1.6" in await peer.body()
    assert porter.handshakes == []


@pytest.mark.parametrize(
    "broken",
    [
        request(leave_out="sec-websocket-key"),
        request("/RDAM", "Sec-WebSocket-Key: short"),
        request("/RDAM", "Sec-WebSocket-Version: 99"),
        request(leave_out="connection"),
        b"POST /RDAM HTTP/1.1\r\nHost: central.test\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
async def test_a_broken_request_is_answered_400_and_opens_nothing(
    listener: WebSocketListener, porter: Porter, broken: bytes
) -> None:
    async with raw_client(listener.port) as peer:
        peer.write(broken)
        assert (await peer.answer()).status == 400
        await peer.end()
    assert [ear.history for ear in porter.ears] in ([], [[]])


async def test_a_request_without_end_is_cut_off(listener: WebSocketListener) -> None:
    async with raw_client(listener.port) as peer:
        peer.write(b"GET /RDAM HTTP/1.1\r\nX-Long: " + b"x" * 20_000)
        await peer.end()


@pytest.mark.parametrize("begun", [b"", b"GET /RDAM HTTP/1.1\r\nHost: "])
async def test_a_slow_request_is_cut_off(quick_listener: WebSocketListener, begun: bytes) -> None:
    async with raw_client(quick_listener.port) as peer:
        peer.write(begun)
        await peer.end()


async def test_more_connections_than_allowed_are_told_to_come_later(porter: Porter) -> None:
    listener = WebSocketListener(porter, settings=ListenerSettings(connections_max=1))
    await listener.start()
    async with raw_station(listener.port) as first:
        async with raw_client(listener.port) as second:
            second.write(request())
            assert (await second.answer()).status == 503
        first.write(frame(CLOSE))
        await first.end()
        await porter.ears[0].closed()
    async with raw_station(listener.port):
        assert len(listener.links) == 1
    await listener.close()


# Messages


async def test_a_text_may_share_its_packet_with_the_request(listener: WebSocketListener, porter: Porter) -> None:
    async with raw_client(listener.port) as peer:
        peer.write(request() + frame(TEXT, b"first") + frame(TEXT, b"second"))
        await peer.answer()
        assert [await porter.ears[0].text(), await porter.ears[0].text()] == [b"first", b"second"]


async def test_fragments_are_put_together_with_control_frames_between_them(
    listener: WebSocketListener, porter: Porter
) -> None:
    async with raw_station(listener.port) as peer:
        peer.write(frame(TEXT, b"\xc3", first_bits=0))
        peer.write(frame(PING, b"are you there?"))
        peer.write(frame(CONTINUATION, b"", first_bits=0))
        peer.write(frame(CONTINUATION, b"\xbc!"))
        assert await porter.ears[0].text() == "ü!".encode()
        assert (await peer.frame_of(PONG)).payload == b"are you there?"


async def test_an_empty_text_is_passed_on_as_nothing(listener: WebSocketListener, porter: Porter) -> None:
    async with raw_station(listener.port) as peer:
        peer.write(frame(TEXT) + frame(TEXT, first_bits=0) + frame(CONTINUATION) + frame(TEXT, b"next"))
        assert [await porter.ears[0].text() for _ in range(3)] == [b"", b"", b"next"]


async def test_tr_10_binary_messages_are_ignored(listener: WebSocketListener, porter: Porter) -> None:
    async with raw_station(listener.port) as peer:
        peer.write(frame(BINARY, b"\xff") + frame(BINARY, b"\xff", first_bits=0) + frame(CONTINUATION, b"\xff"))
        peer.write(frame(TEXT, b"text"))
        assert await porter.ears[0].text() == b"text"


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        pytest.param(frame(TEXT, b"\xff"), 1007, id="not UTF-8"),
        pytest.param(frame(TEXT, b"\xc3", first_bits=0) + frame(CONTINUATION, b"x"), 1007, id="not UTF-8 at the seam"),
        pytest.param(frame(CONTINUATION, b"x"), 1002, id="continuation without a start"),
        pytest.param(frame(TEXT, b"x", first_bits=0) + frame(TEXT, b"y"), 1002, id="text inside a message"),
        pytest.param(frame(TEXT, b"x", first_bits=FIN | 0x40), 1002, id="RSV1"),
        pytest.param(frame(TEXT, b"x", first_bits=FIN | 0x20), 1002, id="RSV2"),
        pytest.param(frame(PING, b"x", first_bits=FIN | 0x10), 1002, id="RSV3 on a ping"),
        pytest.param(frame(0x3, b"x"), 1002, id="unknown opcode"),
        pytest.param(frame(PING, first_bits=0), 1002, id="fragmented control frame"),
        pytest.param(frame(PING, b"x" * 126), 1002, id="long control frame"),
        pytest.param(frame(TEXT, b"x", masked=False), 1002, id="unmasked"),
        pytest.param(frame(TEXT, b"x" * 200_000)[:14], 1009, id="frame too long, known from its head"),
        pytest.param(
            frame(TEXT, b"x" * 60_000, first_bits=0) + frame(CONTINUATION, b"x" * 60_000), 1009, id="too long in total"
        ),
    ],
)
async def test_broken_framing_ends_the_link_with_its_code(porter: Porter, broken: bytes, code: int) -> None:
    limits = ListenerSettings(wire=WireLimits(message_bytes_max=100_000))
    listener = WebSocketListener(porter, settings=limits)
    await listener.start()
    async with raw_station(listener.port) as peer:
        peer.write(frame(TEXT, b"good"))
        assert await porter.ears[0].text() == b"good"
        peer.write(broken + frame(TEXT, b"never heard"))
        assert await peer.close_code() == code
        assert not porter.ears[0].link.is_open
        peer.write(frame(CLOSE, close_payload(code)))
        await peer.end()
        closure = await porter.ears[0].closed()
    assert closure.code == code
    assert closure.reason
    assert porter.ears[0].history == ["opened", b"good", closure]
    assert not porter.ears[0].link.send(b"too late")
    await listener.close()


async def test_a_peer_that_does_not_read_is_cut_off(quick_listener: WebSocketListener, porter: Porter) -> None:
    async with raw_station(quick_listener.port) as peer:
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a stream's transport reads as well
        link = porter.ears[0].link
        sent = 0
        while link.send(b"x" * 50_000):
            sent += 1
            assert sent < 2000, "nothing bounds what waits to be sent"
        closure = await porter.ears[0].closed()
    assert (closure.code, closure.clean) == (None, False)
    assert "does not read" in closure.reason


async def test_a_peer_that_pings_and_does_not_read_is_cut_off(
    quick_listener: WebSocketListener, porter: Porter
) -> None:
    """The answers to its pings pile up; they are bounded like any message."""
    async with raw_station(quick_listener.port) as peer:
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a stream's transport reads as well
        pings = frame(PING, b"x" * 125) * 1000
        try:
            while not porter.ears[0].closures:
                peer.write(pings)
                await peer.writer.drain()
        except ConnectionError:
            pass
        closure = await porter.ears[0].closed()
    assert "does not read" in closure.reason


# Silence


async def test_a_silent_station_is_pinged_and_given_up(quick_listener: WebSocketListener, porter: Porter) -> None:
    async with raw_station(quick_listener.port) as peer:
        await peer.frame_of(PING)
        assert await porter.ears[0].closed() == Closure(None, "no answer to a ping within 0.05 s", clean=False)
        await peer.end()


async def test_a_station_that_answers_pings_stays(quick_listener: WebSocketListener, porter: Porter) -> None:
    async with raw_station(quick_listener.port) as peer:
        for _ in range(4):
            peer.write(frame(PONG, (await peer.frame_of(PING)).payload))
        peer.write(frame(TEXT, b"still here"))
        assert await porter.ears[0].text() == b"still here"


# Ends


@pytest.mark.parametrize("code", [1000, 1001, 1011, 1014, 3000, 4999])
async def test_a_close_is_answered_with_its_own_code(listener: WebSocketListener, porter: Porter, code: int) -> None:
    async with raw_station(listener.port) as peer:
        peer.write(frame(CLOSE, close_payload(code, "tschüß".encode())) + frame(TEXT, b"never heard"))
        assert await peer.close_code() == code
        await peer.end()
        assert await porter.ears[0].closed() == Closure(code, "tschüß", clean=True)
    assert b"never heard" not in porter.ears[0].history


async def test_an_empty_close_is_answered_1000(listener: WebSocketListener, porter: Porter) -> None:
    """The library would echo it as a bare 0, which no peer may send."""
    async with raw_station(listener.port) as peer:
        peer.write(frame(CLOSE))
        assert (await peer.frame_of(CLOSE)).payload == close_payload(1000)
        await peer.end()
        assert await porter.ears[0].closed() == Closure(None, "", clean=True)


@pytest.mark.parametrize(
    "payload",
    [
        *[close_payload(code) for code in (0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535)],
        b"\x03",
        close_payload(1000, b"\xff"),
    ],
)
async def test_a_close_that_may_not_be_is_answered_as_an_error(
    listener: WebSocketListener, porter: Porter, payload: bytes
) -> None:
    async with raw_station(listener.port) as peer:
        peer.write(frame(CLOSE, payload))
        code = await peer.close_code()
        assert code == (1007 if b"\xff" in payload[2:] else 1002)
        await peer.end()
        assert (await porter.ears[0].closed()).code == code


async def test_a_station_that_vanishes_is_an_unclean_end(listener: WebSocketListener, porter: Porter) -> None:
    async with raw_station(listener.port):
        pass
    assert await porter.ears[0].closed() == Closure(None, "", clean=False)


async def test_a_station_that_ends_tcp_without_a_close_is_an_unclean_end(
    listener: WebSocketListener, porter: Porter
) -> None:
    async with raw_station(listener.port) as peer:
        peer.writer.write_eof()
        assert await porter.ears[0].closed() == Closure(None, "", clean=False)


async def test_a_station_that_does_not_answer_our_close_is_cut_off(
    quick_listener: WebSocketListener, porter: Porter
) -> None:
    async with raw_station(quick_listener.port) as peer:
        porter.ears[0].link.close(4000, "go")
        assert await peer.close_code() == 4000
        assert await porter.ears[0].closed() == Closure(4000, "go", clean=False)
        await peer.end()


async def test_a_long_reason_is_cut_to_what_a_frame_holds(listener: WebSocketListener, porter: Porter) -> None:
    async with raw_station(listener.port) as peer:
        porter.ears[0].link.close(1000, "x" * 122 + "üü")
        assert (await peer.frame_of(CLOSE)).payload == close_payload(1000, b"x" * 122)


async def test_closing_the_listener_cuts_off_a_station_that_does_not_answer(porter: Porter) -> None:
    listener = WebSocketListener(porter, settings=QUICK)
    await listener.start()
    async with raw_station(listener.port) as peer:
        await listener.close()
        assert await peer.close_code() == 1001
    assert len(porter.ears[0].closures) == 1


async def test_a_drain_may_be_abrupt_for_stations_that_do_not_return_after_a_close(porter: Porter) -> None:
    listener = WebSocketListener(porter)
    await listener.start()
    async with raw_station(listener.port) as one, raw_station(listener.port) as other:
        await listener.drain(spread_s=0.02, abruptly=True)
        for peer in (one, other):
            assert await peer.body_or_reset() == b""
    assert [ear.closures[0].clean for ear in porter.ears] == [False, False]


async def test_a_station_that_was_still_asking_when_the_listener_closed_is_refused(porter: Porter) -> None:
    listener = WebSocketListener(porter)
    await listener.start()
    async with raw_station(listener.port), raw_client(listener.port) as late:
        late.write(request()[:20])
        porter.ears[0].link.abort()
        await listener.close()
        late.write(request()[20:])
        assert (await late.answer()).status == 503
    assert len(porter.ears) == 1


# The listener itself


async def test_an_address_in_use_is_a_bad_setting(listener: WebSocketListener, porter: Porter) -> None:
    with pytest.raises(BadSetting, match=f"127.0.0.1:{listener.port}"):
        await WebSocketListener(porter, port=listener.port).start()


async def test_a_listener_has_no_port_before_it_is_started(porter: Porter) -> None:
    with pytest.raises(BrokenPromise):
        _ = WebSocketListener(porter).port
    await WebSocketListener(porter).close()


async def test_no_secret_reaches_a_log_at_any_level(
    listener: WebSocketListener, caplog: pytest.LogCaptureFixture
) -> None:
    """picows writes whole requests into its finest log."""
    caplog.set_level(1)
    secret = base64.b64encode(b"RDAM:open sesame").decode()
    async with raw_station(listener.port, f"Authorization: Basic {secret}") as peer:
        peer.write(frame(TEXT, b"\xff"))
        assert await peer.close_code() == 1007
    assert secret not in caplog.text
    assert "sesame" not in caplog.text


# An independent client


async def test_the_websockets_library_talks_to_us_with_all_it_offers(
    listener: WebSocketListener, porter: Porter
) -> None:
    """It offers permessage-deflate, which we do not take, and sends iterables as fragments (TR-11)."""
    porter.make_ear = echo
    url = f"ws://RDAM%20123:p%40ss@127.0.0.1:{listener.port}/ocpp/RDAM%20123"
    async with connect(url, subprotocols=[Subprotocol("ocpp2.0.1"), Subprotocol("ocpp1.6")]) as station:
        assert station.subprotocol == "ocpp1.6"
        assert (porter.handshakes[0].user, porter.handshakes[0].password) == (b"RDAM 123", b"p@ss")
        for text in ("[]", "grün 充電 🔌", "x" * 200_000, ""):
            await station.send(text)
            assert await station.recv() == text
        await station.send(["frag", "ment", "ed"])
        assert await station.recv() == "fragmented"
        await (await station.ping(b"hello?"))
        await station.close(4002, "enough")
    assert await porter.ears[0].closed() == Closure(4002, "enough", clean=True)


async def test_the_websockets_library_hears_our_close(listener: WebSocketListener, porter: Porter) -> None:
    def leave(link: Link, _text: bytes) -> None:
        link.close(1012, "restarting")

    porter.make_ear = lambda: Ear(when_text=leave)
    url = f"ws://127.0.0.1:{listener.port}/RDAM"
    async with connect(url, subprotocols=[Subprotocol("ocpp1.6")]) as station:
        await station.send("x")
        with pytest.raises(ConnectionClosed) as closed:
            await station.recv()
    assert closed.value.rcvd == websockets.Close(1012, "restarting")
    assert (await porter.ears[0].closed()).clean


async def test_the_websockets_library_hears_our_refusal(listener: WebSocketListener, porter: Porter) -> None:
    porter.answer = lambda _handshake: Refuse(404, "unknown")
    with pytest.raises(InvalidStatus) as refusal:
        await connect(f"ws://127.0.0.1:{listener.port}/nobody", subprotocols=[Subprotocol("ocpp1.6")])
    assert refusal.value.response.status_code == 404


async def test_a_fleet_may_come_back_at_once(listener: WebSocketListener, porter: Porter) -> None:
    """More at once than the library's default backlog of 100 holds."""
    peers = [asyncio.open_connection("127.0.0.1", listener.port) for _ in range(300)]
    streams = await asyncio.gather(*peers)
    for _reader, writer in streams:
        writer.write(request())
    heads = await asyncio.gather(*[reader.readuntil(b"\r\n\r\n") for reader, _writer in streams])
    assert all(head.startswith(b"HTTP/1.1 101") for head in heads)
    assert len(listener.links) == 300
    for _reader, writer in streams:
        writer.transport.abort()
    for ear in porter.ears:
        await ear.closed()
    assert len(listener.links) == 0


def test_picows_may_warn_but_not_whisper() -> None:
    from contactor.link.websocket_protocol import PICOWS_LOG

    assert PICOWS_LOG.isEnabledFor(logging.WARNING)
    assert not PICOWS_LOG.isEnabledFor(logging.INFO)
    assert not PICOWS_LOG.isEnabledFor(9)
