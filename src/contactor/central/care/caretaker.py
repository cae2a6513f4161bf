"""SHELL: the caretaker: brings stations, one step after another, to what is wanted of them.

It looks at a station when it comes, when it has been answered its boot, and when something that is wanted has changed;
then it does the next step of the first duty that has one, by the desk as any operator would, until none has. All it
knows is in the record, so it goes on after a restart where it was.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from contactor.base.ids import StationId
from contactor.central.care.duty import NAME, Duty, Note, Step, Subject
from contactor.central.care.mark import read_mark
from contactor.central.commands.command import CommandRefused, CommandState, CommandView, Order, QueueFull
from contactor.central.commands.desk import DeskSurroundings
from contactor.central.commands.port import Desk
from contactor.central.store.news import Rest
from contactor.central.store.port import WriterFull, WriterStopped
from contactor.ocpp.enumerations import RegistrationStatus

T = TypeVar("T")

AT_ONCE = 20
"""How many stations are looked after at a time: after a storm of reconnects the others wait for their turn."""
STEPS_MAX = 200
"""Steps in one go; what has more goes on later, so that no mistake can keep a station busy for ever."""
RETRY_S = 60.0
"""After a step without an answer, how long the station is left alone."""
ORDER_WAIT_S = 600.0
"""How long an order is waited for: others may stand before it in the station's line."""

_ENDED_BY_STATION = (CommandState.ANSWERED, CommandState.REFUSED)


class Caretaker:
    """Looks after all stations; belongs to the event loop of the central system."""

    def __init__(self, around: DeskSurroundings, desk: Desk, duties: Sequence[Duty]) -> None:
        """Be ready; it works with what the desk works with, and with the desk."""
        self._around = around
        self._desk = desk
        self._duties = duties
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[StationId] = deque()
        self._busy: dict[StationId, asyncio.Task[None]] = {}
        self._again: set[StationId] = set()
        self._later: dict[StationId, float] = {}
        self._mark: int | None = None
        self._rest = Rest(around.writer.news)
        self._looking: asyncio.Task[None] | None = None
        self._is_stopped = False

    def station_changed(self, station_id: StationId) -> None:
        """A station came, went, or was answered its boot."""
        if self._registration(station_id) is None:
            self._later.pop(station_id, None)
            return
        self._queue(station_id)

    def tick(self) -> None:
        """Look again at stations whose time has come, and at all when what is wanted has changed."""
        now_s = self._around.clock.monotonic_s()
        for station_id in [each for each, due_s in self._later.items() if due_s <= now_s]:
            del self._later[station_id]
            self._queue(station_id)
        if self._rest.is_over and (self._looking is None or self._looking.done()):
            self._rest.end()
            self._looking = self._loop.create_task(self._look_for_changes(), name="contactor-care")

    async def stop(self) -> None:
        """Begin nothing more, and let go of what is under way; the record knows it."""
        self._is_stopped = True
        tasks = [*self._busy.values(), *([] if self._looking is None else [self._looking])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- Whose turn it is -----------------------------------------------------------------------------------------

    async def _look_for_changes(self) -> None:
        try:
            mark = await self._around.asking(partial(self._read, read_mark))
        # The database may be away for a while; the next tick looks again.
        except Exception as error:
            self._around.log.warning("it is not known whether what is wanted has changed", error=str(error))
            return
        self._rest.begin()
        known, self._mark = self._mark, mark
        if known != mark:
            for session in self._around.sessions.presence:
                self._queue(session.station_id)

    def _queue(self, station_id: StationId) -> None:
        if station_id in self._busy:
            self._again.add(station_id)
        elif station_id not in self._waiting:
            self._waiting.append(station_id)
        # Once the answer has left that may have been the reason.
        self._loop.call_soon(self._begin)

    def _begin(self) -> None:
        while self._waiting and len(self._busy) < AT_ONCE and not self._is_stopped:
            station_id = self._waiting.popleft()
            task = self._loop.create_task(self._look_after(station_id), name=f"contactor-care {station_id}")
            self._busy[station_id] = task
            task.add_done_callback(partial(self._done, station_id))

    def _done(self, station_id: StationId, task: "asyncio.Task[None]") -> None:
        del self._busy[station_id]
        if not task.cancelled() and task.exception() is not None:
            self._around.log.error("a station was not looked after", station=station_id, exc_info=task.exception())
            self._look_later(station_id)
        if station_id in self._again:
            self._again.discard(station_id)
            self._queue(station_id)
        self._begin()

    def _look_later(self, station_id: StationId) -> None:
        self._later[station_id] = self._around.clock.monotonic_s() + RETRY_S

    # --- One station ----------------------------------------------------------------------------------------------

    async def _look_after(self, station_id: StationId) -> None:
        for _ in range(STEPS_MAX):
            registration = self._registration(station_id)
            if registration in (None, RegistrationStatus.REJECTED) or self._is_stopped:
                return
            step = await self._around.asking(partial(self._read, partial(self._next_step, station_id, registration)))
            if step is None:
                return
            if not await self._carry_out(station_id, step):
                break
        self._look_later(station_id)

    def _next_step(
        self, station_id: StationId, registration: RegistrationStatus, connection: Connection
    ) -> Step | None:
        subject = Subject(connection, station_id, registration, self._around.clock.now())
        found = (duty.next_step(subject) for duty in self._duties)
        return next((step for step in found if step is not None), None)

    async def _carry_out(self, station_id: StationId, step: Step) -> bool:
        """Do a step; False if the station is to be left alone for a while."""
        if step.note is not None:
            await self._write(step.note)
        if step.is_accepted:
            self._accept(station_id)
        if step.request is None and not step.rotates_key:
            return True
        try:
            view = await self._ordered(station_id, step)
        except (CommandRefused, QueueFull) as error:
            if step.refused is None or isinstance(error, QueueFull):
                return False
            await self._write(partial(_told, step.refused, error.reason))
            return True
        if step.ended is not None:
            await self._write(partial(_told, step.ended, view))
        return view.state in _ENDED_BY_STATION

    def _accept(self, station_id: StationId) -> None:
        """The roster learns what the record has: a Pending station was accepted."""
        member = self._around.roster.find(station_id)
        if member is not None:
            self._around.roster.put(replace(member, registration=RegistrationStatus.ACCEPTED))

    async def _ordered(self, station_id: StationId, step: Step) -> CommandView:
        desk = self._desk
        if step.rotates_key:
            view = await desk.rotate_key(station_id, by=NAME, why=step.why)
        else:
            assert step.request is not None
            order = Order(station_id, type(step.request).__name__, step.request, by=NAME, why=step.why)
            view = await desk.submit(order)
        return view if view.state.is_final else await desk.settled(view.command_id, wait_s=ORDER_WAIT_S)

    # --- Odds and ends --------------------------------------------------------------------------------------------

    def _registration(self, station_id: StationId) -> RegistrationStatus | None:
        session = self._around.sessions.find(station_id)
        return session.registration if session is not None and session.is_open else None

    def _read(self, question: Callable[[Connection], T]) -> T:
        with self._around.engine.connect() as connection:
            return question(connection)

    async def _write(self, note: Note) -> None:
        told: asyncio.Future[None] = self._loop.create_future()

        def done(outcome: object) -> None:
            if told.done():
                return
            if isinstance(outcome, Exception):
                told.set_exception(outcome)
            else:
                told.set_result(None)

        try:
            self._around.writer.write(note, done)
        except (WriterFull, WriterStopped) as error:
            done(error)
        await told
        self._around.ring()


def _told(hear: Callable[[Connection, T], None], what: T, connection: Connection) -> None:
    hear(connection, what)
