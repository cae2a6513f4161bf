"""SHELL: an asyncio event loop whose time is virtual: it jumps to the next timer instead of waiting for it.

Production shells run on it unchanged, so an hour of retries is a test of milliseconds. It serves timers and
callbacks; a coroutine that waits for a real socket on it would wait for ever, so such a wait is an error here.

Timers for the same second come in the order in which they were set. The loop asks the kernel for nothing, and keeps
its timers without comparing handles: in a simulated hour both would cost more than most of what happens in it.
"""

import asyncio
import selectors
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any, TypeVar, TypeVarTuple

from contactor.base.errors import BrokenPromise

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_FileEvent = tuple[selectors.SelectorKey, int]

RESOLUTION_S = 1e-9
"""Timers this near to one another come together."""
TIDY_ABOVE = 100
"""So many timers may be called off and still be kept, or half as many as there are."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that never sleeps; `time()` starts at 0 and jumps."""

    # What asyncio's own loop keeps and does, and the methods below share.
    _ready: deque[asyncio.Handle]
    _closed: bool
    _stopping: bool
    _process_events: Callable[[list[_FileEvent]], None]

    def __init__(self) -> None:
        self._kernel = selectors.SelectSelector()
        self._time_s = 0.0
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = count()
        self._called_off = 0
        super().__init__(self._kernel)
        self._files = self._kernel.get_map()

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._time_s

    def close(self) -> None:
        """Let go of everything that is still to come."""
        self._timers.clear()
        super().close()

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Run a callback next, after what was scheduled before."""
        if self._closed:
            raise RuntimeError("Event loop is closed")
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Run a callback so many seconds from now."""
        return self.call_at(self._time_s + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Run a callback at a time of this loop."""
        if self._closed:
            raise RuntimeError("Event loop is closed")
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heappush(self._timers, (when, next(self._numbers), timer))
        return timer

    def _timer_handle_cancelled(self, _handle: asyncio.TimerHandle) -> None:
        """Asyncio tells of every timer that is called off, whether it was still to come or not."""
        self._called_off += 1
        if self._called_off > max(TIDY_ABOVE, len(self._timers) // 2):
            self._tidy()

    def _run_once(self) -> None:
        """What asyncio repeats until the loop is stopped: everything that is due, and nothing that comes of it."""
        ready = self._ready
        if not ready and not self._stopping:
            self._jump()
        timers, until_s = self._timers, self._time_s + RESOLUTION_S
        while timers and timers[0][0] < until_s:
            ready.append(heappop(timers)[2])
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:
                handle._run()

    def _jump(self) -> None:
        """Let time go on to the next timer."""
        timers = self._timers
        while timers and timers[0][2]._cancelled:
            heappop(timers)
        # The loop's own pipe to itself is the one file there ever is, and whoever writes to it has called something.
        if len(self._files) > 1:
            self._hear_kernel()
            if self._ready:
                return
        if timers:
            self._time_s = max(self._time_s, timers[0][0])
        else:
            self._hear_kernel()
            if not self._ready:
                raise BrokenPromise("the virtual loop has nothing left to wait for: something waits for the real world")

    def _hear_kernel(self) -> None:
        self._process_events(self._kernel.select(0))

    def _tidy(self) -> None:
        self._timers = [each for each in self._timers if not each[2]._cancelled]
        heapify(self._timers)
        self._called_off = 0


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a fresh virtual loop and return its result."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
