"""Which transactions somebody wants to see, as SQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_

from contactor.central.milliseconds import to_ms
from contactor.central.store import schema
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
            key = tag_key(self.id_tag)
            as_reported = and_(_transactions.corrected_tag_key.is_(None), _transactions.tag_key == key)
            yield or_(as_reported, _transactions.corrected_tag_key == key)
        if self.state is not None:
            yield _transactions.state == self.state.value
        if self.is_suspect is not None:
            marked = exists().where(schema.suspicions.c.transaction_id == _transactions.id)
            yield marked if self.is_suspect else ~marked
        if self.started_from is not None:
            yield _transactions.started_at_ms >= to_ms(self.started_from)
        if self.started_before is not None:
            yield _transactions.started_at_ms < to_ms(self.started_before)
