"""SHELL: an asyncio event loop whose time is virtual: it jumps to the next timer instead of waiting for it.

Production shells run on it unchanged, so an hour of retries is a test of milliseconds. It serves timers and
callbacks; a coroutine that waits for a real socket on it would wait for ever, so such a wait is an error here.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from contactor.base.errors import BrokenPromise

T = TypeVar("T")


class _JumpingSelector(selectors.SelectSelector):
    """Reports no ready file; instead of sleeping it moves the loop's time."""

    def __init__(self) -> None:
        super().__init__()
        self.time_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        # The loop's own pipe to itself is the one file there ever is; asking the kernel for it at every turn would cost
        # more than most turns do.
        if timeout is None or len(self.get_map()) > 1:
            ready = super().select(0)
            if ready:
                return ready
        if timeout is None:
            raise BrokenPromise("the virtual loop has nothing left to wait for: something waits for the real world")
        if timeout > 0:
            self.time_s += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that never sleeps; `time()` starts at 0 and jumps."""

    def __init__(self) -> None:
        self._virtual_selector = _JumpingSelector()
        super().__init__(self._virtual_selector)
        # asyncio treats timers within one clock tick as due; the default tick is that of the real clock.
        self._clock_resolution = 1e-9

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._virtual_selector.time_s


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a fresh virtual loop and return its result."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
