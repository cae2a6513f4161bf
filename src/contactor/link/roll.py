"""SHELL: which links a listener holds, and when the last one left."""

import asyncio
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Roll(Generic[T]):
    """The links that are open; lets one wait until there are none."""

    def __init__(self) -> None:
        self._present: set[T] = set()
        self._is_empty = asyncio.Event()
        self._is_empty.set()

    def __len__(self) -> int:
        return len(self._present)

    def __iter__(self) -> Iterator[T]:
        return iter(tuple(self._present))  # a copy, because whoever walks the roll mostly ends what is on it

    def join(self, link: T) -> None:
        """Note that it began."""
        self._present.add(link)
        self._is_empty.clear()

    def leave(self, link: T) -> None:
        """Note that it is over."""
        self._present.discard(link)
        if not self._present:
            self._is_empty.set()

    async def wait_until_empty(self) -> None:
        """Return when nobody is left."""
        await self._is_empty.wait()
