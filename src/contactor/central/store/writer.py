"""SHELL: the one thread that writes, and commits for everybody at once.

Producers append to the batch that gathers while the last one is being committed, so a commit's cost is shared by all
who came during the one before: no timer, no waiting when it is calm. Nobody is told before the commit.
"""

import asyncio
import threading
from collections.abc import Callable

import structlog
from sqlalchemy import Connection, Engine

from contactor.central.store.batch import Batches, Done, Item, Outcome, Work
from contactor.central.store.news import News
from contactor.central.store.port import WriterFull, WriterStopped
from contactor.central.store.statement import Rows
from contactor.central.traffic import BATCH_BOUNDS, Histogram

LIMIT = 50_000
"""How many items may wait. A station has one call outstanding, so only a stuck disk gets here."""


class ThreadWriter:
    """Writes in a thread of its own; belongs to the event loop it was made on."""

    def __init__(self, engine: Engine, *, limit: int = LIMIT) -> None:
        self._engine = engine
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._log = structlog.get_logger("contactor.central.writer")
        self._bell = threading.Condition()
        self._gathering: list[Item] = []
        self.batches = Histogram(BATCH_BOUNDS)
        self.news = News()
        self._is_stopping = False
        self._ended = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, name="contactor-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many items have not been taken by the thread yet."""
        return len(self._gathering)

    def write(self, work: Work | tuple[Rows, ...], done: Done) -> None:
        """Take a piece of work; see the port."""
        if self._is_stopping:
            raise WriterStopped
        if len(self._gathering) >= self._limit:
            raise WriterFull(len(self._gathering))
        with self._bell:
            self._gathering.append(Item(work, done))
            if len(self._gathering) == 1:
                self._bell.notify()

    async def stop(self) -> None:
        """Commit what waits and end the thread; safe to call twice."""
        with self._bell:
            self._is_stopping = True
            self._bell.notify()
        await asyncio.shield(self._ended)
        self._thread.join()

    def _run(self) -> None:
        try:
            with self._engine.connect() as connection:
                self._serve(Batches(connection).commit)
        # The thread's boundary: a database that cannot even be opened or closed fails those who wait for it.
        except Exception as error:
            failure = error
            self._log.exception("writer failed")
            self._serve(lambda items: [(item, failure) for item in items])
        finally:
            self._tell_loop(self._ended.set_result, None)

    def _serve(self, commit: Callable[[list[Item]], list[Outcome]]) -> None:
        while items := self._next_batch():
            self.batches.note(len(items))
            self._tell_loop(self._call_back, commit(items))

    def _next_batch(self) -> list[Item]:
        """Wait for work and take all of it; empty when the writer was stopped and nothing waits."""
        with self._bell:
            while not self._gathering and not self._is_stopping:
                self._bell.wait()
            taken, self._gathering = self._gathering, []
            return taken

    def _tell_loop(self, callback: Callable[..., None], outcome: object) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, outcome)
        except RuntimeError:  # the loop was closed under us: nobody is left to be told
            self._log.warning("loop closed before the writer was stopped")

    def _call_back(self, outcomes: list[Outcome]) -> None:
        call_back(outcomes, self.news, self._log)


def call_back(outcomes: list[Outcome], news: News, log: structlog.typing.FilteringBoundLogger) -> None:
    """Tell the producers of a batch, and whoever looks for news; a failure must not keep the others waiting."""
    if any(item.has_news(outcome) for item, outcome in outcomes):
        news.come()
    for item, outcome in outcomes:
        try:
            item.done(outcome)
        # The boundary between producers that share a batch.
        except Exception:
            log.exception("callback failed")


class TurnWriter:
    """Writes on the loop's own thread, once a turn: for virtual time, where a thread would be the real world."""

    def __init__(self, engine: Engine, *, limit: int = LIMIT) -> None:
        self._connection: Connection = engine.connect()
        self._batches = Batches(self._connection, self._about_to_commit)
        self._limit = limit
        self._log = structlog.get_logger("contactor.central.writer")
        self._gathering: list[Item] = []
        self.batches = Histogram(BATCH_BOUNDS)
        self.news = News()
        self._is_stopped = False

    @property
    def waiting(self) -> int:
        """How many items wait for the end of the turn."""
        return len(self._gathering)

    def write(self, work: Work | tuple[Rows, ...], done: Done) -> None:
        """Take a piece of work; see the port."""
        if self._is_stopped:
            raise WriterStopped
        if len(self._gathering) >= self._limit:
            raise WriterFull(len(self._gathering))
        self._gathering.append(Item(work, done))
        if len(self._gathering) == 1:
            self._ask_for_turn()

    async def stop(self) -> None:
        """Commit what waits; safe to call twice."""
        self._turn()
        self._is_stopped = True
        self._connection.close()

    def _ask_for_turn(self) -> None:
        """Have the batch that begins to gather committed; a slower disk takes longer."""
        asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        taken, self._gathering = self._gathering, []
        if taken:
            self.batches.note(len(taken))
            self._tell(self._batches.commit(taken))

    def _about_to_commit(self) -> None:
        """Everything of a batch is in its transaction; a disk may fail here."""

    def _tell(self, outcomes: list[Outcome]) -> None:
        call_back(outcomes, self.news, self._log)
