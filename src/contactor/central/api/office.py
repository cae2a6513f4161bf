"""SHELL: what the routes work with: the central system's parts, and ways to read and write that never hold up its loop.

Reading is done in threads of its own, so that no question of a person makes a station wait. Writing goes through the
one writer, behind what the stations said before.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

import structlog
from fastapi import Depends
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError
from starlette.requests import HTTPConnection

from contactor.base.clock import Clock
from contactor.central.api.problem import Problem
from contactor.central.api.streams import Streams
from contactor.central.api.throttle import LoginThrottle
from contactor.central.care.list_rules import WantedLists
from contactor.central.certificates import Certificates
from contactor.central.commands.port import Desk
from contactor.central.doors import Doors
from contactor.central.events.port import Feed
from contactor.central.files.exchange import Exchange
from contactor.central.milliseconds import to_ms
from contactor.central.queries import Queries
from contactor.central.refusals import Refusals
from contactor.central.rehearsal.port import Twins
from contactor.central.roster import Roster
from contactor.central.sessions import Sessions
from contactor.central.settings import CentralSettings
from contactor.central.sites.balancer import Balancer
from contactor.central.store.port import Writer, WriterFull, WriterStopped
from contactor.central.traffic import Traffic

READERS = 4
"""Threads that read; more would only wait for one another on two cores."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Office:
    """The parts; everything but `ask`, `read` and `write` belongs to the loop."""

    settings: CentralSettings
    clock: Clock
    engine: Engine
    writer: Writer
    queries: Queries
    sessions: Sessions
    roster: Roster
    desk: Desk
    balancer: Balancer
    feed: Feed
    traffic: Traffic
    doors: Doors
    refusals: Refusals
    certificates: Certificates
    exchange: Exchange
    is_draining: Callable[[], bool]
    """Whether the central system has begun to end."""
    lists: WantedLists
    twins: Twins | None = None
    """Where commands are tried; None where nobody lends any."""
    streams: Streams = field(default_factory=Streams)
    throttle: LoginThrottle = field(default_factory=LoginThrottle)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the server stops: whatever streams or waits ends then."""
    readers: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(READERS, thread_name_prefix="contactor-reader")
    )
    log: structlog.typing.FilteringBoundLogger = field(
        default_factory=lambda: structlog.get_logger("contactor.central.api")
    )

    def now_ms(self) -> int:
        """The instant, as the store keeps it."""
        return to_ms(self.clock.now())

    async def ask(self, question: Callable[[], T]) -> T:
        """Answer a question that blocks, in a reader's thread."""
        return await asyncio.get_running_loop().run_in_executor(self.readers, question)

    async def read(self, question: Callable[[Connection], T]) -> T:
        """Answer a question to the database, at one consistent moment of it."""

        def asked() -> T:
            with self.engine.connect() as connection:
                return question(connection)

        return await self.ask(asked)

    async def write(self, work: Callable[[Connection], T | Problem]) -> T:
        """Do work in the writer's transaction, and return what it returned once that is on disk.

        Raises:
            Problem: the work returned one, contradicts what is stored, or nothing can be written now.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def done(outcome: object) -> None:
            if future.cancelled():  # nobody waits any more; the work is done all the same
                return
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)  # type: ignore[arg-type]  # the writer hands back what the work returned

        try:
            self.writer.write(work, done)
            return await future
        except (WriterFull, WriterStopped) as error:
            raise Problem(503, f"nothing can be written now: {error}", headers={"Retry-After": "5"}) from error
        except IntegrityError as error:
            raise Problem(409, "it contradicts what is stored") from error


def the_office(connection: HTTPConnection) -> Office:
    """The office of the app that serves a request."""
    office: Office = connection.app.state.office
    return office


TheOffice = Annotated[Office, Depends(the_office)]
