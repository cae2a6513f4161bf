"""A meter never runs backwards: not in the hardware, and not in what is told of it."""

from collections.abc import Sequence
from itertools import pairwise

from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import LedgerTransaction, Record, StationLook


class MetersNeverRunBack(Checker):
    """Keeps the newest register of every outlet."""

    invariant = "meters never run back"

    def __init__(self) -> None:
        super().__init__()
        self._registers: dict[tuple[str, int], int] = {}

    def looked(self, look: StationLook) -> None:
        """The register is where it was, or further."""
        for outlet in look.outlets:
            place = (look.station, int(outlet.number))
            before_wh = self._registers.get(place, 0)
            if outlet.register_wh < before_wh:
                what = f"outlet {outlet.number} went from {before_wh} to {outlet.register_wh} Wh"
                self.complain(look.station, look.at_s, what)
            self._registers[place] = outlet.register_wh

    def settled(self, record: Record, looks: Sequence[StationLook]) -> None:
        """Within each transaction the register only grows, in the order in which it was read."""
        for each in record.transactions:
            values = _registers_of(each)
            if any(later < earlier for earlier, later in pairwise(values)):
                self.complain(each.station, 0.0, f"transaction {each.transaction_id} has registers {values}")


def _registers_of(transaction: LedgerTransaction) -> list[float]:
    readings = sorted(transaction.readings, key=lambda each: each.taken_at_ms)
    told = [each.energy_wh for each in readings if each.energy_wh is not None]
    last = [] if transaction.meter_stop_wh is None else [float(transaction.meter_stop_wh)]
    return [float(transaction.meter_start_wh), *told, *last]
