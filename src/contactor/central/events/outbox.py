"""Writing events: in the database transaction of the fact they tell, so that neither exists without the other."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from contactor.central.events.event import EventKind
from contactor.central.milliseconds import to_ms
from contactor.central.store import operation_tables
from contactor.central.store.statement import Rows, insert

_INSERT = insert(operation_tables.events, "at_ms", "station_id", "kind", "facts")
_encode = msgspec.json.Encoder().encode


def event_rows(kind: EventKind, station_id: str | None, at: datetime, facts: Mapping[str, object]) -> Rows:
    """The row of an event, to be written with the rows of its fact."""
    return Rows(_INSERT, ((to_ms(at), station_id, kind.value, _encode(facts).decode()),))


def record_event(
    connection: Connection, kind: EventKind, station_id: str | None, at: datetime, facts: Mapping[str, object]
) -> None:
    """Write an event from within a work function: last of all, so that a batch's events go to the database together."""
    event_rows(kind, station_id, at, facts).execute_last(connection)
