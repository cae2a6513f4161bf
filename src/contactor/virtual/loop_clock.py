"""SHELL: a clock that follows the running event loop: with a virtual loop a day passes in a moment."""

import asyncio
from datetime import datetime, timedelta


class LoopClock:
    """Both times follow the loop it is first asked on; the wall clock begins at an instant of one's choice."""

    def __init__(self, starts_at: datetime) -> None:
        self._starts_at = starts_at

    def monotonic_s(self) -> float:
        """The loop's own seconds."""
        return asyncio.get_running_loop().time()

    def now(self) -> datetime:
        """The wall clock, as far as the loop has come."""
        return self._starts_at + timedelta(seconds=self.monotonic_s())
