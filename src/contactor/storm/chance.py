"""Chance as a storm needs it: picks, weighted picks and waits, every stream drawn from dice of its own.

A stream is named after what it decides, so that taking one trouble or one station away leaves the others' throws
as they were: that is what lets a failing storm be shrunk.
"""

import math
from collections.abc import Sequence
from typing import TypeVar

from contactor.base.dice import Dice

T = TypeVar("T")

SECONDS_PER_HOUR = 3600.0
_LEAST = 1e-12


class Chance:
    """One stream of throws; `stream` makes another that only depends on its names and the seed."""

    def __init__(self, seed: int, *names: str) -> None:
        self._seed = seed
        self._names = names
        self.dice = Dice("/".join((str(seed), *names)))

    def stream(self, *names: str) -> "Chance":
        """An independent stream."""
        return Chance(self._seed, *self._names, *names)

    def between(self, low: float, high: float) -> float:
        """A number, every one as likely."""
        return self.dice.between(low, high)

    def happens(self, probability: float) -> bool:
        """True with the given probability."""
        return self.dice.happens(probability)

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return min(high, low + int(self.dice.between(0, high - low + 1)))

    def pick(self, things: Sequence[T]) -> T:
        """One of them, each as likely."""
        return things[self.whole(0, len(things) - 1)]

    def weighted(self, things: Sequence[tuple[float, T]]) -> T:
        """One of them, by weight."""
        mark = self.dice.between(0, sum(weight for weight, _ in things))
        for weight, thing in things:
            mark -= weight
            if mark <= 0:
                return thing
        return things[-1][1]

    def wait_s(self, per_hour: float) -> float:
        """How long until something that happens so often happens next; it remembers nothing (exponential)."""
        if per_hour <= 0:
            return math.inf
        return -math.log(max(_LEAST, self.dice.between(0, 1))) * SECONDS_PER_HOUR / per_hour
