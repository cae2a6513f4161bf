"""SHELL: where tested stations and central systems live: an event loop in a thread of its own.

A test need not be a coroutine, and a test that is one may run on any asyncio loop: nothing of ours runs on it.
"""

import asyncio
import threading
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Generator
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

T = TypeVar("T")

START_WITHIN_S = 30.0
"""How long what takes no time may take on a machine that is busy."""
LOOK_PERIOD_S = 0.2
"""How often it is looked at what changes without an event of the station: meters, and the ledger."""


class NotInTime(AssertionError):
    """What a test waited for did not come; the message says what there was instead."""


class NeverAsked(UserWarning):
    """Something was waited for, and the test never asked whether it came: it would pass without."""


class Pending(Generic[T]):
    """What is waited for: `await` it in a coroutine, or ask for its `result()` anywhere else."""

    def __init__(self, future: "Future[T]") -> None:
        self._future = future
        self.was_asked = False
        """Whether somebody wanted to know how it ended."""

    def result(self) -> T:
        """Wait for it.

        Raises:
            NotInTime: it did not come.
        """
        self.was_asked = True
        return self._future.result()

    def __await__(self) -> Generator[Any, None, T]:  # Any: what a loop is told between the steps
        self.was_asked = True
        return asyncio.wrap_future(self._future).__await__()


class Stage:
    """A loop in a thread, from `open` to `close`; what was put on it is taken off again, the newest first."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="contactor.testing", daemon=True)
        self._endings: list[Callable[[], Awaitable[None]]] = []
        self._awaited: list[tuple[str, Pending[Any]]] = []  # Any: of whatever they bring

    def open(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End everything that was put on it."""
        try:
            self.wait(self._end())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(START_WITHIN_S)
        for what, pending in self._awaited:
            if not pending.was_asked:
                told = f"{what} was waited for, and nobody asked whether it came: await it, or ask for its result()"
                warnings.warn(told, NeverAsked, stacklevel=1)

    def at_end(self, ending: Callable[[], Awaitable[None]]) -> None:
        """Have something done when it closes."""
        self._endings.append(ending)

    def pending(self, story: Coroutine[Any, Any, T]) -> Pending[T]:
        """Let something run, and have its outcome waited for."""
        return Pending(asyncio.run_coroutine_threadsafe(story, self._loop))

    def awaited(self, what: str, story: Coroutine[Any, Any, T]) -> Pending[T]:
        """The same of what a test expects: who never asks whether it came is warned at the end."""
        pending = self.pending(story)
        self._awaited.append((what, pending))
        return pending

    def wait(self, story: Coroutine[Any, Any, T]) -> T:
        """Run something to its end."""
        return asyncio.run_coroutine_threadsafe(story, self._loop).result(START_WITHIN_S)

    def do(self, deed: Callable[[], T]) -> T:
        """Do something that takes no time, on the loop."""

        async def done() -> T:
            return deed()

        return self.wait(done())

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop):
            asyncio.set_event_loop(self._loop)
            self._loop.run_forever()

    async def _end(self) -> None:
        for ending in reversed(self._endings):
            await ending()
        self._endings.clear()


async def until(
    found: Callable[[], Awaitable[T | None]], within_s: float, instead: Callable[[], str], changed: asyncio.Event
) -> T:
    """Look again whenever something may have changed, and every now and then, until something is found.

    Raises:
        NotInTime: nothing was.
    """
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + within_s
    while (value := await found()) is None:
        left_s = deadline_s - loop.time()
        if left_s <= 0:
            raise NotInTime(f"{instead()} (after {within_s:g} s)")
        changed.clear()
        try:
            async with asyncio.timeout(min(left_s, LOOK_PERIOD_S)):
                await changed.wait()
        except TimeoutError:
            continue
    return value
