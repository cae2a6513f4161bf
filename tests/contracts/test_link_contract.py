"""What every link keeps, whatever carries it: one suite for memory and websocket, bare and in clear weather."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from contactor.base.dice import Dice
from contactor.link.link import (
    Closure,
    Dialer,
    DialledLink,
    Handshake,
    Link,
    LinkFailed,
    LinkRefused,
    Listener,
    Refuse,
    Target,
)
from contactor.link.memory import MemoryNetwork
from contactor.link.weather import Sky, WeatherDialer, weather_for
from contactor.link.websocket_client import WebSocketDialer
from contactor.link.websocket_server import WebSocketListener
from tests.link.ears import Ear, Porter


@dataclass
class World:
    """A listener that was started, and a dialer that reaches it."""

    url: str
    listener: Listener
    dialer: Dialer
    porter: Porter
    station: Ear = field(default_factory=Ear)

    @property
    def central(self) -> Ear:
        return self.porter.ears[0]

    async def dial(self, identity: str = "RDAM 123", password: bytes | None = None) -> DialledLink:
        return await self.dialer.dial(Target(self.url, identity, password), self.station)


async def memory(porter: Porter) -> World:
    network = MemoryNetwork()
    listener = network.listen("ws://central.test/ocpp", porter)
    await listener.start()
    return World("ws://central.test/ocpp", listener, network.dialer(), porter)


async def websocket(porter: Porter) -> World:
    listener = WebSocketListener(porter, path_prefix="/ocpp/")
    await listener.start()
    return World(f"ws://127.0.0.1:{listener.port}/ocpp", listener, WebSocketDialer(), porter)


async def memory_in_clear_weather(porter: Porter) -> World:
    sky = Sky(Dice("clear"))
    network = MemoryNetwork()
    listener = network.listen("ws://central.test/ocpp", weather_for(porter, sky))
    await listener.start()
    return World("ws://central.test/ocpp", listener, WeatherDialer(network.dialer(), sky), porter)


async def websocket_in_clear_weather(porter: Porter) -> World:
    sky = Sky(Dice("clear"))
    listener = WebSocketListener(weather_for(porter, sky), path_prefix="/ocpp/")
    await listener.start()
    url = f"ws://127.0.0.1:{listener.port}/ocpp"
    return World(url, listener, WeatherDialer(WebSocketDialer(), sky), porter)


@pytest.fixture(params=[memory, websocket, memory_in_clear_weather, websocket_in_clear_weather])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    build: Callable[[Porter], Awaitable[World]] = request.param
    built = await build(Porter())
    yield built
    await built.listener.close()


@pytest.fixture(params=["station", "central"])
def side(request: pytest.FixtureRequest) -> str:
    """Which end acts; a rule that holds for one end holds for the other."""
    chosen: str = request.param
    return chosen


def ends(world: World, side: str) -> tuple[Ear, Ear]:
    """The end that acts and the other one."""
    return (world.station, world.central) if side == "station" else (world.central, world.station)


# Opening


async def test_tr_01_the_listener_learns_the_identity_as_the_station_spells_it(world: World) -> None:
    await world.dial("RDAM 123/ä%20+")
    handshake = world.porter.handshakes[0]
    assert handshake.identity == "RDAM 123/ä%20+"
    assert handshake.path == "/ocpp/RDAM%20123%2F%C3%A4%2520%2B"
    assert handshake.subprotocols == ("ocpp1.6",)


async def test_sec_06_the_password_arrives_as_the_bytes_it_is(world: World) -> None:
    await world.dial("AL1000", bytes.fromhex("0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF"))
    handshake = world.porter.handshakes[0]
    assert handshake.user == b"AL1000"
    assert handshake.password == bytes.fromhex("0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF")


async def test_no_password_no_credentials(world: World) -> None:
    await world.dial()
    assert (world.porter.handshakes[0].user, world.porter.handshakes[0].password) == (None, None)


async def test_a_password_is_in_no_printed_form(world: World) -> None:
    await world.dial("AL1000", b"open sesame 1234")
    assert "sesame" not in repr(world.porter.handshakes[0])
    assert "sesame" not in repr(Target(world.url, "AL1000", b"open sesame 1234"))
    assert "sesame" not in world.station.link.name + world.central.link.name


async def test_the_receiver_knows_its_link_before_dial_returns(world: World) -> None:
    link = await world.dial()
    assert world.station.link is link
    assert link.is_open


@pytest.mark.parametrize("status", [401, 403, 404, 503])
async def test_tr_06_tr_08_a_refusal_reaches_the_station_as_its_http_status(world: World, status: int) -> None:
    world.porter.answer = lambda _handshake: Refuse(status, "no")
    with pytest.raises(LinkRefused) as refusal:
        await world.dial()
    assert refusal.value.status == status
    assert world.station.history == []


async def test_tr_06_a_path_outside_the_prefix_is_not_found(world: World) -> None:
    world.url = world.url.replace("/ocpp", "/other")
    with pytest.raises(LinkRefused) as refusal:
        await world.dial()
    assert refusal.value.status == 404
    assert world.porter.handshakes == []


async def test_an_admitter_that_raises_refuses_with_500_and_is_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_handshake: Handshake) -> Refuse:
        raise LookupError("the database is on fire")

    world.porter.answer = fail
    with pytest.raises(LinkRefused) as refusal:
        await world.dial()
    assert refusal.value.status == 500
    assert "fire" not in str(refusal.value)
    assert "the database is on fire" in caplog.text


async def test_nobody_listens(world: World) -> None:
    await world.listener.close()
    with pytest.raises(LinkFailed):
        await world.dial()
    assert world.station.history == []


# Text


async def test_texts_go_both_ways_in_order(world: World, side: str) -> None:
    await world.dial()
    sender, hearer = ends(world, side)
    texts = [b"message %d" % number for number in range(1000)]
    assert all(sender.link.send(text) for text in texts)
    assert [await hearer.text() for _ in texts] == texts


@pytest.mark.parametrize(
    "text", [b"", b"[]", "grün 充電 🔌".encode(), b"x" * 60_000, b"x" * 300 * 1024, b"x" * 1024 * 1024]
)
async def test_tr_19_a_text_arrives_as_it_was_sent(world: World, side: str, text: bytes) -> None:
    await world.dial()
    sender, hearer = ends(world, side)
    assert sender.link.send(text)
    assert await hearer.text() == text


async def test_a_receiver_may_send_from_within_its_callbacks(world: World) -> None:
    world.station = Ear(
        when_opened=lambda link: link.send(b"0"), when_text=lambda link, text: link.send(b"%d" % (int(text) + 1))
    )
    world.porter.make_ear = lambda: Ear(when_text=lambda link, text: link.send(b"%d" % (int(text) + 1)))
    await world.dial()
    for number in range(0, 100, 2):
        assert await world.central.text() == b"%d" % number
        assert await world.station.text() == b"%d" % (number + 1)


async def test_the_listener_may_speak_first(world: World) -> None:
    world.porter.make_ear = lambda: Ear(when_opened=lambda link: link.send(b"welcome"))
    await world.dial()
    assert await world.station.text() == b"welcome"
    assert world.station.history[0] == "opened"


async def test_tr_16_two_links_of_one_identity_do_not_mix(world: World) -> None:
    first = await world.dial()
    world.station = Ear()
    second = await world.dial()
    first.send(b"old")
    second.send(b"new")
    assert await world.porter.ears[0].text() == b"old"
    assert await world.porter.ears[1].text() == b"new"


# Ending


@pytest.mark.parametrize(("code", "reason"), [(1000, ""), (1001, "going down"), (4001, "grün"), (3000, "x" * 123)])
async def test_both_ends_learn_code_and_reason_of_a_close(world: World, side: str, code: int, reason: str) -> None:
    await world.dial()
    closer, other = ends(world, side)
    closer.link.close(code, reason)
    assert await other.closed() == Closure(code, reason, clean=True)
    assert await closer.closed() == Closure(code, reason, clean=True)


async def test_what_was_sent_before_a_close_arrives_before_it(world: World, side: str) -> None:
    await world.dial()
    closer, other = ends(world, side)
    for number in range(100):
        closer.link.send(b"%d" % number)
    closer.link.close()
    await other.closed()
    assert other.history == ["opened", *[b"%d" % number for number in range(100)], Closure(1000, "", clean=True)]


async def test_an_abort_is_an_unclean_end_without_a_code(world: World, side: str) -> None:
    await world.dial()
    cutter, other = ends(world, side)
    cutter.link.abort()
    for ear in (cutter, other):
        closure = await ear.closed()
        assert (closure.code, closure.clean) == (None, False)


@pytest.mark.parametrize("end", [lambda link: link.close(), lambda link: link.abort()], ids=["close", "abort"])
async def test_after_the_end_nothing_is_sent_or_received(world: World, side: str, end: Callable[[Link], None]) -> None:
    await world.dial()
    ender, other = ends(world, side)
    end(ender.link)
    assert not ender.link.is_open
    assert not ender.link.send(b"too late")
    other.link.send(b"crosses the end")
    await ender.closed()
    await other.closed()
    assert not other.link.is_open
    assert not other.link.send(b"too late")
    assert b"crosses the end" not in ender.history
    assert b"too late" not in other.history


@pytest.mark.parametrize("end", [lambda link: link.close(), lambda link: link.abort()], ids=["close", "abort"])
async def test_nothing_is_called_back_from_within_the_end(world: World, side: str, end: Callable[[Link], None]) -> None:
    await world.dial()
    ender, _ = ends(world, side)
    end(ender.link)
    assert ender.closures == []
    await ender.closed()


async def test_a_closure_comes_once_however_often_the_link_is_ended(world: World) -> None:
    await world.dial()
    for ear in (world.station, world.central):
        ear.link.close(4000, "first")
        ear.link.close(4001, "second")
        ear.link.abort()
    await world.station.closed()
    await world.central.closed()
    for ear in (world.station, world.central):
        ear.link.close()
        ear.link.abort()
    await world.listener.close()
    assert len(world.station.closures) == len(world.central.closures) == 1


async def test_both_may_close_at_once(world: World) -> None:
    await world.dial()
    world.station.link.close(4001, "station")
    world.central.link.close(4002, "central")
    assert (await world.station.closed()).code == 4001
    assert (await world.central.closed()).code in {4001, 4002}


async def test_a_link_may_be_closed_as_soon_as_it_is_opened(world: World) -> None:
    world.porter.make_ear = lambda: Ear(when_opened=lambda link: link.close(4003, "go away"))
    link = await world.dial()
    assert await world.station.closed() == Closure(4003, "go away", clean=True)
    assert not link.is_open


async def test_tr_20_a_listener_that_closes_ends_every_link_with_1001_and_waits_for_it(world: World) -> None:
    stations = [Ear() for _ in range(5)]
    for number, world.station in enumerate(stations):
        await world.dial(f"station {number}")
    await world.listener.close()
    assert [len(ear.closures) for ear in world.porter.ears] == [1] * 5
    assert [(await ear.closed()).code for ear in stations] == [1001] * 5


# Receivers that fail


@pytest.mark.parametrize("moment", ["when_opened", "when_text"])
async def test_a_receiver_that_raises_loses_its_link_with_1011_and_no_other(
    world: World, caplog: pytest.LogCaptureFixture, moment: str
) -> None:
    def fail(*_heard: object) -> None:
        raise ZeroDivisionError("a bug in the receiver")

    healthy = world.station
    await world.dial("healthy")
    world.porter.make_ear = lambda: Ear(**{moment: fail})
    world.station = Ear()
    link = await world.dial("unlucky")
    link.send(b"provoke it")
    assert (await world.station.closed()).code == 1011
    assert (await world.porter.ears[1].closed()).code == 1011
    assert "a bug in the receiver" in caplog.text
    assert "unlucky" in caplog.text
    healthy.link.send(b"still there?")
    assert await world.porter.ears[0].text() == b"still there?"


async def test_a_station_whose_receiver_raises_closes_with_1011(world: World, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_link: Link, _text: bytes) -> None:
        raise ZeroDivisionError("a bug in the station")

    world.station = Ear(when_text=fail)
    await world.dial()
    world.central.link.send(b"provoke it")
    assert (await world.central.closed()).code == 1011
    assert (await world.station.closed()).code == 1011
    assert "a bug in the station" in caplog.text


async def test_a_receiver_that_raises_at_the_end_is_only_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_closure: Closure) -> None:
        raise ZeroDivisionError("a bug at the end")

    world.porter.make_ear = lambda: Ear(when_closed=fail)
    await world.dial()
    world.station.link.close()
    await world.station.closed()
    await world.central.closed()
    await world.listener.close()
    assert caplog.text.count("ZeroDivisionError: a bug at the end") == 1
    assert logging.ERROR in {record.levelno for record in caplog.records}


# Pings


async def test_tr_12_the_end_that_dialled_can_retime_its_pings_at_any_time(world: World) -> None:
    link = await world.dial()
    for interval_s in (5, 0, 0.5):
        link.set_ping_interval(interval_s)
    assert link.send(b"unharmed")
    assert await world.central.text() == b"unharmed"
    link.close()
    link.set_ping_interval(1)
    await world.station.closed()
    link.set_ping_interval(1)
