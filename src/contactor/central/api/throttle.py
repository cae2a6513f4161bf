"""Slows down whoever guesses passwords: each failure from an address, or for a name, makes the next try wait longer."""

from collections import OrderedDict
from dataclasses import dataclass

FREE_TRIES = 5
FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 900.0
FORGOTTEN_AFTER_S = 3600.0
KEPT_MAX = 10_000
"""How many addresses and names are remembered; the longest untouched are forgotten first."""


@dataclass(slots=True)
class _Failures:
    count: int
    last_at_s: float


class LoginThrottle:
    """Counts failed logins by address and by name; a table of its own for each, so that neither shields the other."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def wait_s(self, address: str, name: str, now_s: float) -> float:
        """How long must pass before the next try is looked at; 0 for at once."""
        return max(self._wait_of(key, now_s) for key in _keys(address, name))

    def failed(self, address: str, name: str, now_s: float) -> None:
        """Take note of a try that failed."""
        for key in _keys(address, name):
            known = self._failures.pop(key, None)
            if known is None or now_s - known.last_at_s > FORGOTTEN_AFTER_S:
                known = _Failures(0, now_s)
            known.count += 1
            known.last_at_s = now_s
            self._failures[key] = known
        while len(self._failures) > KEPT_MAX:
            self._failures.popitem(last=False)

    def succeeded(self, address: str, name: str) -> None:
        """Forget the failures of somebody who has found the password."""
        for key in _keys(address, name):
            self._failures.pop(key, None)

    def _wait_of(self, key: tuple[str, str], now_s: float) -> float:
        known = self._failures.get(key)
        if known is None or known.count < FREE_TRIES:
            return 0.0
        # The exponent is bounded too: a float holds no 2 ** 5000.
        wait_s = min(FIRST_WAIT_S * 2.0 ** min(known.count - FREE_TRIES, 16), LONGEST_WAIT_S)
        return max(0.0, known.last_at_s + wait_s - now_s)


def _keys(address: str, name: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("address", address), ("name", name)
