"""A busy central system hears late: everything, in order, after its time; and nothing of a line that is over."""

import asyncio
from dataclasses import dataclass, field

from contactor.base.virtual_loop import run_virtually
from contactor.link.link import Admit, Closure, Handshake, Link, Target
from contactor.link.memory import MemoryNetwork
from contactor.storm.late_hearing import LateHearing

URL = "ws://busy.example/ocpp"


@dataclass
class Ear:
    """Remembers what it heard, and when."""

    heard: list[tuple[float, object]] = field(default_factory=list)

    def link_opened(self, _link: Link) -> None:
        self._note("opened")

    def text_received(self, text: bytes) -> None:
        self._note(text)

    def link_closed(self, _closure: Closure) -> None:
        self._note("closed")

    def _note(self, what: object) -> None:
        self.heard.append((asyncio.get_running_loop().time(), what))


async def dialled(ear: Ear, latenesses_s: list[float]) -> Link:
    """A line to an ear that hears each text so much later."""
    network = MemoryNetwork()
    late = LateHearing(ear, lambda: latenesses_s.pop(0), asyncio.get_running_loop())

    def admit(_handshake: Handshake) -> Admit:
        return Admit(late)

    await network.listen(URL, admit).start()
    return await network.dialer(ping_interval_s=0).dial(Target(URL, "STORM-001"), Ear())


def test_each_text_is_heard_after_its_time_and_none_before_one_that_came_earlier() -> None:
    async def story() -> None:
        ear = Ear()
        link = await dialled(ear, [5.0, 0.0, 20.0, 0.0])
        link.send(b"first")
        await asyncio.sleep(1.0)
        link.send(b"second")
        await asyncio.sleep(9.0)
        link.send(b"third")
        await asyncio.sleep(30.0)
        link.send(b"fourth")
        await asyncio.sleep(1.0)
        assert ear.heard == [(0.0, "opened"), (5.0, b"first"), (5.0, b"second"), (30.0, b"third"), (40.0, b"fourth")]

    run_virtually(story())


def test_what_was_not_heard_when_the_line_ended_is_never_heard() -> None:
    async def story() -> None:
        ear = Ear()
        link = await dialled(ear, [5.0, 5.0])
        link.send(b"first")
        await asyncio.sleep(3.0)
        link.send(b"second")
        await asyncio.sleep(3.0)
        link.close()
        await asyncio.sleep(60.0)
        assert ear.heard == [(0.0, "opened"), (5.0, b"first"), (6.0, "closed")]

    run_virtually(story())
