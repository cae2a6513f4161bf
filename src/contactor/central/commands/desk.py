"""SHELL: the desk: takes orders, keeps them, sends each when its turn has come, and says what came of it.

Write before you act: a command is kept before its line hears of it and marked as sent before the wire does. What one
commit has seen is never undone by a crash; at worst a command that never left counts as of unknown outcome.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import Connection, Engine

from contactor.base.clock import Clock
from contactor.base.ids import StationId
from contactor.central.commands import steps
from contactor.central.commands.command import (
    CommandRefused,
    CommandState,
    CommandView,
    Order,
    UnknownCommand,
)
from contactor.central.commands.command_rows import NewCommand, find_command, history_query, read_commands
from contactor.central.commands.configuration_rules import is_authorization_key
from contactor.central.commands.endings import Endings
from contactor.central.commands.lines import Line, Lines, Waiting
from contactor.central.commands.requests import read_request
from contactor.central.commands.station_keys import StationKeys, adopt_key, load_keys
from contactor.central.credentials import KEY_BYTES_MAX, SALT_BYTES, KeyDigest
from contactor.central.events.feed import Asking
from contactor.central.outbound import CallLost, CallOutcome
from contactor.central.roster import Roster
from contactor.central.sessions import Sessions
from contactor.central.store.news import Looked, Rest
from contactor.central.store.port import Writer, WriterFull, WriterStopped
from contactor.ocpp.enumerations import RegistrationStatus
from contactor.ocpp.messages import ChangeConfiguration, Request

T = TypeVar("T")

End = Callable[[Connection], steps.Moved | None]
"""Writes how a command ended."""

CANCEL_WAIT_S = 30.0
"""How long a cancel waits for its own commit."""
_NOT_THERE = "the station is not connected, or has not booted yet"


@dataclass(frozen=True, slots=True)
class DeskSurroundings:
    """What the desk works with; `ring` is called whenever it has committed events."""

    sessions: Sessions
    roster: Roster
    writer: Writer
    engine: Engine
    asking: Asking
    clock: Clock
    ring: Callable[[], None]
    log: structlog.typing.FilteringBoundLogger


class CommandDesk:
    """Takes orders; see the port. Belongs to the event loop of the central system."""

    def __init__(self, around: DeskSurroundings) -> None:
        self._around = around
        self._lines = Lines()
        self._endings = Endings(self._existing)
        self._unwritten: list[tuple[int, End]] = []
        self._loop = asyncio.get_running_loop()
        self._rest = Rest(around.writer.news)
        self._is_stopped = False

    # --- What operators ask ---------------------------------------------------------------------------------------

    async def submit(self, order: Order) -> CommandView:
        """Check an order, keep it and put it in line."""
        request = read_request(order.action, order.payload)
        now = self._around.clock.now()
        expires_at = _expiry(order, now)
        station_id = order.station_id
        if self._around.roster.find(station_id) is None:
            raise CommandRefused("stationId", station_id, "there is no such station")
        is_lost = expires_at is None and self._registration(station_id) is None
        new = NewCommand(
            station_id=station_id,
            request=request,
            by=order.by,
            why=order.why,
            queued_at=now,
            expires_at=expires_at,
            idempotency_key=order.idempotency_key,
            was_forced=order.force,
            state=CommandState.OFFLINE if is_lost else CommandState.QUEUED,
            detail=_NOT_THERE if is_lost else "",
        )
        return await self._keep(new)

    async def rotate_key(self, station_id: StationId, *, by: str, why: str = "") -> CommandView:
        """Give a station a fresh AuthorizationKey."""
        request = ChangeConfiguration(key="AuthorizationKey", value=secrets.token_hex(KEY_BYTES_MAX))
        return await self.submit(Order(station_id, "ChangeConfiguration", request, by, why))

    async def cancel(self, command_id: int, *, by: str) -> CommandView:
        """Take back a command that waits."""
        found = self._lines.find(command_id)
        if found is not None:
            line, waiting = found
            line.take_out([waiting])
            self._end_unsent(waiting, CommandState.CANCELLED, f"taken back by {by}")
            return await self.settled(command_id, wait_s=CANCEL_WAIT_S)
        return await self._existing(command_id)

    async def settled(self, command_id: int, *, wait_s: float) -> CommandView:
        """Wait until a command has ended."""
        return await self._endings.wait_for(command_id, wait_s)

    async def find(self, command_id: int) -> CommandView | None:
        """The record of a command."""
        return await self._around.asking(lambda: self._read(lambda connection: find_command(connection, command_id)))

    async def history(
        self,
        *,
        station_id: str | None = None,
        states: Sequence[CommandState] = (),
        before_id: int | None = None,
        limit: int = 100,
    ) -> list[CommandView]:
        """Commands, the newest first."""
        query = history_query(station_id, states, before_id, limit)
        return await self._around.asking(lambda: self._read(lambda connection: read_commands(connection, query)))

    # --- What the server tells ------------------------------------------------------------------------------------

    async def take_over(self) -> None:
        """Go on where the last run ended; before the first station connects."""
        now = self._around.clock.now()
        for waiting in await self._written(lambda connection: steps.take_over(connection, now)):
            self._endings.expect(waiting.command_id)
            self._lines.of(waiting.station_id).waiting.append(waiting)

    def stop(self) -> None:
        """Send nothing more; what waits is there for the next run, even where it was not to wait for its station."""
        self._is_stopped = True

    def station_changed(self, station_id: StationId) -> None:
        """A station came, went, or was answered its boot: its line may move, once that answer has left."""
        self._loop.call_soon(self._advance, station_id)

    def key_used(self, station_id: StationId, command_id: int) -> None:
        """A station came with a key whose outcome was not known: it is the station's own now (SEC-08)."""

        def work(connection: Connection) -> StationKeys:
            adopt_key(connection, station_id, command_id)
            return load_keys(connection, station_id)

        self._write(work, partial(self._keys_known, station_id))

    def tick(self) -> None:
        """Let go of what waits past its time, and try again what could not be written; for once a second."""
        unwritten, self._unwritten = self._unwritten, []
        for command_id, end in unwritten:
            self._write_end(command_id, end)
        now = self._around.clock.now()
        for station_id, line in self._lines:
            over = [waiting for waiting in line.waiting if waiting.is_over(now)]
            line.take_out(over)
            for waiting in over:
                self._end_unsent(waiting, CommandState.EXPIRED, "its time was over before the station could be asked")
            self._advance(station_id)

    def sweep(self) -> None:
        """Give up starts and reservations that have been waited for long enough."""
        if self._rest.is_over:
            self._rest.end()
            now = self._around.clock.now()
            self._write(lambda connection: steps.sweep(connection, now), self._swept)

    # --- Keeping --------------------------------------------------------------------------------------------------

    async def _keep(self, new: NewCommand) -> CommandView:
        line = self._lines.enter(new.station_id)
        told: asyncio.Future[CommandView] = self._loop.create_future()
        registration = self._expected_registration(new.station_id)
        try:
            self._around.writer.write(
                lambda connection: steps.keep_order(connection, new, registration),
                partial(self._kept, line, new, told),
            )
        except (WriterFull, WriterStopped):
            line.coming -= 1
            raise
        return await told

    def _kept(self, line: Line, new: NewCommand, told: "asyncio.Future[CommandView]", outcome: object) -> None:
        """The order is on disk; it enters the line even if nobody listens for its record any more."""
        line.coming -= 1
        if isinstance(outcome, CommandView) and not outcome.state.is_final:
            waiting = Waiting(outcome.command_id, new.station_id, new.request, new.expires_at, _digest_of(new.request))
            self._endings.expect(waiting.command_id)
            line.waiting.append(waiting)
        answer = outcome.view if isinstance(outcome, steps.Repeated) else outcome
        assert isinstance(answer, CommandView | Exception), answer
        _tell(told, answer)
        self._around.ring()
        self._advance(new.station_id)

    # --- Sending --------------------------------------------------------------------------------------------------

    def _advance(self, station_id: StationId) -> None:
        """Send what is first in line, if the station is there and nothing else is under way."""
        line = self._lines.of(station_id)
        if self._is_stopped or line.under_way is not None or not line.waiting:
            return
        registration = self._registration(station_id)
        if registration is None:
            self._dismiss(line)
            return
        now = self._around.clock.now()
        first = line.waiting.popleft()
        if first.is_over(now):
            self._end_unsent(first, CommandState.EXPIRED, "its time was over before the station could be asked")
            self._advance(station_id)
            return
        line.under_way = first
        self._write(
            lambda connection: steps.mark_sent(connection, first, registration, now),
            partial(self._marked, line, first),
        )

    def _marked(self, line: Line, command: Waiting, outcome: object) -> None:
        if not isinstance(outcome, steps.Moved):
            # Nothing was sent and nothing is known to have been written: back in line, for the next tick. A command
            # that has gone from the record is forgotten.
            line.under_way = None
            if isinstance(outcome, Exception):
                line.waiting.appendleft(command)
            else:
                self._endings.give_up(command.command_id)
            return
        self._moved(outcome)
        if outcome.view.state.is_final:
            self._free(line, command)
            return
        session = self._around.sessions.find(command.station_id)
        if session is None:
            self._concluded(line, command, CallLost(command.request, was_sent=False))
        else:
            session.call(command.request, partial(self._concluded, line, command))

    def _concluded(self, line: Line, command: Waiting, outcome: CallOutcome) -> None:
        now = self._around.clock.now()
        self._write_end(command.command_id, lambda connection: steps.conclude(connection, command, outcome, now))
        if isinstance(outcome, CallLost) and not outcome.was_sent and command.expires_at is not None:
            line.waiting.appendleft(command)
        self._free(line, command)

    def _free(self, line: Line, command: Waiting) -> None:
        line.under_way = None
        self.station_changed(command.station_id)

    def _dismiss(self, line: Line) -> None:
        """The station is not there: who was not to wait is told so."""
        leaves = [waiting for waiting in line.waiting if waiting.expires_at is None]
        line.take_out(leaves)
        for waiting in leaves:
            self._end_unsent(waiting, CommandState.OFFLINE, _NOT_THERE)

    def _end_unsent(self, command: Waiting, state: CommandState, detail: str) -> None:
        now = self._around.clock.now()
        command_id = command.command_id
        self._write_end(command_id, lambda connection: steps.end_unsent(connection, command_id, state, detail, now))

    def _write_end(self, command_id: int, end: End) -> None:
        """Write how a command ended; what the disk did not take is written at a later tick, for it is known only here.

        A command has one end, so as many wait as commands are under way at most.
        """

        def written(outcome: object) -> None:
            if isinstance(outcome, steps.Moved):
                self._moved(outcome)
            elif outcome is None:
                self._endings.give_up(command_id)
            elif not isinstance(outcome, WriterStopped):
                self._unwritten.append((command_id, end))

        self._write(end, written)

    # --- After a commit -------------------------------------------------------------------------------------------

    def _moved(self, moved: steps.Moved) -> None:
        if moved.keys is not None:
            self._keys_known(moved.view.station_id, moved.keys)
        self._around.ring()
        if moved.view.state.is_final:
            self._endings.tell(moved.view)

    def _keys_known(self, station_id: StationId, keys: object) -> None:
        member = self._around.roster.find(station_id)
        if member is not None and isinstance(keys, StationKeys):
            self._around.roster.put(replace(member, key=keys.own, pending_keys=keys.pending))

    def _swept(self, outcome: object) -> None:
        if outcome is Looked.NOTHING:
            self._rest.begin()
        self._around.ring()

    # --- Odds and ends of the loop --------------------------------------------------------------------------------

    def _registration(self, station_id: StationId) -> RegistrationStatus | None:
        """How the station's boot was answered; None if it is not there or has not booted."""
        session = self._around.sessions.find(station_id)
        return session.registration if session is not None and session.is_open else None

    def _expected_registration(self, station_id: StationId) -> RegistrationStatus | None:
        """The same, and for a station that is away what its next boot will be answered, unless that is Accepted."""
        registration = self._registration(station_id)
        member = self._around.roster.find(station_id)
        if registration is None and member is not None and member.registration is not RegistrationStatus.ACCEPTED:
            return member.registration
        return registration

    def _write(self, work: Callable[[Connection], object], done: Callable[[object], None]) -> None:
        """Write what no caller waits for; `done` hears of a failure as of any outcome."""

        def written(outcome: object) -> None:
            if isinstance(outcome, Exception):
                self._around.log.error("a command was not written", exc_info=outcome)
            done(outcome)

        try:
            self._around.writer.write(work, written)
        except (WriterFull, WriterStopped) as error:
            written(error)

    async def _written(self, work: Callable[[Connection], list[Waiting]]) -> list[Waiting]:
        told: asyncio.Future[list[Waiting]] = self._loop.create_future()
        self._around.writer.write(work, partial(_tell, told))
        return await told

    async def _existing(self, command_id: int) -> CommandView:
        view = await self.find(command_id)
        if view is None:
            raise UnknownCommand(command_id)
        return view

    def _read(self, question: Callable[[Connection], T]) -> T:
        with self._around.engine.connect() as connection:
            return question(connection)


def _expiry(order: Order, now: datetime) -> datetime | None:
    """Until when a command waits for its station; None if it is not to wait.

    Raises:
        CommandRefused: both ways of saying it are used, or the instant has passed.
    """
    if order.expires_at is not None and order.wait_s is not None:
        raise CommandRefused("waitS", order.wait_s, "give it or expiresAt, not both")
    expires_at = order.expires_at
    if order.wait_s is not None:
        expires_at = now + timedelta(seconds=order.wait_s)
    if expires_at is not None and expires_at <= now:
        raise CommandRefused("expiresAt", expires_at.isoformat(), "it is not in the future")
    return expires_at


def _digest_of(request: Request) -> KeyDigest | None:
    """What is kept of an AuthorizationKey that the request brings; the rules have checked that it is one."""
    if isinstance(request, ChangeConfiguration) and is_authorization_key(request):
        return KeyDigest.of(bytes.fromhex(request.value), secrets.token_bytes(SALT_BYTES))
    return None


def _tell(told: "asyncio.Future[T]", outcome: T | Exception) -> None:
    """Hand an outcome to whoever awaits it."""
    if told.done():
        return
    if isinstance(outcome, Exception):
        told.set_exception(outcome)
    else:
        told.set_result(outcome)
