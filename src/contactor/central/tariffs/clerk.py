"""SHELL: the clerk: soon after a transaction ends, or what it rests on changes, its cost is computed and kept.

A result is asked for in the database transaction of the fact. Here it is computed on a reader's connection, aside from
the writer that stations wait for, and only written by it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import Connection, Engine

from contactor.base.clock import Clock
from contactor.central.events.feed import Asking
from contactor.central.milliseconds import to_ms
from contactor.central.store.news import Rest
from contactor.central.store.port import Writer, WriterFull, WriterStopped
from contactor.central.tariffs.cost_rows import (
    Belated,
    Computed,
    DueCost,
    ask_for_belated,
    compute,
    due_costs,
    find_belated,
    settle,
)

PAGE = 50
"""Results computed in one go; the next go takes what is left."""


@dataclass(frozen=True, slots=True)
class ClerkSurroundings:
    """What the clerk works with; `ring` is called whenever events were committed."""

    writer: Writer
    engine: Engine
    asking: Asking
    clock: Clock
    ring: Callable[[], None]
    log: structlog.typing.FilteringBoundLogger


class CostClerk:
    """Settles what is due; belongs to the event loop of the central system."""

    def __init__(self, around: ClerkSurroundings) -> None:
        self._around = around
        self._rest = Rest(around.writer.news)
        self._settling: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None

    def tick(self) -> None:
        """Settle what is due, unless that is being done."""
        if self._rest.is_over and (self._settling is None or self._settling.done()):
            self._rest.end()
            self._settling = asyncio.get_running_loop().create_task(self._settle())

    def look_for_belated(self) -> None:
        """Ask again for results that late readings may change; for once a minute."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look_for_belated())

    def stop(self) -> None:
        """Begin nothing more; what is due is settled in the next life."""
        for task in (self._settling, self._looking):
            if task is not None:
                task.cancel()

    async def _settle(self) -> None:
        try:
            found = await self._around.asking(self._compute_due)
        # The boundary of one go: whatever a reader runs into, the next go tries again.
        except Exception as error:
            self._around.log.error("costs were not computed", exc_info=error)
            return
        if not found:
            self._rest.begin()
        now = self._around.clock.now()
        for due, computed in found:
            self._write(partial(settle, due=due, computed=computed, now=now), self._settled)

    async def _look_for_belated(self) -> None:
        try:
            belated = await self._around.asking(self._find_belated)
        # The boundary of one go, as above.
        except Exception as error:
            self._around.log.error("late readings were not looked for", exc_info=error)
            return
        if belated is not None:
            self._write(partial(ask_for_belated, belated=belated), lambda _asked: None)

    def _find_belated(self) -> Belated | None:
        with self._around.engine.connect() as connection:
            return find_belated(connection)

    def _compute_due(self) -> list[tuple[DueCost, Computed | None]]:
        now_ms = to_ms(self._around.clock.now())
        with self._around.engine.connect() as connection:
            return [(due, compute(connection, due.number, now_ms)) for due in due_costs(connection, PAGE)]

    def _settled(self, is_new: object) -> None:
        if is_new is True:
            self._around.ring()

    def _write(self, work: Callable[[Connection], object], done: Callable[[object], None]) -> None:
        def written(outcome: object) -> None:
            if isinstance(outcome, Exception):
                self._around.log.error("a cost was not written", exc_info=outcome)
            else:
                done(outcome)

        try:
            self._around.writer.write(work, written)
        except (WriterFull, WriterStopped) as error:
            written(error)
