"""The statuses of a connector follow each other by the matrix of OCPP 1.6, section 4.9, while the line stands."""

from contactor.ocpp.enumerations import ChargePointStatus
from contactor.station.status_matrix import MOVES, STATION_STATUSES
from contactor.storm.checkers.checker import Checker
from contactor.storm.frame import Direction, Frame


class StatusesAreLegal(Checker):
    """Follows each connector along one line; what happened without a line is not told afterwards (ST-30)."""

    invariant = "statuses are legal"
    actions = frozenset({"BootNotification", "StatusNotification"})

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, dict[int, tuple[int, ChargePointStatus]]] = {}

    def heard(self, frame: Frame) -> None:
        """A status is the next of its connector's, or the same again."""
        if not frame.is_call or frame.direction is not Direction.OUT:
            return
        if frame.action == "BootNotification":
            self._last.pop(frame.station, None)
        elif frame.action == "StatusNotification":
            self._judge(frame)

    def _judge(self, frame: Frame) -> None:
        connector = frame.payload["connectorId"]
        status = ChargePointStatus(frame.payload["status"])
        known = self._last.setdefault(frame.station, {})
        line, last = known.get(connector, (0, status))
        known[connector] = (frame.line, status)
        if connector == 0:
            if status not in STATION_STATUSES:
                self.complain(frame.station, frame.at_s, f"the station as a whole is {status}")
        elif line == frame.line and status is not last and (last, status) not in MOVES:
            self.complain(frame.station, frame.at_s, f"connector {connector} goes from {last} to {status}")
