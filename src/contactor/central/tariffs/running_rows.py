"""Which transactions run and cost something, where, and in which situation."""

from dataclasses import dataclass

from sqlalchemy import Connection, and_, select

from contactor.base.ids import StationId
from contactor.central.store import schema
from contactor.central.store.schema import TransactionState
from contactor.central.store.tariff_tables import pinned_tariffs, running_costs, tariff_versions
from contactor.central.tariffs.tariff import Tariff, read_tariff
from contactor.ocpp.enumerations import ChargePointStatus

_transactions = schema.transactions.c
_connectors = schema.connectors.c
_RUNNING = (
    select(
        _transactions.id,
        _transactions.station_id,
        _transactions.connector_id,
        tariff_versions.c.content,
        _connectors.status,
    )
    .join_from(running_costs, schema.transactions, _transactions.id == running_costs.c.transaction_id)
    .join(pinned_tariffs, pinned_tariffs.c.transaction_id == running_costs.c.transaction_id)
    .join(tariff_versions, tariff_versions.c.id == pinned_tariffs.c.version_id)
    .outerjoin(
        schema.connectors,
        and_(
            _connectors.station_id == _transactions.station_id, _connectors.connector_id == _transactions.connector_id
        ),
    )
    .where(running_costs.c.due_for == "", _transactions.state == TransactionState.OPEN)
    .order_by(_transactions.id)
)


@dataclass(frozen=True, slots=True)
class RunningCharge:
    """A transaction that runs, and the tariff it began with."""

    number: int
    station_id: StationId
    connector_id: int
    tariff: Tariff
    is_suspended: bool
    """Whether the car takes nothing: it is full, most likely."""


def running_charges(connection: Connection) -> list[RunningCharge]:
    """All of them, in the order of their numbers."""
    return [
        RunningCharge(
            row.id,
            StationId(row.station_id),
            row.connector_id,
            read_tariff(row.content),
            row.status == ChargePointStatus.SUSPENDED_EV.value,
        )
        for row in connection.execute(_RUNNING)
    ]
