"""Corrections: what a person puts right in a transaction that has ended; what the station reported stays beside it.

The reported columns are never touched, because a station that repeats a start or a stop is recognised by them. What is
in force is the correction where there is one; each change is a row with the old and the new value, who, when and why.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from contactor.base.errors import ContactorError
from contactor.base.instants import to_text
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.ledger_events import tell_settled
from contactor.central.marks import settle
from contactor.central.meter_gap import review_gaps
from contactor.central.milliseconds import from_ms
from contactor.central.store import schema
from contactor.central.store.ledger_tables import corrections
from contactor.central.store.schema import TransactionState
from contactor.central.suspicion import Suspicion
from contactor.central.tags import tag_key
from contactor.central.tariffs.pinning import CORRECTED, cost_is_due

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one


class NotCorrectable(ContactorError):
    """The correction cannot be made; `field` is the one that stands in the way."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field}: {value}: {reason}")
        self.field = field
        self.value = value


class NotEnded(ContactorError):
    """The transaction has no end yet, so there is nothing final to put right."""

    def __init__(self, number: int) -> None:
        super().__init__(f"transaction {number} has not ended; a missing stop is closed, not corrected")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is in force of a transaction: what was reported, or the latest correction of it."""

    id_tag: str
    meter_start_wh: int
    meter_stop_wh: int
    stopped_at_ms: int

    @classmethod
    def of(cls, row: _Row) -> "Standing":
        """What is in force of a row of `transactions` that has ended."""
        return cls(
            row.id_tag if row.corrected_id_tag is None else row.corrected_id_tag,
            row.meter_start_wh if row.corrected_meter_start_wh is None else row.corrected_meter_start_wh,
            row.meter_stop_wh if row.corrected_meter_stop_wh is None else row.corrected_meter_stop_wh,
            row.stopped_at_ms if row.corrected_stopped_at_ms is None else row.corrected_stopped_at_ms,
        )


@dataclass(frozen=True, slots=True)
class Correction:
    """What shall hold; None leaves a value as it is."""

    id_tag: str | None = None
    meter_start_wh: int | None = None
    meter_stop_wh: int | None = None
    stopped_at_ms: int | None = None

    def applied_to(self, standing: Standing) -> Standing:
        """What is in force afterwards."""
        return Standing(
            standing.id_tag if self.id_tag is None else self.id_tag,
            standing.meter_start_wh if self.meter_start_wh is None else self.meter_start_wh,
            standing.meter_stop_wh if self.meter_stop_wh is None else self.meter_stop_wh,
            standing.stopped_at_ms if self.stopped_at_ms is None else self.stopped_at_ms,
        )


@dataclass(frozen=True, slots=True)
class Author:
    """Who corrects, why, and when."""

    who: str
    why: str
    at_ms: int


def correct(connection: Connection, number: int, correction: Correction, author: Author) -> None:
    """Put a transaction right, in the writer's database transaction; nothing is written if it cannot be.

    Raises:
        NotEnded: it has no stop.
        NotCorrectable: nothing would change, or the outcome contradicts itself.
    """
    row = connection.execute(select(schema.transactions).where(schema.transactions.c.id == number)).one()
    if row.state != TransactionState.STOPPED:
        raise NotEnded(number)
    before = Standing.of(row)
    after = correction.applied_to(before)
    changes = dict(_changes(before, after))
    _require_sound(row, after, changes, author.at_ms)
    _write(connection, number, after, changes, author)
    if after.meter_stop_wh >= after.meter_start_wh:
        settle(connection, number, (Suspicion.METER_WENT_BACK,), author.at_ms)
    if after.stopped_at_ms >= row.started_at_ms:
        settle(connection, number, (Suspicion.STOP_BEFORE_START,), author.at_ms)
    review_gaps(connection, number, author.at_ms)
    tell_settled(connection, number, author.at_ms)
    cost_is_due(connection, number, CORRECTED)
    _tell(connection, row, after, changes, author)


def _changes(before: Standing, after: Standing) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each field that changes, with its old and new value as people read them."""
    if before.id_tag != after.id_tag:
        yield "id_tag", (before.id_tag, after.id_tag)
    if before.meter_start_wh != after.meter_start_wh:
        yield "meter_start_wh", (str(before.meter_start_wh), str(after.meter_start_wh))
    if before.meter_stop_wh != after.meter_stop_wh:
        yield "meter_stop_wh", (str(before.meter_stop_wh), str(after.meter_stop_wh))
    if before.stopped_at_ms != after.stopped_at_ms:
        yield "stopped_at", (to_text(from_ms(before.stopped_at_ms)), to_text(from_ms(after.stopped_at_ms)))


def _require_sound(row: _Row, after: Standing, changes: Mapping[str, tuple[str, str]], now_ms: int) -> None:
    if not changes:
        raise NotCorrectable("correction", "(its values)", "they are in force already")
    if after.meter_stop_wh < after.meter_start_wh:
        field = "meter_stop_wh" if "meter_stop_wh" in changes else "meter_start_wh"
        value = getattr(after, field)
        raise NotCorrectable(field, value, f"it would end at {after.meter_stop_wh} Wh, below {after.meter_start_wh} Wh")
    if "stopped_at" in changes and not row.started_at_ms <= after.stopped_at_ms <= max(now_ms, row.started_at_ms):
        raise NotCorrectable("stopped_at", changes["stopped_at"][1], "it must lie between the start and now")


def _write(
    connection: Connection, number: int, after: Standing, changes: Mapping[str, tuple[str, str]], author: Author
) -> None:
    columns: dict[str, object] = {}
    if "id_tag" in changes:
        columns |= {"corrected_id_tag": after.id_tag, "corrected_tag_key": tag_key(after.id_tag)}
    if "meter_start_wh" in changes:
        columns["corrected_meter_start_wh"] = after.meter_start_wh
    if "meter_stop_wh" in changes:
        columns["corrected_meter_stop_wh"] = after.meter_stop_wh
    if "stopped_at" in changes:
        columns["corrected_stopped_at_ms"] = after.stopped_at_ms
    connection.execute(update(schema.transactions).where(schema.transactions.c.id == number).values(columns))
    rows = [
        {
            "transaction_id": number,
            "field": field,
            "old_value": old,
            "new_value": new,
            "who": author.who,
            "why": author.why,
            "at_ms": author.at_ms,
        }
        for field, (old, new) in changes.items()
    ]
    connection.execute(insert(corrections), rows)


def _tell(
    connection: Connection, row: _Row, after: Standing, changes: Mapping[str, tuple[str, str]], author: Author
) -> None:
    facts = {
        "transaction_id": row.id,
        "connector_id": row.connector_id,
        "changes": {field: {"old": old, "new": new} for field, (old, new) in changes.items()},
        "energy_wh": max(0, after.meter_stop_wh - after.meter_start_wh),
        "by": author.who,
        "why": author.why,
    }
    at = from_ms(author.at_ms)
    record_event(connection, EventKind.TRANSACTION_CORRECTED, row.station_id, at, facts)
