"""The fleet at a glance, from the record: stations with their connectors, and what runs there, by few questions."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from contactor.central.api.station_rows import StationFilter, StationRow, find_connectors, find_stations
from contactor.central.store import schema
from contactor.central.store.schema import TransactionState

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_transactions = schema.transactions
_readings = schema.readings


@dataclass(frozen=True, slots=True)
class FleetPage:
    """Some stations by name, and by station what is known of each."""

    stations: list[StationRow]
    connectors: dict[str, list[StationRow]]
    running: dict[str, list[_Row]]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Energy:
    """What went out in the transactions that began since an instant and have ended."""

    sessions: int
    energy_wh: int


def find_fleet(connection: Connection, after: str | None, limit: int) -> FleetPage:
    """A page of the fleet, from the station after `after` on."""
    rows = find_stations(connection, StationFilter(after=after), limit + 1)
    shown = rows[:limit]
    names = [row.id for row in shown]
    return FleetPage(shown, find_connectors(connection, names), _running(connection, names), len(rows) > limit)


def _running(connection: Connection, station_ids: list[str]) -> dict[str, list[_Row]]:
    """The open transactions of some stations, each with its latest reading, where it has one."""
    latest = (
        select(func.max(_readings.c.id))
        .where(_readings.c.claimed_id == _transactions.c.id, _readings.c.station_id == _transactions.c.station_id)
        .correlate(_transactions)
        .scalar_subquery()
    )
    query = (
        select(
            _transactions.c.station_id,
            _transactions.c.connector_id,
            _transactions.c.id.label("transaction_id"),
            _transactions.c.id_tag,
            _transactions.c.started_at_ms,
            _transactions.c.meter_start_wh,
            _readings.c.taken_at_ms,
            _readings.c.energy_wh,
            _readings.c.power_w,
            _readings.c.soc_percent,
        )
        .outerjoin(_readings, _readings.c.id == latest)
        .where(_transactions.c.station_id.in_(station_ids), _transactions.c.state == TransactionState.OPEN)
        .order_by(_transactions.c.id)
    )
    found: dict[str, list[_Row]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.station_id].append(row)
    return found


def energy_since(connection: Connection, since_ms: int) -> Energy:
    """What the transactions took whose start came since then.

    Numbers grow in the order of coming, so walking back from the newest finds where the time begins, without an index
    that every start would have to keep.
    """
    before = (
        select(_transactions.c.id)
        .where(_transactions.c.start_received_at_ms < since_ms)
        .order_by(_transactions.c.id.desc())
        .limit(1)
    )
    last_before = connection.execute(before).scalar() or 0
    taken = _transactions.c.meter_stop_wh - _transactions.c.meter_start_wh
    ended = and_(_transactions.c.id > last_before, _transactions.c.meter_stop_wh.is_not(None), taken >= 0)
    sessions, energy_wh = connection.execute(select(func.count(), func.sum(taken)).where(ended)).one()
    return Energy(sessions, int(energy_wh or 0))
