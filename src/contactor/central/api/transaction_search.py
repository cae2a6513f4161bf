"""Which transactions somebody wants to see, as SQL, and what happened around one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, select

from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.store import schema
from contactor.central.store.people_tables import audit
from contactor.central.store.schema import TransactionState
from contactor.central.tags import tag_key

_transactions = schema.transactions.c


@dataclass(frozen=True, slots=True)
class TransactionFilter:
    """Which transactions are meant; None means any. `started_from` is part of the time, `started_before` is not."""

    station_id: str | None = None
    connector_id: int | None = None
    id_tag: str | None = None
    state: TransactionState | None = None
    is_suspect: bool | None = None
    started_from: datetime | None = None
    started_before: datetime | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        """The filter as SQL."""
        if self.station_id is not None:
            yield _transactions.station_id == self.station_id
        if self.connector_id is not None:
            yield _transactions.connector_id == self.connector_id
        if self.id_tag is not None:
            yield _transactions.tag_key == tag_key(self.id_tag)
        if self.state is not None:
            yield _transactions.state == self.state.value
        if self.is_suspect is not None:
            marked = exists().where(schema.suspicions.c.transaction_id == _transactions.id)
            yield marked if self.is_suspect else ~marked
        if self.started_from is not None:
            yield _transactions.started_at_ms >= to_ms(self.started_from)
        if self.started_before is not None:
            yield _transactions.started_at_ms < to_ms(self.started_before)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a transaction, or was found out about it."""

    at: datetime
    what: str
    details: str


def timeline(connection: Connection, transaction_id: int) -> list[Happening] | None:
    """What happened to a transaction in the order of time, None if there is no such one."""
    row = connection.execute(select(schema.transactions).where(_transactions.id == transaction_id)).one_or_none()
    if row is None:
        return None
    begun = f"connector {row.connector_id}, tag {row.id_tag}, {row.meter_start_wh} Wh"
    found = [
        Happening(from_ms(row.started_at_ms), "started", begun),
        Happening(from_ms(row.start_received_at_ms), "start received", ""),
    ]
    if row.stopped_at_ms is not None:
        ended = f"{row.stop_reason}, {row.meter_stop_wh} Wh"
        found.append(Happening(from_ms(row.stopped_at_ms), "stopped", ended))
        found.append(Happening(from_ms(row.stop_received_at_ms), "stop received", ""))
    found += _doubts(connection, transaction_id)
    found += _deeds(connection, transaction_id)
    return sorted(found, key=lambda each: each.at)


def _doubts(connection: Connection, transaction_id: int) -> list[Happening]:
    table = schema.suspicions.c
    query = select(schema.suspicions).where(table.transaction_id == transaction_id).order_by(table.reason)
    return [
        Happening(from_ms(row.noted_at_ms), f"suspect: {row.reason}", row.details) for row in connection.execute(query)
    ]


def _deeds(connection: Connection, transaction_id: int) -> list[Happening]:
    query = select(audit).where(audit.c.on_what == f"transaction {transaction_id}").order_by(audit.c.id)
    return [Happening(from_ms(row.at_ms), row.what, f"{row.who}: {row.details}") for row in connection.execute(query)]
