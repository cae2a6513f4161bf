"""Queues are bounded: what waits at a station and at the central system, and how many lines stand for each station."""

from contactor.station.calls import QUEUE_MAX
from contactor.station.outbox import CAPACITY
from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import CentralLook, StationLook

STATION_CALLS_MAX = 2 * QUEUE_MAX
"""There are two queues, and what somebody waits for may move from one to the other."""
LINES_MAX = 3
"""Of one station: the one that counts, one that nobody noticed is dead, and one that is being closed."""
CALLS_MAX = 10
"""To one station: orders are asked for one after the other, and each has one call."""
WRITES_MAX, WRITES_AT_ONCE = 10, 100
"""Of each station, and of the central system itself: a station says one thing at a time, and says it again."""


class Bounds(Checker):
    """Looks at how much waits."""

    invariant = "queues are bounded"

    def looked(self, look: StationLook) -> None:
        """No station owes more than may wait, or has more to say."""
        if look.messages_owed > CAPACITY:
            self.complain(look.station, look.at_s, f"{look.messages_owed} messages wait, {CAPACITY} may")
        if look.calls_waiting > STATION_CALLS_MAX:
            self.complain(look.station, look.at_s, f"{look.calls_waiting} calls wait, {STATION_CALLS_MAX} may")

    def looked_at_central(self, look: CentralLook) -> None:
        """Nothing piles up at the central system: sessions, lines, calls, writes."""
        counted = (
            ("sessions are kept", look.sessions, look.stations),
            ("lines stand", look.lines, LINES_MAX * look.stations),
            ("calls to one station wait", look.calls_waiting, CALLS_MAX),
            ("writes wait", look.writes_waiting, WRITES_MAX * look.stations + WRITES_AT_ONCE),
        )
        for words, there_are, there_may in counted:
            if there_are > there_may:
                self.complain("", look.at_s, f"{there_are} {words}, {there_may} may")
