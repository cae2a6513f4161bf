"""SHELL: the live feed: whoever commits an event rings, and readers find what is new.

What is told live is read back from the record, so nothing is told that was not committed, and a reader that begins in
the past crosses into the present without gap or repetition. Nothing gathers for a slow reader: it finds its events in
the record when it comes, unless they have been pruned by then.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import takewhile
from typing import Protocol, TypeVar

from contactor.central.events.event import Event, EventKind, FellBehind
from contactor.central.events.event_rows import EventFilter, EventRecord

PAGE = 500
"""Events read at a time."""
TAIL = 2_000
"""The newest events, kept in memory so that many readers cost one question to the database."""

T = TypeVar("T")


class Asking(Protocol):
    """A way to put a question to the database."""

    async def __call__(self, question: Callable[[], T]) -> T:
        """Return the answer."""
        ...


async def in_thread(question: Callable[[], T]) -> T:
    """Ask from a thread of its own, so that the loop goes on."""
    return await asyncio.to_thread(question)


async def at_once(question: Callable[[], T]) -> T:
    """Ask on the loop: for a database in memory, which belongs to its one connection, and for virtual time."""
    return question()


class EventFeed:
    """Tells events; see the port. Belongs to the event loop it is used on."""

    def __init__(self, record: EventRecord, asking: Asking = in_thread) -> None:
        self._record = record
        self._asking = asking
        self._rung = asyncio.Event()
        self._refreshing = asyncio.Lock()
        self._is_closed = False
        # The events from above `_tail_start` up to `_tail_end`, all of them.
        self._tail: deque[Event] = deque()
        self._tail_start = self._tail_end = 0

    def ring(self) -> None:
        """Something was committed that may hold events."""
        self._rung.set()
        self._rung = asyncio.Event()

    def close(self) -> None:
        """End all subscriptions."""
        self._is_closed = True
        self.ring()

    async def read(
        self,
        after: int = 0,
        *,
        limit: int = PAGE,
        station_id: str | None = None,
        kinds: Sequence[EventKind] = (),
    ) -> list[Event]:
        """Events above a sequence, oldest first."""
        wanted = EventFilter(station_id, kinds)
        return await self._asking(lambda: self._record.read(after, limit, wanted))

    async def latest(self) -> int:
        """The highest sequence given so far."""
        return await self._asking(self._record.latest)

    async def oldest(self) -> int:
        """The lowest sequence that is still kept."""
        return await self._asking(self._record.oldest)

    @asynccontextmanager
    async def subscribe(self, after: int) -> AsyncGenerator[AsyncIterator[Event]]:
        """All events after a sequence, and then each as it is committed."""
        events = self._follow(after)
        try:
            yield events
        finally:
            await events.aclose()

    async def _follow(self, after: int) -> AsyncGenerator[Event]:
        after = min(after, await self.latest())  # a number that was never given would wait for ever
        while not self._is_closed:
            rung = self._rung  # taken before looking: a ring in between is not missed
            page = await self._next_page(after)
            for event in page:
                yield event
                after = event.sequence
            if not page:
                await rung.wait()

    async def _next_page(self, after: int) -> list[Event]:
        async with self._refreshing:
            if after >= self._tail_end:
                await self._refresh(after)
            if after >= self._tail_start:
                newest_first = takewhile(lambda event: event.sequence > after, reversed(self._tail))
                return list(newest_first)[::-1]
        return await self._history(after)

    async def _refresh(self, after: int) -> None:
        """Put what is new at the end of the tail; a reader that is ahead of the tail begins it anew."""
        if after > self._tail_end:
            self._tail.clear()
            self._tail_start = self._tail_end = after
        for event in await self.read(self._tail_end):
            self._tail.append(event)
            self._tail_end = event.sequence
            if len(self._tail) > TAIL:
                self._tail_start = self._tail.popleft().sequence

    async def _history(self, after: int) -> list[Event]:
        if 0 < after < await self.oldest() - 1:
            raise FellBehind(after)
        return await self.read(after)
