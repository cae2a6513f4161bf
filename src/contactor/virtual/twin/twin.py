"""SHELL: a twin on a virtual loop: a production station, its line to a central system in memory, time that jumps."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import msgspec

from contactor.base.dice import Dice
from contactor.central.rehearsal.known import KnownStation
from contactor.central.rehearsal.rehearsal import Answer, AnswerKind, Fields, TwinFailed
from contactor.link.memory import MemoryNetwork
from contactor.ocpp.messages import Request
from contactor.station.file_transfer import Progress
from contactor.station.store.memory import MemoryStore
from contactor.station.trace import Direction
from contactor.virtual.control.frames import FrameKind
from contactor.virtual.scenario.frame_log import FrameLog
from contactor.virtual.trace.traced import Traced
from contactor.virtual.twin.central import TwinCentral
from contactor.virtual.twin.clock import TwinClock
from contactor.virtual.twin.factory import Blueprint, meters_of
from contactor.virtual.virtual_station import VirtualStation

LOOK_PERIOD_S = 0.25
"""In virtual seconds."""
ANSWER_LIMIT_S = 30.0
BUDGET_S = 10.0
"""In real seconds: what takes longer is given up, whatever went wrong with it."""


class NoFiles:
    """No file comes or goes: a transfer that a twin begins does not end while anybody looks."""

    async def download(self, _url: str, _size_max: int, _progress: Progress) -> bytes:
        """Wait for ever."""
        end: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        return await end

    async def upload(self, _url: str, _content: bytes, _progress: Progress) -> None:
        """Wait for ever."""
        await asyncio.get_running_loop().create_future()


class Twin:
    """A station that is on, and whoever has it do things."""

    def __init__(self, virtual: VirtualStation, central: TwinCentral, clock: TwinClock, log: FrameLog) -> None:
        self.virtual = virtual
        self.central = central
        self.clock = clock
        self._log = log
        self._spent_from_s = time.monotonic()

    @property
    def frames(self) -> list[Traced]:
        """Every frame so far."""
        return self._log.frames

    async def wait(self, condition: Callable[[], bool], limit_s: float) -> bool:
        """Let virtual time pass until something is so, or the time is over; says whether it is so.

        Raises:
            TwinFailed: it takes too long in the real world.
        """
        until_s = self.clock.monotonic_s() + limit_s
        while not condition():
            if self.clock.monotonic_s() >= until_s:
                return False
            if time.monotonic() - self._spent_from_s > BUDGET_S:
                raise TwinFailed(f"the twin has not come to an end within {BUDGET_S:g} s")
            await asyncio.sleep(LOOK_PERIOD_S)
            self.virtual.look()
        return True

    def skip_to(self, instant: datetime) -> None:
        """Let it be an instant at once; what was due meanwhile is done once."""
        self.clock.skip_to(instant)
        self.virtual.look()

    async def run(self, seconds: float) -> None:
        """Let virtual time pass."""
        await self.wait(lambda: False, seconds)

    async def ask(self, request: Request) -> Answer:
        """Have the central system ask, and wait for the answer."""
        number = self.central.order(request)
        if number is None:
            return Answer(AnswerKind.NONE, {})
        await self.wait(lambda: self._answer_to(number) is not None, ANSWER_LIMIT_S)
        traced = self._answer_to(number)
        if traced is None:
            return Answer(AnswerKind.NONE, {})
        return Answer(*_read(traced))

    def _answer_to(self, message_id: str) -> Traced | None:
        return next(
            (
                each
                for each in reversed(self.frames)
                if each.message_id == message_id and each.direction is Direction.SENT
            ),
            None,
        )


@asynccontextmanager
async def switched_on(known: KnownStation, blueprint: Blueprint, at: datetime) -> AsyncIterator[Twin]:
    """A twin that runs from an instant on, and is let go of afterwards."""
    clock = TwinClock(at)
    central = TwinCentral(known, clock)
    network = MemoryNetwork()
    listener = network.listen(blueprint.url, central.admit)
    await listener.start()
    virtual = VirtualStation(
        known.station_id,
        blueprint.product,
        blueprint.settings,
        MemoryStore(),
        network.dialer(),
        clock=clock,
        dice=Dice(known.station_id),
        files=NoFiles(),
    )
    log = FrameLog(known.station_id, clock, lambda: None)
    virtual.watchers.append(log)
    virtual.rig.restore(meters_of(known, blueprint.model))
    virtual.switch_on()
    try:
        yield Twin(virtual, central, clock, log)
    finally:
        await virtual.shut_down()
        await listener.close()


def _read(traced: Traced) -> tuple[AnswerKind, Fields]:
    if traced.kind is FrameKind.RESULT:
        return AnswerKind.RESULT, fields_of(traced)
    match traced.payload:
        case [str() as code, str() as description, *_]:
            return AnswerKind.ERROR, {"code": code, "description": description}
        case _:
            return AnswerKind.ERROR, {}


def fields_of(traced: Traced) -> Fields:
    """The fields of a frame, none where it cannot be read."""
    return msgspec.convert(traced.payload, dict[str, object]) if isinstance(traced.payload, dict) else {}
