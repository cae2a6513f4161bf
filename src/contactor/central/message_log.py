"""The log of messages: every text to and from stations, secrets masked, with its action and how long its answer took.

Texts are only noted while they pass; what they are is found out when a second's worth is written together (CS-25).
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec
import structlog
from msgspec import Raw, Struct
from sqlalchemy import ColumnElement, Engine, select

from contactor.base.clock import Clock
from contactor.base.ids import StationId
from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.secrets_mask import mask
from contactor.central.store import operation_tables
from contactor.central.store.port import Writer, WriterFull, WriterStopped
from contactor.central.store.statement import Row, Rows, insert
from contactor.ocpp.frames import MESSAGE_ID_MAX_LENGTH

BATCH = 1_000
"""Texts that are written at once, without waiting for the second to end."""
OPEN_CALLS = 20_000
"""Calls whose answers are waited for; of more, the oldest are forgotten."""
_CALL = 2
_ACTION_MAX_LENGTH = 64

_table = operation_tables.messages
_INSERT = insert(_table, "station_id", "at_ms", "direction", "action", "message_id", "frame", "took_ms")
_read_frame = msgspec.json.Decoder(list[Raw]).decode
_read_kind = msgspec.json.Decoder(int).decode
_read_text = msgspec.json.Decoder(str).decode


class Direction(StrEnum):
    """Which way a text went, as seen from the central system."""

    IN = "in"
    OUT = "out"


class _Noted(Struct, frozen=True):
    station_id: StationId
    direction: Direction
    text: bytes
    at: datetime
    at_s: float


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


class MessageLog:
    """Gathers texts, and writes them in batches."""

    def __init__(self, writer: Writer, clock: Clock, log: structlog.typing.FilteringBoundLogger) -> None:
        self._writer = writer
        self._clock = clock
        self._log = log
        self._noted: list[_Noted] = []
        self._open_calls: OrderedDict[tuple[str, Direction, str], tuple[str, float]] = OrderedDict()

    def note(self, station_id: StationId, direction: Direction, text: bytes) -> None:
        """Take note of a text; quick, for it is called for each."""
        clock = self._clock
        self._noted.append(_Noted(station_id, direction, bytes(text), clock.now(), clock.monotonic_s()))
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

    def _row(self, noted: _Noted) -> Row:
        kind, message_id, action = _head(noted.text)
        took_ms = None
        if kind == _CALL:
            self._open_calls[noted.station_id, noted.direction, message_id] = (action, noted.at_s)
            if len(self._open_calls) > OPEN_CALLS:
                self._open_calls.popitem(last=False)
        elif kind is not None:
            asked = Direction.OUT if noted.direction is Direction.IN else Direction.IN
            call = self._open_calls.pop((noted.station_id, asked, message_id), None)
            if call is not None:
                action, took_ms = call[0], round((noted.at_s - call[1]) * 1000, 3)
        frame = mask(noted.text.decode(errors="replace").replace("\x00", "\ufffd"))
        return (noted.station_id, to_ms(noted.at), noted.direction.value, action, message_id, frame, took_ms)

    def _written(self, outcome: object) -> None:
        if isinstance(outcome, Exception):
            self._log.error("messages were not logged", exc_info=outcome)


def _head(text: bytes) -> tuple[int | None, str, str]:
    """Kind, message id and action of a frame, as far as it is one."""
    try:
        parts = _read_frame(text)
        kind, message_id = _read_kind(parts[0]), _read_text(parts[1])
        action = _read_text(parts[2]) if kind == _CALL else ""
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, IndexError):
        return None, "", ""
    return kind, _storable(message_id, MESSAGE_ID_MAX_LENGTH), _storable(action, _ACTION_MAX_LENGTH)


def _storable(word: str, length: int) -> str:
    """As much of a station's word as its column holds; the frame beside it has the whole. PostgreSQL keeps no NUL."""
    return word[:length].replace("\x00", "\ufffd")


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages are meant; None means any."""

    station_id: str | None = None
    action: str | None = None
    direction: Direction | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        """The filter as SQL."""
        if self.station_id is not None:
            yield _table.c.station_id == self.station_id
        if self.action is not None:
            yield _table.c.action == self.action
        if self.direction is not None:
            yield _table.c.direction == self.direction.value


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
