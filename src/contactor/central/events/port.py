"""The event feed as its readers see it: from the record, and live."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from contactor.central.events.event import Event, EventKind


class Feed(Protocol):
    """Tells events in the order of their sequence; `CentralServer.events` is one."""

    async def read(
        self,
        after: int = 0,
        *,
        limit: int = 500,
        station_id: str | None = None,
        kinds: Sequence[EventKind] = (),
    ) -> list[Event]:
        """Events with a sequence above `after`, oldest first; no `kinds` means all."""
        ...

    async def latest(self) -> int:
        """The highest sequence given so far; 0 before the first."""
        ...

    async def oldest(self) -> int:
        """The lowest sequence that is still kept; 0 if there is none. A reader behind it has missed some."""
        ...

    def ring(self) -> None:
        """Something was committed that may hold events."""
        ...

    def subscribe(self, after: int) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """All events after `after`, and then each as soon as it is committed, for as long as the caller reads.

        `async with feed.subscribe(after) as events: async for event in events: ...`

        Nothing gathers in memory for a slow reader. Iterating raises FellBehind where the reader is so late that the
        events it needs next were pruned, and ends when the central system stops.
        """
        ...
