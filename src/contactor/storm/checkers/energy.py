"""The energy in the ledger is the energy that went through the meters, to the watt-hour."""

from collections import defaultdict
from collections.abc import Sequence

from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import Record, StationLook


class EnergyIsMeasured(Checker):
    """Adds up per outlet; meters of a storm begin at 0."""

    invariant = "energy is measured"

    def settled(self, record: Record, looks: Sequence[StationLook]) -> None:
        """Each outlet's register is what was sold there."""
        sold_wh: dict[tuple[str, int], int] = defaultdict(int)
        for each in record.transactions:
            if each.meter_stop_wh is not None:
                sold_wh[each.station, each.connector] += each.meter_stop_wh - each.meter_start_wh
        for look in looks:
            for outlet in look.outlets:
                sold = sold_wh[look.station, int(outlet.number)]
                if sold != outlet.register_wh:
                    what = f"outlet {outlet.number} delivered {outlet.register_wh} Wh, the ledger has {sold} Wh"
                    self.complain(look.station, look.at_s, what)
