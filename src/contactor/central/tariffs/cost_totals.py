"""What charges came to: the newest result of each, and their sums by station, site or model, a currency apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Connection, func, select

from contactor.central.store.schema import stations, transactions
from contactor.central.store.site_tables import site_members
from contactor.central.store.tariff_tables import costs

_LATER = costs.alias()
_IS_NEWEST = (
    ~select(_LATER.c.id).where(_LATER.c.transaction_id == costs.c.transaction_id, _LATER.c.id > costs.c.id).exists()
)
_BATCH_ROWS = 1000


class TotalsBy(StrEnum):
    """What costs are summed by."""

    STATION = "station_id"
    SITE = "site_id"
    MODEL = "model"


_COLUMNS = {
    TotalsBy.STATION: transactions.c.station_id,
    TotalsBy.SITE: func.coalesce(site_members.c.site_id, ""),
    TotalsBy.MODEL: func.coalesce(stations.c.model, ""),
}


@dataclass(frozen=True, slots=True)
class Amounts:
    """What something came to."""

    currency: str
    net: Decimal
    vat: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class CostTotal:
    """The sum of some charges that were paid in one currency; `of` is empty where there is no site or model."""

    of: str
    currency: str
    transactions: int
    energy_wh: int
    net: Decimal
    vat: Decimal
    total: Decimal


def newest_costs(connection: Connection, numbers: Sequence[int] | None = None) -> Mapping[int, Amounts]:
    """What transactions came to, those of these numbers or all; who has no result is left out."""
    query = select(costs).where(_IS_NEWEST)
    if numbers is not None:
        query = query.where(costs.c.transaction_id.in_(list(numbers)))
    return {
        row.transaction_id: Amounts(row.currency, Decimal(row.net), Decimal(row.vat), Decimal(row.total))
        for row in connection.execute(query)
    }


def sum_costs(connection: Connection, by: TotalsBy, from_ms: int, before_ms: int) -> list[CostTotal]:
    """The results of transactions that began in a time, summed; sites and models are those of the stations now.

    Amounts are exact decimals, which neither database can sum, so that is done here, row after row.
    """
    register_wh = func.coalesce(transactions.c.corrected_meter_stop_wh, transactions.c.meter_stop_wh) - func.coalesce(
        transactions.c.corrected_meter_start_wh, transactions.c.meter_start_wh
    )
    query = (
        select(
            _COLUMNS[by].label("of"),
            costs.c.currency,
            costs.c.net,
            costs.c.vat,
            costs.c.total,
            register_wh.label("energy_wh"),
        )
        .join(transactions, transactions.c.id == costs.c.transaction_id)
        .join(stations, stations.c.id == transactions.c.station_id)
        .outerjoin(site_members, site_members.c.station_id == transactions.c.station_id)
        .where(_IS_NEWEST, transactions.c.started_at_ms >= from_ms, transactions.c.started_at_ms < before_ms)
    )
    found: dict[tuple[str, str], _Sum] = defaultdict(_Sum)
    for row in connection.execute(query, execution_options={"yield_per": _BATCH_ROWS}):
        found[row.of, row.currency].add((row.net, row.vat, row.total), row.energy_wh or 0)
    return [each.told(of, currency) for (of, currency), each in sorted(found.items())]


class _Sum:
    """What has been added up."""

    def __init__(self) -> None:
        self._transactions = 0
        self._energy_wh = 0
        self._amounts = [Decimal(0), Decimal(0), Decimal(0)]

    def add(self, amounts: Iterable[str], energy_wh: int) -> None:
        """One more; a register that went back counts as nothing taken (CS-16)."""
        self._transactions += 1
        self._energy_wh += max(0, energy_wh)
        self._amounts = [known + Decimal(amount) for known, amount in zip(self._amounts, amounts, strict=True)]

    def told(self, of: str, currency: str) -> CostTotal:
        """The sum."""
        return CostTotal(of, currency, self._transactions, self._energy_wh, *self._amounts)
