"""SHELL: the tabs that look at stations, and what is new for each, in bounds: a slow tab gets the whole again."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

QUEUE_MAX = 40
"""Pieces of news that may wait for a slow tab."""

News = Mapping[str, object]


@dataclass(slots=True, eq=False)
class Tab:
    """A page that looks at one station; `whole` tells everything it needs to begin."""

    whole: Callable[[], News]
    queue: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(QUEUE_MAX))

    def begin(self) -> None:
        """Tell everything."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(json.dumps(self.whole()))

    def offer(self, text: str) -> None:
        """Tell what is new, or everything if too much waits already."""
        if self.queue.full():
            self.begin()
        else:
            self.queue.put_nowait(text)


class FanOut:
    """The tabs of one station."""

    def __init__(self) -> None:
        self._tabs: set[Tab] = set()

    def __len__(self) -> int:
        return len(self._tabs)

    def add(self, tab: Tab) -> None:
        """Tell a tab everything, and from then on what is new."""
        tab.begin()
        self._tabs.add(tab)

    def remove(self, tab: Tab) -> None:
        """Tell it no more."""
        self._tabs.discard(tab)

    def tell(self, news: News) -> None:
        """Tell all tabs; it is written once."""
        if self._tabs and news:
            text = json.dumps(news)
            for tab in self._tabs:
                tab.offer(text)
