"""How long to wait before dialling again (TR-13): doubling, bounded, scattered, so that no fleet returns as one."""

from contactor.base.dice import Dice

FIRST_S = 5.0
LONGEST_S = 300.0
SCATTER = 0.2


class Backoff:
    """Counts failures in a row and says how long the next wait is; never gives up."""

    __slots__ = ("_dice", "_failures", "_first_s", "_longest_s", "_scatter")

    def __init__(
        self, dice: Dice, *, first_s: float = FIRST_S, longest_s: float = LONGEST_S, scatter: float = SCATTER
    ) -> None:
        assert 0 < first_s <= longest_s
        assert 0 <= scatter < 1
        self._dice = dice
        self._first_s = first_s
        self._longest_s = longest_s
        self._scatter = scatter
        self._failures = 0

    def next_wait_s(self) -> float:
        """Count one more failure and return the wait that follows it, in seconds."""
        # The exponent is bounded as well as the product: after a week of outage 2**k would not fit a float.
        steady_s = min(self._longest_s, self._first_s * 2.0 ** min(self._failures, 32))
        self._failures += 1
        return steady_s * self._dice.between(1 - self._scatter, 1 + self._scatter)

    def succeeded(self) -> None:
        """Start over: the connection proved good."""
        self._failures = 0
