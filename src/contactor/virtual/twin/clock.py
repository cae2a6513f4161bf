"""SHELL: the clock of a twin: it follows the loop, and can be moved on past what nobody needs to live through."""

import asyncio
from datetime import datetime, timedelta


class TwinClock:
    """Both times of a twin. They move on together: a station minds a clock that is set, but not time that passes."""

    def __init__(self, starts_at: datetime) -> None:
        self._starts_at = starts_at
        self._skipped_s = 0.0

    def monotonic_s(self) -> float:
        """The loop's own seconds, and those that were skipped."""
        return asyncio.get_running_loop().time() + self._skipped_s

    def now(self) -> datetime:
        """The start, and what has passed since."""
        return self._starts_at + timedelta(seconds=self.monotonic_s())

    def skip_to(self, instant: datetime) -> None:
        """Let it be an instant at once; one that is over stays over."""
        self._skipped_s += max(0.0, (instant - self.now()).total_seconds())
