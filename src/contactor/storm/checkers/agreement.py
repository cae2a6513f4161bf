"""When all is calm both ends agree: who is there, what every connector does, and that nobody owes anybody anything."""

from collections.abc import Sequence

from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import Record, StationLook
from contactor.storm.frame import Direction, Frame, Kind


class Agreement(Checker):
    """Compares the last look at each station with the record."""

    invariant = "both ends agree"
    actions = frozenset({"StatusNotification"})

    def __init__(self) -> None:
        super().__init__()
        self._refused: set[tuple[str, int]] = set()

    def heard(self, frame: Frame) -> None:
        """A status that was refused by CALLERROR is not told again (ERR-13): there the record may be behind."""
        if frame.action == "StatusNotification" and frame.direction is Direction.IN:
            place = (frame.station, frame.request["connectorId"])
            if frame.kind is Kind.ERROR:
                self._refused.add(place)
            else:
                self._refused.discard(place)

    def settled(self, record: Record, looks: Sequence[StationLook]) -> None:
        """Each station is there, owes nothing, and does what the record says."""
        statuses = record.statuses()
        for look in looks:
            if not look.is_online:
                self.complain(look.station, look.at_s, "the station does not find the central system")
            if look.messages_owed:
                self.complain(look.station, look.at_s, f"{look.messages_owed} messages are still owed")
            for connector, status in look.statuses.items():
                known = statuses.get((look.station, connector))
                if known != status and (look.station, connector) not in self._refused:
                    self.complain(
                        look.station, look.at_s, f"connector {connector} is {status}, the record says {known}"
                    )
        for each in record.transactions:
            if each.meter_stop_wh is None:
                self.complain(each.station, 0.0, f"transaction {each.transaction_id} is still open")
