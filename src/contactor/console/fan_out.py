"""SHELL: what is new, told to every tab that follows it: written once, queued in bounds, and never waited for."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

QUEUE_MAX = 40
"""Texts that may wait for a slow tab; of one that is slower it is known only that it must look at everything again."""

Content = Mapping[str, object]


@dataclass(slots=True, eq=False)
class Tab:
    """One page that follows topics."""

    topics: frozenset[str]
    queue: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(QUEUE_MAX))
    is_over: asyncio.Event = field(default_factory=asyncio.Event)


class FanOut:
    """The tabs there are, by what they follow."""

    def __init__(self) -> None:
        self._tabs: dict[str, set[Tab]] = defaultdict(set)
        self._all: set[Tab] = set()
        self._taken_up: set[str] = set()

    def __len__(self) -> int:
        return len(self._all)

    def add(self, tab: Tab) -> None:
        """Tell a tab from now on."""
        self._all.add(tab)
        self._taken_up |= tab.topics
        for topic in tab.topics:
            self._tabs[topic].add(tab)

    def remove(self, tab: Tab) -> None:
        """Tell it no more."""
        self._all.discard(tab)
        for topic in tab.topics:
            self._tabs[topic].discard(tab)
            if not self._tabs[topic]:
                del self._tabs[topic]

    def followed(self, prefix: str) -> list[str]:
        """What is followed of a kind of topic, such as the stations behind "station:"."""
        return [topic.removeprefix(prefix) for topic in self._tabs if topic.startswith(prefix)]

    def taken_up(self, prefix: str) -> set[str]:
        """What a tab has begun to follow, of a kind of topic, since this was last asked."""
        new = {topic for topic in self._taken_up if topic.startswith(prefix)}
        self._taken_up -= new
        return {topic.removeprefix(prefix) for topic in new}

    def is_followed(self, topic: str) -> bool:
        """Whether any tab follows a topic."""
        return topic in self._tabs

    def tell(self, topic: str, content: object) -> None:
        """Tell everybody who follows a topic."""
        tabs = self._tabs.get(topic)
        if tabs:
            text = msgspec.json.encode({topic: content}).decode()
            for tab in tabs:
                _offer(tab, text)

    def tell_all(self, content: Content) -> None:
        """Tell every tab."""
        text = msgspec.json.encode(content).decode()
        for tab in self._all:
            _offer(tab, text)


def _offer(tab: Tab, text: str) -> None:
    if tab.queue.full():
        while not tab.queue.empty():
            tab.queue.get_nowait()
        text = '{"behind":true}'
    tab.queue.put_nowait(text)
