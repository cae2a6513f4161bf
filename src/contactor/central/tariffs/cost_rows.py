"""The results of charges: computed from the record, kept with their history, and computed again by whoever doubts."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, bindparam, insert, select

from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.store import schema
from contactor.central.store.prepared import Prepared
from contactor.central.store.statement import Rows, upsert
from contactor.central.store.tariff_tables import cost_marks, costs, pinned_tariffs, running_costs
from contactor.central.tariffs.charge_rows import KnownCharge, read_charge
from contactor.central.tariffs.cost import Cost, Line, cost_of
from contactor.central.tariffs.pinning import LATE_READINGS, cost_is_due, cost_is_settled, pinned_version
from contactor.central.tariffs.tariff_rows import TariffVersion, find_version

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_READINGS_MARK = "readings"
_lines = msgspec.json.Decoder(tuple[Line, ...]).decode
_encode = msgspec.json.Encoder().encode
_DUE = (
    select(running_costs)
    .where(running_costs.c.due_for != "")
    .order_by(running_costs.c.transaction_id)
    .limit(bindparam("limit"))
)
_RESULTS = select(costs).where(costs.c.transaction_id == bindparam("number")).order_by(costs.c.id.desc())
_MARKED = Prepared(select(cost_marks.c.reached).where(cost_marks.c.name == _READINGS_MARK))
_MARK = upsert(cost_marks, "name", "reached", key=("name",))
_readings = schema.readings.c
_NEWEST = Prepared(select(_readings.id).order_by(_readings.id.desc()).limit(1))
_BELATED = (
    select(pinned_tariffs.c.transaction_id)
    .distinct()
    .join(schema.transactions, schema.transactions.c.id == pinned_tariffs.c.transaction_id)
    .join(
        schema.readings,
        and_(
            _readings.claimed_id == schema.transactions.c.id, _readings.station_id == schema.transactions.c.station_id
        ),
    )
    .where(
        schema.transactions.c.stopped_at_ms.is_not(None),
        _readings.id > bindparam("after"),
        _readings.id <= bindparam("up_to"),
    )
)


@dataclass(frozen=True, slots=True)
class DueCost:
    """A transaction whose result is asked for; `seen` tells this question from a later one."""

    number: int
    why: str
    seen: int


@dataclass(frozen=True, slots=True)
class Belated:
    """Transactions whose results late readings may change, found among the readings up to a number."""

    up_to: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CostResult:
    """What a transaction came to, when that was computed and why; `readings` and `idle_spans` are what it rests on."""

    cost: Cost
    settled_at: datetime
    settled_for: str
    readings: int
    idle_spans: int


@dataclass(frozen=True, slots=True)
class Computed:
    """A cost computed now, out of what is on record now."""

    cost: Cost
    version: TariffVersion
    known: KnownCharge


def due_costs(connection: Connection, limit: int) -> list[DueCost]:
    """Results that were asked for and are not written yet."""
    rows = connection.execute(_DUE, {"limit": limit})
    return [DueCost(row.transaction_id, row.due_for, row.asked) for row in rows]


def compute(connection: Connection, number: int, now_ms: int) -> Computed | None:
    """What a transaction costs by its pinned tariff, so far or as a whole; None where it has no tariff."""
    version_id = pinned_version(connection, number)
    known = None if version_id is None else read_charge(connection, number, now_ms)
    if version_id is None or known is None:
        return None
    version = find_version(connection, version_id)
    return Computed(cost_of(version.terms.tariff, known.charge), version, known)


def settle(connection: Connection, due: DueCost, computed: Computed | None, now: datetime) -> bool:
    """Write a result down, unless the question was asked anew meanwhile; True if it differs from the last one."""
    if not cost_is_settled(connection, due.number, due.seen) or computed is None:
        return False
    before = results(connection, due.number)
    if before and before[0].cost == computed.cost:
        return False
    connection.execute(insert(costs).values(_row(due, computed, now)))
    _tell(connection, due, computed, now)
    return True


def results(connection: Connection, number: int) -> list[CostResult]:
    """The results a transaction had, the newest first: that one counts."""
    return [_result(row) for row in connection.execute(_RESULTS, {"number": number})]


def find_belated(connection: Connection) -> Belated | None:
    """Transactions that got readings since they ended, among those readings that were not looked through yet.

    Readings are numbered in the order in which they come, so each is looked at once. None if there are no new ones.
    """
    newest, marked = _NEWEST.first(connection, {}), _MARKED.first(connection, {})
    up_to = 0 if newest is None else newest.id
    if marked is None:
        return Belated(up_to, ())
    after = marked.reached
    if after == up_to:
        return None
    return Belated(up_to, tuple(connection.execute(_BELATED, {"after": after, "up_to": up_to}).scalars()))


def ask_for_belated(connection: Connection, belated: Belated) -> None:
    """Ask for their results again, and remember how far the readings were looked through."""
    for number in belated.numbers:
        cost_is_due(connection, number, LATE_READINGS)
    Rows(_MARK, ((_READINGS_MARK, belated.up_to),)).execute_on(connection)


def _row(due: DueCost, computed: Computed, now: datetime) -> dict[str, object]:
    cost = computed.cost
    return {
        "transaction_id": due.number,
        "settled_at_ms": to_ms(now),
        "settled_for": due.why,
        "currency": cost.currency,
        "net": str(cost.net),
        "vat": str(cost.vat),
        "total": str(cost.total),
        "lines": _encode(cost.lines).decode(),
        "readings": computed.known.readings,
        "idle_spans": computed.known.idle_spans,
    }


def _result(row: _Row) -> CostResult:
    cost = Cost(row.currency, Decimal(row.net), Decimal(row.vat), Decimal(row.total), _lines(row.lines))
    return CostResult(cost, from_ms(row.settled_at_ms), row.settled_for, row.readings, row.idle_spans)


def _tell(connection: Connection, due: DueCost, computed: Computed, now: datetime) -> None:
    cost, version = computed.cost, computed.version
    facts = {
        "transaction_id": due.number,
        "currency": cost.currency,
        "net": str(cost.net),
        "vat": str(cost.vat),
        "total": str(cost.total),
        "tariff_id": version.tariff_id,
        "version": version.version,
        "settled_for": due.why,
    }
    record_event(connection, EventKind.COST_SETTLED, computed.known.station_id, now, facts)
