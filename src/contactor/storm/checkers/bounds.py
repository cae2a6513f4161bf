"""Queues are bounded: what a station owes, and how many lines stand for each."""

from contactor.station.outbox import CAPACITY
from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import StationLook


class Bounds(Checker):
    """Looks at how much waits."""

    invariant = "queues are bounded"

    def looked(self, look: StationLook) -> None:
        """No station owes more than may wait."""
        if look.messages_owed > CAPACITY:
            self.complain(look.station, look.at_s, f"{look.messages_owed} messages wait, {CAPACITY} may")
