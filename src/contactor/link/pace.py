"""How fast somebody may go: a bucket that fills steadily, from which each step takes one."""


class Pace:
    """Lets `rate_per_s` steps a second pass, and `burst` of them at once."""

    __slots__ = ("_burst", "_left", "_rate_per_s", "_seen_at_s")

    def __init__(self, rate_per_s: float, burst: float, now_s: float) -> None:
        assert rate_per_s > 0
        assert burst >= 1
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._left = burst
        self._seen_at_s = now_s

    def take(self, now_s: float) -> float:
        """Take a step in any case, and tell how long to rest before the next: 0 while the pace is kept."""
        self._fill(now_s)
        self._left -= 1.0
        return 0.0 if self._left >= 0 else -self._left / self._rate_per_s

    def may(self, now_s: float) -> bool:
        """Take a step if the pace allows it; one that is refused costs nothing."""
        self._fill(now_s)
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True

    def is_full(self, now_s: float) -> bool:
        """Whether so much time has passed that nothing is remembered."""
        self._fill(now_s)
        return self._left >= self._burst

    def _fill(self, now_s: float) -> None:
        self._left = min(self._burst, self._left + (now_s - self._seen_at_s) * self._rate_per_s)
        self._seen_at_s = now_s
