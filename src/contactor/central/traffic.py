"""Counts what stations ask and how long their answers took; plain numbers, so that counting costs next to nothing.

Written on the event loop and by the writer's thread, read by whoever asks for metrics.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

ANSWER_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BATCH_BOUNDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000)


class Histogram:
    """Counts values by the smallest bound that holds them; the last count is of those above every bound."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def note(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    @property
    def count(self) -> int:
        """How many values there were."""
        return sum(self.counts)


class Traffic:
    """The counts since the central system started.

    `messages` counts by action and outcome; both are words of ours, so a station cannot make them many.
    """

    __slots__ = ("answers_s", "messages")

    def __init__(self) -> None:
        self.messages: Counter[tuple[str, str]] = Counter()
        self.answers_s = Histogram(ANSWER_BOUNDS_S)

    def answered(self, action: str, outcome: str, took_s: float) -> None:
        """A station's request got its answer: "answered" or "refused"."""
        self.messages[action, outcome] += 1
        self.answers_s.note(took_s)

    def malformed(self) -> None:
        """A frame could not be understood; what action it named is the station's word, and not counted."""
        self.messages["", "malformed"] += 1
