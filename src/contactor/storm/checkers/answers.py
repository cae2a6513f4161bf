"""What a station was answered is so: the number of a start is that start's, and no answer contradicts another."""

from collections.abc import Sequence

from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import Record, StationLook, ms_of
from contactor.storm.frame import Direction, Frame


class AnswersHold(Checker):
    """Collects the numbers that stations were given, and finds them in the ledger."""

    invariant = "answers hold"
    actions = frozenset({"StartTransaction"})

    def __init__(self) -> None:
        super().__init__()
        self._given: dict[tuple[str, int], tuple[float, tuple[int, int, str, int]]] = {}

    def heard(self, frame: Frame) -> None:
        """Take note of a number."""
        if not frame.answers("StartTransaction", Direction.IN):
            return
        asked = frame.request
        content = (asked["connectorId"], ms_of(asked["timestamp"]), asked["idTag"], asked["meterStart"])
        number = frame.payload["transactionId"]
        _, known = self._given.setdefault((frame.station, number), (frame.at_s, content))
        if known != content:
            self.complain(frame.station, frame.at_s, f"number {number} was given to {known} and to {content}")

    def settled(self, record: Record, looks: Sequence[StationLook]) -> None:
        """Each number is in the ledger."""
        kept = {
            (each.station, each.transaction_id): (
                each.connector,
                each.started_at_ms,
                each.id_tag,
                each.meter_start_wh,
            )
            for each in record.transactions
        }
        for (station, number), (at_s, content) in self._given.items():
            if kept.get((station, number)) != content:
                what = f"{content} was answered number {number}, which the ledger has as {kept.get((station, number))}"
                self.complain(station, at_s, what)
