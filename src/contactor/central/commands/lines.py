"""The lines of commands: for each station those that wait, in the order in which they came, and the one under way.

One at a time for each station (RPC-02, CS-21), and no more may wait than somebody can still mean.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from contactor.base.ids import StationId
from contactor.central.commands.command import QueueFull
from contactor.central.credentials import KeyDigest
from contactor.ocpp.messages import Request

LIMIT = 100
"""How many commands may wait for one station."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A command in line. Without `expires_at` it is not to wait for a station that is not there.

    `digest` is what is kept of the AuthorizationKey it brings, if it brings one.
    """

    command_id: int
    station_id: StationId
    request: Request = field(repr=False)
    expires_at: datetime | None
    digest: KeyDigest | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether its time has passed."""
        return self.expires_at is not None and now >= self.expires_at


class Line:
    """One station's commands; `coming` counts those that are being written down."""

    __slots__ = ("coming", "under_way", "waiting")

    def __init__(self) -> None:
        self.waiting: deque[Waiting] = deque()
        self.under_way: Waiting | None = None
        self.coming = 0

    def take_out(self, leaves: "list[Waiting]") -> None:
        """Remove commands that wait no more."""
        for each in leaves:
            self.waiting.remove(each)


class Lines:
    """All lines, by station."""

    def __init__(self) -> None:
        self._lines: dict[StationId, Line] = {}

    def __iter__(self) -> Iterator[tuple[StationId, Line]]:
        """Those in which something waits: mostly few of many."""
        return iter([(station_id, line) for station_id, line in self._lines.items() if line.waiting])

    def of(self, station_id: StationId) -> Line:
        """A station's line."""
        return self._lines.setdefault(station_id, Line())

    def enter(self, station_id: StationId) -> Line:
        """A station's line, with one more command coming.

        Raises:
            QueueFull: as many wait as may.
        """
        line = self.of(station_id)
        waiting = len(line.waiting) + line.coming
        if waiting >= LIMIT:
            raise QueueFull(station_id, waiting)
        line.coming += 1
        return line

    def find(self, command_id: int) -> tuple[Line, Waiting] | None:
        """A command that waits, and its line."""
        for line in self._lines.values():
            for each in line.waiting:
                if each.command_id == command_id:
                    return line, each
        return None
