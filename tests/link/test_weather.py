"""Bad lines, in virtual time, over memory; one storm over real websockets."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactor.base.dice import Dice
from contactor.base.virtual_loop import run_virtually
from contactor.link.link import Closure, Dialer, Link, LinkFailed, Target
from contactor.link.memory import MemoryNetwork
from contactor.link.weather import CLEAR, Sky, Weather, WeatherDialer, WeatheredLink, weather_for
from contactor.link.websocket_client import WebSocketDialer
from contactor.link.websocket_server import WebSocketListener
from tests.link.ears import Ear, Porter

URL = "ws://central.test/ocpp"
RDAM = Target(URL, "RDAM")
TEXTS = [b"%d" % number for number in range(50)]


class Scene:
    """A station behind bad weather, and a central system in the sun."""

    def __init__(self, weather: Weather, seed: int = 1) -> None:
        self.sky = Sky(Dice(seed), weather)
        self.network = MemoryNetwork()
        self.porter = Porter()
        self.station = Ear()

    @property
    def central(self) -> Ear:
        return self.porter.ears[0]

    async def open(self, station: Ear | None = None) -> WeatheredLink:
        self.station = station or self.station
        await self.network.listen(URL, self.porter).start()
        dialer: Dialer = self.network.dialer(ping_interval_s=0)
        return await WeatherDialer(dialer, self.sky).dial(RDAM, self.station)


def now_s() -> float:
    return asyncio.get_running_loop().time()


def play(story: Coroutine[Any, Any, None]) -> None:  # Any: what a coroutine sends and yields concerns only the loop
    run_virtually(story)


def test_delay_holds_texts_back_both_ways_and_keeps_their_order() -> None:
    async def story() -> None:
        scene = Scene(Weather(delay_min_s=0.1, delay_max_s=3))
        await scene.open()
        since_s = now_s()
        for text in TEXTS:
            scene.station.link.send(text)
            scene.central.link.send(text)
        assert [await scene.central.text() for _ in TEXTS] == TEXTS
        assert [await scene.station.text() for _ in TEXTS] == TEXTS
        assert 0.1 < now_s() - since_s <= 3.1

    play(story())


@pytest.mark.parametrize("later", [CLEAR, Weather(delay_min_s=1, delay_max_s=1)])
def test_a_quick_text_neither_overtakes_a_slow_one_nor_hurries_it(later: Weather) -> None:
    async def story() -> None:
        scene = Scene(Weather(delay_min_s=10, delay_max_s=10))
        await scene.open()
        since_s = now_s()
        scene.station.link.send(b"slow")
        scene.sky.weather = later
        scene.station.link.send(b"quick")
        for text in (b"slow", b"quick"):
            assert await scene.central.text() == text
            assert now_s() - since_s == pytest.approx(10)

    play(story())


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(), delays=st.tuples(st.floats(0, 2), st.floats(0, 2)))
def test_whatever_the_delay_texts_and_the_close_keep_their_order(seed: int, delays: tuple[float, float]) -> None:
    async def story() -> None:
        scene = Scene(Weather(delay_min_s=min(delays), delay_max_s=max(delays)), seed)
        await scene.open()
        for text in TEXTS[:10]:
            scene.station.link.send(text)
            scene.central.link.send(text)
        await scene.station.text()
        scene.station.link.close(4000, "done")
        assert await scene.central.closed() == Closure(4000, "done", clean=True)
        assert scene.central.history[1:-1] == TEXTS[:10]
        assert await scene.station.closed() == Closure(4000, "done", clean=True)
        heard = scene.station.history[1:-1]
        assert heard == TEXTS[: len(heard)]

    play(story())


def test_a_peer_s_close_comes_after_the_texts_before_it() -> None:
    async def story() -> None:
        scene = Scene(Weather(delay_min_s=0.5, delay_max_s=2))
        await scene.open()
        for text in TEXTS:
            scene.central.link.send(text)
        scene.central.link.close(1001, "bye")
        assert await scene.station.closed() == Closure(1001, "bye", clean=True)
        assert scene.station.history == ["opened", *TEXTS, Closure(1001, "bye", clean=True)]

    play(story())


def test_loss_takes_whole_texts_and_leaves_the_link() -> None:
    async def story() -> None:
        scene = Scene(Weather(loss=0.5))
        await scene.open()
        assert all(scene.station.link.send(text) for text in TEXTS)
        scene.sky.weather = CLEAR
        scene.station.link.send(b"end")
        while await scene.central.text() != b"end":
            pass
        heard = scene.central.history[1:-1]
        assert 5 < len(heard) < 45
        assert heard == [text for text in TEXTS if text in heard]
        assert scene.station.link.is_open

    play(story())


def test_a_duplicate_follows_its_original() -> None:
    async def story() -> None:
        scene = Scene(Weather(duplicate=1, delay_max_s=1))
        await scene.open()
        for text in TEXTS[:3]:
            scene.station.link.send(text)
        assert [await scene.central.text() for _ in range(6)] == [b"0", b"0", b"1", b"1", b"2", b"2"]

    play(story())


def test_a_cut_ends_the_link_at_both_ends() -> None:
    async def story() -> None:
        scene = Scene(Weather(cut=1))
        await scene.open()
        assert scene.station.link.send(b"too much")
        assert not scene.station.link.is_open
        assert not (await scene.station.closed()).clean
        assert not (await scene.central.closed()).clean
        assert scene.central.history == ["opened", scene.central.closures[0]]

    play(story())


def test_a_cut_may_come_with_a_text_of_the_peer() -> None:
    async def story() -> None:
        scene = Scene(Weather(cut=1))
        await scene.open()
        scene.central.link.send(b"too much")
        assert (await scene.station.closed()).code is None
        assert b"too much" not in scene.station.history

    play(story())


def test_silence_is_believed_until_it_is_noticed() -> None:
    async def story() -> None:
        scene = Scene(Weather(silence=1, silence_noticed_s=30))
        await scene.open()
        scene.station.link.send(b"falls into it")
        scene.sky.weather = CLEAR
        for ear in (scene.station, scene.central):
            assert ear.link.send(b"lost")
            assert ear.link.is_open
        assert await scene.station.closed() == Closure(None, "silent for 30 s", clean=False)
        assert now_s() == pytest.approx(30)
        assert not (await scene.central.closed()).clean
        assert [len(ear.history) for ear in (scene.station, scene.central)] == [2, 2]

    play(story())


def test_silence_may_last_for_ever_and_then_hides_the_peer_s_end_too() -> None:
    async def story() -> None:
        scene = Scene(Weather(silence=1, silence_noticed_s=None))
        await scene.open()
        scene.station.link.send(b"falls into it")
        scene.central.link.close(1001, "unheard")
        await asyncio.sleep(86_400)
        assert scene.station.link.is_open
        scene.station.link.abort()
        assert await scene.station.closed() == Closure(None, "cut by us", clean=False)

    play(story())


def test_a_close_into_silence_ends_unclean_after_a_while() -> None:
    async def story() -> None:
        scene = Scene(Weather(silence=1, silence_noticed_s=None))
        await scene.open()
        scene.station.link.send(b"falls into it")
        scene.station.link.close(1001, "rebooting")
        assert not scene.station.link.send(b"after the close")
        assert await scene.station.closed() == Closure(1001, "rebooting", clean=False)
        assert now_s() == pytest.approx(5)

    play(story())


def test_an_abort_loses_what_is_on_its_way() -> None:
    async def story() -> None:
        scene = Scene(Weather(delay_min_s=10, delay_max_s=10))
        await scene.open()
        scene.station.link.send(b"on its way")
        scene.central.link.send(b"on its way back")
        await asyncio.sleep(1)
        scene.station.link.abort()
        await scene.station.closed()
        await asyncio.sleep(60)
        assert len(scene.station.history) == len(scene.central.history) == 2

    play(story())


def test_an_abort_before_the_peer_s_end_was_heard_ends_the_link_all_the_same() -> None:
    async def story() -> None:
        scene = Scene(Weather(delay_min_s=10, delay_max_s=10))
        await scene.open()
        scene.central.link.abort()
        await asyncio.sleep(1)
        scene.station.link.abort()
        assert await scene.station.closed() == Closure(None, "cut by us", clean=False)
        await asyncio.sleep(60)
        assert len(scene.station.history) == 2

    play(story())


def test_a_dial_may_fail_or_take_its_time() -> None:
    async def story() -> None:
        scene = Scene(Weather(dial_failure=1, delay_min_s=4, delay_max_s=4))
        with pytest.raises(LinkFailed):
            await scene.open()
        assert now_s() == pytest.approx(4)
        assert scene.porter.handshakes == []

    play(story())


def test_a_receiver_that_raises_late_loses_its_link_with_1011(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_link: Link, _text: bytes) -> None:
        raise ZeroDivisionError("a bug behind the weather")

    async def story() -> None:
        scene = Scene(Weather(delay_min_s=1, delay_max_s=1))
        await scene.open(Ear(when_text=fail))
        scene.central.link.send(b"provoke it")
        assert (await scene.central.closed()).code == 1011

    play(story())
    assert "a bug behind the weather" in caplog.text


def test_pings_belong_to_the_link_inside() -> None:
    async def story() -> None:
        scene = Scene(CLEAR)
        link = await scene.open()
        link.set_ping_interval(10)
        scene.network.lines[0].gets_through = False
        assert (await scene.station.closed()).reason == "no answer to a ping within 10 s"

    play(story())


def test_weather_may_strike_at_the_listener_s_side() -> None:
    async def story() -> None:
        sky = Sky(Dice(1), Weather(duplicate=1))
        network, porter, station = MemoryNetwork(), Porter(), Ear()
        await network.listen(URL, weather_for(porter, sky)).start()
        await network.dialer(ping_interval_s=0).dial(RDAM, station)
        station.link.send(b"in")
        assert [await porter.ears[0].text(), await porter.ears[0].text()] == [b"in", b"in"]
        porter.ears[0].link.send(b"out")
        assert [await station.text(), await station.text()] == [b"out", b"out"]

    play(story())


def heard_through(seed: int) -> list[object]:
    scene = Scene(Weather(loss=0.2, duplicate=0.2, delay_max_s=1, cut=0.02, silence=0.02), seed)

    async def story() -> None:
        await scene.open()
        for text in TEXTS:
            scene.station.link.send(text)
            scene.central.link.send(text)
            await asyncio.sleep(0.1)
        await asyncio.sleep(60)

    play(story())
    return [scene.station.history, scene.central.history]


def test_the_same_seed_makes_the_same_weather() -> None:
    assert heard_through(7) == heard_through(7)
    assert heard_through(7) != heard_through(8)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers())
def test_no_storm_brings_two_closures_or_a_text_after_one(seed: int) -> None:
    for history in heard_through(seed):
        assert isinstance(history, list)
        assert history[0] == "opened"
        closures = [index for index, heard in enumerate(history) if isinstance(heard, Closure)]
        assert closures in ([], [len(history) - 1])


async def test_the_same_weather_works_over_websockets() -> None:
    sky = Sky(Dice(3), Weather(delay_max_s=0.003, duplicate=0.3))
    porter, station = Porter(), Ear()
    listener = WebSocketListener(porter)
    await listener.start()
    await WeatherDialer(WebSocketDialer(), sky).dial(Target(f"ws://127.0.0.1:{listener.port}", "RDAM"), station)
    for text in TEXTS:
        station.link.send(text)
    station.link.close(4000, "done")
    assert await porter.ears[0].closed() == Closure(4000, "done", clean=True)
    heard = porter.ears[0].history[1:-1]
    assert len(TEXTS) < len(heard) < 2 * len(TEXTS)
    assert sorted(set(map(bytes, [text for text in heard if isinstance(text, bytes)])), key=int) == TEXTS
    await station.closed()
    await listener.close()
