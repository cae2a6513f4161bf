"""How often stations connect: one that comes again and again is told to wait."""

from collections import deque

BURST_MIN = 10.0
"""So many minutes' worth of connections may come at once: bad lines break in bursts."""


class Visits:
    """When each station connected of late; a rate of 0 counts nothing."""

    def __init__(self, per_min: float) -> None:
        self._room = max(1, round(per_min * BURST_MIN)) if per_min > 0 else 0
        self._visits: dict[str, deque[float]] = {}

    def wait_s(self, station_id: str, now_s: float) -> float:
        """Take note of a connection, or tell after how long there may be one; 0 if it may be now."""
        if not self._room:
            return 0.0
        visits = self._visits.setdefault(station_id, deque())
        since_s = now_s - BURST_MIN * 60
        while visits and visits[0] <= since_s:
            visits.popleft()
        if len(visits) >= self._room:
            return visits[0] - since_s
        visits.append(now_s)
        return 0.0
