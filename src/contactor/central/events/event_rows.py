"""Reading events from the database; the feed asks from a thread, as every reader does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Engine, Row, func, select

from contactor.base.ids import StationId
from contactor.central.events.event import Event, EventKind
from contactor.central.milliseconds import from_ms
from contactor.central.store import operation_tables

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_events = operation_tables.events


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted; None and empty mean all."""

    station_id: str | None = None
    kinds: Sequence[EventKind] = ()


class EventRecord:
    """The events that are kept."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read(self, after: int, limit: int, wanted: EventFilter) -> list[Event]:
        """Events above a sequence, oldest first."""
        query = select(_events).where(_events.c.sequence > after).order_by(_events.c.sequence).limit(limit)
        if wanted.station_id is not None:
            query = query.where(_events.c.station_id == wanted.station_id)
        if wanted.kinds:
            query = query.where(_events.c.kind.in_([kind.value for kind in wanted.kinds]))
        with self._engine.connect() as connection:
            return [_event(row) for row in connection.execute(query)]

    def latest(self) -> int:
        """The highest sequence, 0 if there is none."""
        return self._edge(func.max(_events.c.sequence))

    def oldest(self) -> int:
        """The lowest sequence, 0 if there is none."""
        return self._edge(func.min(_events.c.sequence))

    def _edge(self, sequence: ColumnElement[int]) -> int:
        with self._engine.connect() as connection:
            found: int | None = connection.execute(select(sequence)).scalar()
            return found or 0


def _event(row: _Row) -> Event:
    return Event(
        sequence=row.sequence,
        at=from_ms(row.at_ms),
        station_id=None if row.station_id is None else StationId(row.station_id),
        kind=EventKind(row.kind),
        facts=msgspec.json.decode(row.facts, type=dict[str, object]),
    )
