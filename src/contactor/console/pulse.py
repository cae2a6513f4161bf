"""The pulse of the central system: its rates, told from what it counted between two looks, and what waits."""

from collections import deque

from contactor.console.api_client import Json
from contactor.console.board import Facts

KEPT = 450
"""A quarter of an hour, at a look every two seconds."""
ANSWERS, COMMITS, WRITTEN, WAITING, ANSWER_MS = range(2, 7)
"""The columns of a point behind the line it belongs to, which is 0, and its time."""

Point = list[float | None]


class Pulse:
    """The last quarter of an hour."""

    def __init__(self) -> None:
        self._points: deque[Point] = deque(maxlen=KEPT)
        self._before: tuple[int, Facts] | None = None

    @property
    def points(self) -> list[Point]:
        """All that is kept, the oldest first."""
        return list(self._points)

    def look(self, system: Json, at_ms: int) -> list[Point]:
        """Take in what the system counts now; the points that are new with it.

        A system that counts less than before has started anew: from there on it is looked at again.
        """
        before, self._before = self._before, (at_ms, system)
        if before is None or at_ms <= before[0] or _has_restarted(before[1], system):
            return []
        took_s = (at_ms - before[0]) / 1000
        answered, answering_s, commits, written = (
            system[name] - before[1][name] for name in ("requests_answered", "answering_s", "commits", "items_written")
        )
        point: Point = [
            0,
            at_ms,
            answered / took_s,
            commits / took_s,
            written / took_s,
            system["writer_waiting"],
            1000 * answering_s / answered if answered else None,
        ]
        self._points.append(point)
        return [point]


def _has_restarted(before: Facts, now: Facts) -> bool:
    return any(now[name] < before[name] for name in ("requests_answered", "commits"))
