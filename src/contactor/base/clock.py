"""SHELL: the two times: instants (wall clock, UTC) and seconds that only ever grow.

Deadlines count in monotonic seconds, because a corrected wall clock must not stretch a time-out (CLK-03).
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells both times."""

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary start; never goes back."""
        ...

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def monotonic_s(self) -> float:
        """Seconds of the machine's monotonic clock."""
        return time.monotonic()

    def now(self) -> datetime:
        """The machine's wall clock."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is told to move; both times move together."""

    def __init__(self, now: datetime = datetime(2026, 1, 1, tzinfo=UTC), monotonic_s: float = 0.0) -> None:
        self._now = now
        self._monotonic_s = monotonic_s

    def monotonic_s(self) -> float:
        """Seconds moved so far, plus the start value."""
        return self._monotonic_s

    def now(self) -> datetime:
        """The start instant plus what was moved."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            ValueError: `seconds` is negative.
        """
        if seconds < 0:
            raise ValueError(f"time cannot go back by {seconds} s")
        self._monotonic_s += seconds
        self._now += timedelta(seconds=seconds)

    def set_wall_clock(self, now: datetime) -> None:
        """Step the wall clock as a correction does; the monotonic seconds stay."""
        self._now = now
