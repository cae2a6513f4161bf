"""There is no transaction, and no stray stop, that no station began."""

from collections.abc import Sequence

from contactor.storm.checkers.charges import Charges
from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import Debt, Record, StationLook


class NothingFromNowhere(Checker):
    """Compares the other way round: from the ledger to the stations."""

    invariant = "nothing from nowhere"

    def __init__(self) -> None:
        super().__init__()
        self._charges = Charges()

    def owed(self, debt: Debt) -> None:
        """Remember it."""
        self._charges.owed(debt)

    def settled(self, record: Record, looks: Sequence[StationLook]) -> None:
        """Each transaction has its charge."""
        begun = {charge.identity for _, charge in self._charges.items()}
        for each in record.transactions:
            identity = (each.station, each.connector, each.started_at_ms, each.id_tag, each.meter_start_wh)
            if identity not in begun:
                self.complain(each.station, 0.0, f"transaction {each.transaction_id} {identity} was begun by nobody")
        if record.stray_stops():
            self.complain("", 0.0, f"{record.stray_stops()} stops stand beside the transactions")
