"""What the memory network can do beyond the contract: half-open lines, in virtual time."""

import asyncio
from collections import deque
from collections.abc import Callable

import pytest

from contactor.base.errors import BadSetting
from contactor.base.virtual_loop import run_virtually
from contactor.link.link import Cancellable, Closure, LinkFailed, Target
from contactor.link.memory import MemoryListener, MemoryNetwork
from tests.link.ears import Ear, Porter

URL = "ws://central.test/ocpp"
RDAM = Target(URL, "RDAM")


async def lay(network: MemoryNetwork, porter: Porter, station: Ear, ping_interval_s: float = 0) -> MemoryListener:
    listener = network.listen(URL, porter)
    await listener.start()
    await network.dialer(ping_interval_s=ping_interval_s).dial(RDAM, station)
    return listener


def test_a_line_that_nothing_gets_through_is_believed_at_both_ends() -> None:
    async def story() -> None:
        network, porter, station = MemoryNetwork(), Porter(), Ear()
        await lay(network, porter, station)
        (line,) = network.lines
        line.gets_through = False
        assert station.link.send(b"lost")
        assert porter.ears[0].link.send(b"lost too")
        await asyncio.sleep(86_400)
        assert line.station_end.is_open
        assert line.central_end.is_open
        line.gets_through = True
        station.link.send(b"found")
        assert await porter.ears[0].text() == b"found"
        assert station.history == ["opened"]

    run_virtually(story())


def test_what_is_on_its_way_is_lost_with_the_line() -> None:
    async def story() -> None:
        network, porter, station = MemoryNetwork(), Porter(), Ear()
        await lay(network, porter, station)
        station.link.send(b"on its way")
        network.lines[0].gets_through = False
        await asyncio.sleep(1)
        assert porter.ears[0].history == ["opened"]

    run_virtually(story())


def test_tr_12_pings_find_a_silent_line_out_within_n_plus_10_seconds() -> None:
    async def story() -> None:
        network, porter, station = MemoryNetwork(), Porter(), Ear()
        await lay(network, porter, station, ping_interval_s=20)
        await asyncio.sleep(3600)
        assert station.link.is_open
        network.lines[0].gets_through = False
        silent_since_s = asyncio.get_running_loop().time()
        assert await station.closed() == Closure(None, "no answer to a ping within 10 s", clean=False)
        assert asyncio.get_running_loop().time() - silent_since_s <= 20 + 10
        assert porter.ears[0].link.is_open

    run_virtually(story())


def test_tr_12_pings_can_be_retimed_and_turned_off() -> None:
    async def story() -> None:
        network, porter, station = MemoryNetwork(), Porter(), Ear()
        await lay(network, porter, station, ping_interval_s=20)
        line = network.lines[0]
        line.station_end.set_ping_interval(0)
        line.gets_through = False
        await asyncio.sleep(3600)
        assert station.link.is_open
        line.station_end.set_ping_interval(5)
        since_s = asyncio.get_running_loop().time()
        await station.closed()
        assert asyncio.get_running_loop().time() - since_s == pytest.approx(5 + 5)

    run_virtually(story())


def test_one_end_may_lose_the_line_while_the_other_believes_in_it() -> None:
    async def story() -> None:
        network, porter, station = MemoryNetwork(), Porter(), Ear()
        await lay(network, porter, station)
        (line,) = network.lines
        line.central_end.drop()
        assert await porter.ears[0].closed() == Closure(None, "", clean=False)
        assert station.link.is_open
        assert len(network.lines) == 1
        station.link.send(b"anybody there?")
        assert await station.closed() == Closure(None, "", clean=False)
        assert not network.lines

    run_virtually(story())


def test_tr_16_a_station_may_come_back_before_its_old_line_is_missed() -> None:
    async def story() -> None:
        network, porter, station = MemoryNetwork(), Porter(), Ear()
        await lay(network, porter, station)
        old = network.lines[0]
        old.gets_through = False
        old.station_end.drop()
        await station.closed()
        again = Ear()
        await network.dialer().dial(RDAM, again)
        assert network.lines_of("RDAM") == (old, network.lines[1])
        porter.ears[0].link.close(1000, "newest wins")
        assert await porter.ears[0].closed() == Closure(1000, "newest wins", clean=False)
        again.link.send(b"new")
        assert await porter.ears[1].text() == b"new"

    run_virtually(story())


