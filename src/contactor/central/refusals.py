"""Counts who was refused and why, and decides which refusals are told as events, so that a flood makes none.

Reasons are words of ours, so that nobody can make them many.
"""

from collections import Counter

TOLD_AGAIN_AFTER_S = 60.0
TLS_REFUSED = "TLS handshake refused"


class Refusals:
    """The counts since the central system started."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._told_at_s: dict[tuple[str | None, str], float] = {}

    def note(self, station_id: str | None, reason: str, now_s: float) -> bool:
        """Count a refusal; tell whether it is worth an event: the first of its kind from its station for a minute.

        `station_id` is that of a station we know; all others count as one.
        """
        self.counts[reason] += 1
        kind = (station_id, reason)
        if now_s - self._told_at_s.get(kind, -TOLD_AGAIN_AFTER_S) < TOLD_AGAIN_AFTER_S:
            return False
        self._told_at_s[kind] = now_s
        return True
