"""What a handler decides to do about a request: answer at once, or write first and answer after the commit.

Handlers only decide; the session carries the plan out. So a handler is a plain function to test, and no handler can
answer before what it was told is on disk.

One or two of these are made for every message; msgspec's structs are as frozen as dataclasses, and made in a third of
the time.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from contactor.base.ids import StationId
from contactor.central.store.statement import Rows
from contactor.ocpp.messages import Result
from contactor.ocpp.oddity import NO_ODDITIES, Oddities, OddityKind

_GUESSED = (OddityKind.UNREADABLE, OddityKind.MISSING)


class Caller(Struct, frozen=True):
    """Who asks, when the request came, and what was odd about it."""

    station_id: StationId
    received_at: datetime
    oddities: Oddities = NO_ODDITIES

    def guessed(self, field: str) -> bool:
        """Whether something stands in for a field that the station left out or wrote so that nobody can read it."""
        return any(each.field == field and each.kind in _GUESSED for each in self.oddities)


class Answer(Struct, frozen=True):
    """Nothing is to be written: answer now."""

    result: Result


class Write(Struct, frozen=True):
    """Write these rows, then give the answer that is known already; `after` is called before it leaves."""

    rows: tuple[Rows, ...]
    result: Result
    after: Callable[[], None] | None = None


class Do(Struct, frozen=True):
    """Do this work in the writer's transaction; what it returns is the answer; `after` is called before it leaves.

    The work may run twice if it shares a batch with a bad item, so it has no effect but on the connection.
    """

    work: Callable[[Connection], Result]
    after: Callable[[], None] | None = None


Plan = Answer | Write | Do

Handler = Callable[[Caller, Any], Plan]  # Any: the table's key says which request type the handler takes
InboundTable = Mapping[str, Handler]
