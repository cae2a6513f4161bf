"""Charges put together from what stations undertook to deliver, and matched with the ledger's transactions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contactor.storm.evidence import Debt, LedgerTransaction, ms_of

Identity = tuple[str, int, int, str, int]
"""Station, connector, instant, tag and register of a start: what makes one transaction (CS-04)."""


@dataclass(slots=True)
class Charge:
    """One charge as its station kept it."""

    start: Debt | None = None
    stops: list[Debt] = field(default_factory=list)
    readings: list[Debt] = field(default_factory=list)

    @property
    def identity(self) -> Identity | None:
        """What the ledger recognises it by."""
        if self.start is None:
            return None
        told = self.start.payload
        return (
            self.start.station,
            told["connectorId"],
            ms_of(told["timestamp"]),
            told["idTag"],
            told["meterStart"],
        )


class Charges:
    """Every charge of every station, by the station's own number."""

    def __init__(self) -> None:
        self._charges: dict[tuple[str, int], Charge] = defaultdict(Charge)

    def owed(self, debt: Debt) -> None:
        """Put a debt to its charge; readings between charges belong to none."""
        if debt.charge is None:
            return
        charge = self._charges[debt.station, debt.charge]
        if debt.action == "StartTransaction":
            charge.start = debt
        elif debt.action == "StopTransaction":
            charge.stops.append(debt)
        else:
            charge.readings.append(debt)

    def items(self) -> Iterable[tuple[tuple[str, int], Charge]]:
        """Station and number, and the charge."""
        return self._charges.items()


def by_identity(transactions: Iterable[LedgerTransaction]) -> Mapping[Identity, list[LedgerTransaction]]:
    """The ledger's transactions by what recognises them."""
    found: dict[Identity, list[LedgerTransaction]] = defaultdict(list)
    for each in transactions:
        found[each.station, each.connector, each.started_at_ms, each.id_tag, each.meter_start_wh].append(each)
    return found
