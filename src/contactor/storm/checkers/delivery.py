"""Messages about transactions reach the wire in the order in which they became owed, and each charge stops once."""

from collections import defaultdict

from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import Debt
from contactor.storm.frame import Direction, Frame


class DeliveredInOrder(Checker):
    """Counts each station's debts, and holds the first sending of each against that order (Q-01)."""

    invariant = "delivered in order"
    actions = frozenset({"MeterValues", "StartTransaction", "StopTransaction"})

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[str, dict[str, int]] = defaultdict(dict)
        self._reached: dict[str, int] = defaultdict(int)
        self._stops: dict[tuple[str, int], str] = {}

    def owed(self, debt: Debt) -> None:
        """Give it its place."""
        places = self._places[debt.station]
        places[debt.message_id] = len(places) + 1
        if debt.action == "StopTransaction" and debt.charge is not None:
            first = self._stops.setdefault((debt.station, debt.charge), debt.message_id)
            if first != debt.message_id:
                self.complain(debt.station, debt.at_s, f"charge {debt.charge} is stopped twice")

    def heard(self, frame: Frame) -> None:
        """What goes out is the next that was owed, or one that went out before."""
        if not frame.is_call or frame.direction is not Direction.OUT:
            return
        place = self._places[frame.station].get(frame.message_id)
        if place is None:
            return
        reached = self._reached[frame.station]
        if place > reached + 1:
            what = f"{frame.action} {frame.message_id} is number {place}, after number {reached}"
            self.complain(frame.station, frame.at_s, what)
        self._reached[frame.station] = max(reached, place)
