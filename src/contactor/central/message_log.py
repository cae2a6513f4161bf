"""The log of messages: every text to and from stations, secrets masked, with its action and how long its answer took.

Texts are only noted while they pass; what they are is found out when a second's worth is written together (CS-25).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, Engine, select

from contactor.base.clock import Clock
from contactor.base.ids import StationId
from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.overheard import Conversation, Direction, Noted
from contactor.central.store import operation_tables
from contactor.central.store.driver import Row
from contactor.central.store.port import Writer, WriterFull, WriterStopped
from contactor.central.store.statement import Rows, insert

BATCH = 1_000
"""Texts that are written at once, without waiting for the second to end."""
OPEN_CALLS = 20_000
"""Calls whose answers are waited for; of more, the oldest are forgotten."""

_table = operation_tables.messages
_INSERT = insert(_table, "station_id", "at_ms", "direction", "action", "message_id", "frame", "took_ms", is_news=False)


@dataclass(frozen=True, slots=True)
class MessageView:
    """One text; `action` and `message_id` are empty where it is no frame, `took_ms` is from a call to its answer."""

    number: int
    station_id: StationId
    at: datetime
    direction: Direction
    action: str
    message_id: str
    frame: str
    took_ms: float | None


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages are meant; None means any. `at_from` is part of the time, `at_before` is not."""

    station_id: str | None = None
    action: str | None = None
    direction: Direction | None = None
    message_id: str | None = None
    at_from: datetime | None = None
    at_before: datetime | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        """The filter as SQL."""
        if self.station_id is not None:
            yield _table.c.station_id == self.station_id
        if self.action is not None:
            yield _table.c.action == self.action
        if self.direction is not None:
            yield _table.c.direction == self.direction.value
        if self.message_id is not None:
            yield _table.c.message_id == self.message_id
        if self.at_from is not None:
            yield _table.c.at_ms >= to_ms(self.at_from)
        if self.at_before is not None:
            yield _table.c.at_ms < to_ms(self.at_before)


class MessageLog:
    """Gathers texts, and writes them in batches."""

    def __init__(self, writer: Writer, clock: Clock, log: structlog.typing.FilteringBoundLogger) -> None:
        self._writer = writer
        self._clock = clock
        self._log = log
        self._noted: list[Noted] = []
        self._conversation = Conversation(OPEN_CALLS)

    def note(self, station_id: StationId, direction: Direction, text: bytes) -> None:
        """Take note of a text; quick, for it is called for each."""
        clock = self._clock
        self._noted.append(Noted(station_id, direction, bytes(text), clock.now(), clock.monotonic_s()))
        if len(self._noted) >= BATCH:
            self.write()

    def write(self) -> None:
        """Write what has been noted."""
        if not self._noted:
            return
        noted, self._noted = self._noted, []
        try:
            self._writer.write((Rows(_INSERT, [self._row(each) for each in noted]),), self._written)
        except (WriterFull, WriterStopped) as error:  # stations come first; a log may have a gap
            self._written(error)

    def _row(self, noted: Noted) -> Row:
        read = self._conversation.read(noted)
        return (
            read.station_id,
            to_ms(read.at),
            read.direction.value,
            read.action,
            read.message_id,
            read.frame,
            read.took_ms,
        )

    def _written(self, outcome: object) -> None:
        if isinstance(outcome, Exception):
            self._log.error("messages were not logged", exc_info=outcome)


def read_messages(
    engine: Engine, wanted: MessageFilter, *, after: int | None = None, before: int | None = None, limit: int = 100
) -> Sequence[MessageView]:
    """Messages, the newest first; `before` goes on where the last page ended. With `after` the oldest come first."""
    order = _table.c.id.desc() if after is None else _table.c.id
    query = select(_table).where(*wanted.conditions()).order_by(order).limit(limit)
    if before is not None:
        query = query.where(_table.c.id < before)
    if after is not None:
        query = query.where(_table.c.id > after)
    with engine.connect() as connection:
        return [
            MessageView(
                number=row.id,
                station_id=StationId(row.station_id),
                at=from_ms(row.at_ms),
                direction=Direction(row.direction),
                action=row.action,
                message_id=row.message_id,
                frame=row.frame,
                took_ms=row.took_ms,
            )
            for row in connection.execute(query)
        ]
