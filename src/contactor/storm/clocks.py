"""SHELL: the clocks of a storm: the virtual loop's seconds, and wall clocks that drift and are stepped."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

STORM_BEGINS = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
"""A Monday morning; every storm begins then, so that a trace has the same instants on every machine."""


class StormClock:
    """The loop's seconds, and a wall clock that gains `drift` seconds per second and can be set."""

    def __init__(self, *, drift: float = 0.0, ahead_s: float = 0.0) -> None:
        self.monotonic_s: Callable[[], float] = asyncio.get_running_loop().time
        """The loop's seconds: its own method, because everybody asks all the time."""
        self._drift = drift
        self.ahead_s = ahead_s
        """How far it is ahead beside its drift; assign to step it."""
        self._shown_for = (0.0, 0.0)
        self._shown = STORM_BEGINS

    def now(self) -> datetime:
        """What this clock shows."""
        # Asked several times for each message, and no time passes between.
        asked_for = (self.monotonic_s(), self.ahead_s)
        if asked_for != self._shown_for:
            now_s, ahead_s = self._shown_for = asked_for
            self._shown = STORM_BEGINS + timedelta(seconds=now_s * (1.0 + self._drift) + ahead_s)
        return self._shown