def test_a_cut_is_noticed_at_both_ends() -> None:
    async def story() -> None:
        network, porter, station = MemoryNetwork(), Porter(), Ear()
        await lay(network, porter, station)
        network.lines[0].cut()
        assert await station.closed() == await porter.ears[0].closed() == Closure(None, "", clean=False)
        assert not network.lines

    run_virtually(story())


def test_a_close_into_silence_ends_after_its_limit() -> None:
    async def story() -> None:
        network, porter, station = MemoryNetwork(close_limit_s=7), Porter(), Ear()
        await lay(network, porter, station)
        network.lines[0].gets_through = False
        station.link.close(1001, "rebooting")
        assert await station.closed() == Closure(1001, "rebooting", clean=False)
        assert asyncio.get_running_loop().time() == pytest.approx(7)
        assert porter.ears[0].link.is_open

    run_virtually(story())


def test_a_listener_that_closes_does_not_wait_for_a_silent_station_longer_than_the_limit() -> None:
    async def story() -> None:
        network, porter, station = MemoryNetwork(close_limit_s=7), Porter(), Ear()
        listener = await lay(network, porter, station)
        network.lines[0].gets_through = False
        await listener.close()
        assert asyncio.get_running_loop().time() == pytest.approx(7)
        assert porter.ears[0].closures == [Closure(1001, "the central system is going down", clean=False)]

    run_virtually(story())


def test_a_network_that_is_down_fails_every_dial_and_keeps_its_lines() -> None:
    async def story() -> None:
        network, porter, station = MemoryNetwork(), Porter(), Ear()
        await lay(network, porter, station)
        network.is_reachable = False
        with pytest.raises(LinkFailed):
            await network.dialer().dial(RDAM, Ear())
        station.link.send(b"still here")
        assert await porter.ears[0].text() == b"still here"

    run_virtually(story())


def test_two_listeners_cannot_have_one_address() -> None:
    async def story() -> None:
        network = MemoryNetwork()
        await network.listen(URL, Porter()).start()
        with pytest.raises(BadSetting, match="address already in use"):
            await network.listen("ws://central.test/other", Porter()).start()

    run_virtually(story())


def test_a_dial_that_is_cancelled_opens_nothing() -> None:
    async def story() -> None:
        network, porter, station = MemoryNetwork(), Porter(), Ear()
        await network.listen(URL, porter).start()
        dialling = asyncio.ensure_future(network.dialer().dial(RDAM, station))
        await asyncio.sleep(0)
        dialling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dialling
        await asyncio.sleep(1)
        assert (porter.handshakes, station.history) == ([], [])

    run_virtually(story())


@pytest.mark.parametrize(("url", "port"), [("ws://central.test:9000/ocpp", 9000), (URL, 0)])
def test_the_port_is_that_of_the_url(url: str, port: int) -> None:
    async def story() -> None:
        assert MemoryNetwork().listen(url, Porter()).port == port

    run_virtually(story())


def test_sec_01_a_wss_url_counts_as_encrypted() -> None:
    async def story() -> None:
        network, porter = MemoryNetwork(), Porter()
        await network.listen("wss://central.test", porter).start()
        await network.dialer().dial(Target("wss://central.test", "RDAM"), Ear())
        assert porter.handshakes[0].is_encrypted

    run_virtually(story())


class _Never:
    def cancel(self) -> None:
        """Nothing was scheduled."""


class Backwards:
    """A scheduler that runs the newest callback first, as a hostile storm might."""

    def __init__(self) -> None:
        self.callbacks: deque[Callable[[], object]] = deque()

    def time(self) -> float:
        return 0.0

    def call_soon(self, callback: Callable[[], object], /) -> Cancellable:
        self.callbacks.append(callback)
        return _Never()

    def call_later(self, _delay_s: float, _callback: Callable[[], object], /) -> Cancellable:
        return _Never()

    def run(self) -> None:
        while self.callbacks:
            self.callbacks.pop()()


def test_a_given_scheduler_delivers_and_cannot_change_the_order() -> None:
    async def story() -> None:
        scheduler = Backwards()
        network, porter, station = MemoryNetwork(scheduler=scheduler), Porter(), Ear()
        await network.listen(URL, porter).start()
        dialling = asyncio.ensure_future(network.dialer(ping_interval_s=0).dial(RDAM, station))
        await asyncio.sleep(0)
        scheduler.run()
        await dialling
        for text in (b"1", b"2", b"3"):
            station.link.send(text)
        assert porter.ears[0].history == ["opened"]
        scheduler.run()
        assert porter.ears[0].history == ["opened", b"1", b"2", b"3"]

    run_virtually(story())
