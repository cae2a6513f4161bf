"""How often stations connect: one that comes again and again is told to wait."""

BURST_MIN = 10.0
"""So many minutes' worth of connections may come at once: bad lines break in bursts."""


class Visits:
    """When each station connected of late; a rate of 0 counts nothing."""

    def __init__(self, per_min: float) -> None:
        self._room = max(1, round(per_min * BURST_MIN)) if per_min > 0 else 0
        # Lists, for an empty deque takes ten times the room, and there is one for each station of a fleet.
        self._visits: dict[str, list[float]] = {}

    def wait_s(self, station_id: str, now_s: float) -> float:
        """Take note of a connection, or tell after how long there may be one; 0 if it may be now."""
        if not self._room:
            return 0.0
        since_s = now_s - BURST_MIN * 60
        visits = self._visits[station_id] = [at_s for at_s in self._visits.get(station_id, ()) if at_s > since_s]
        if len(visits) >= self._room:
            return visits[0] - since_s
        visits.append(now_s)
        return 0.0
