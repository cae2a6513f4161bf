"""What a storm does to single messages at a station's end of the line: one row for each way of meddling.

Lost lines and late messages are the weather's; here stands what needs to know which message it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from contactor.storm.frame import Direction, Kind


class Deed(Enum):
    """What is done to a message."""

    PASS = auto()
    SWALLOW = auto()
    REFUSE = auto()
    """The other end never sees it; who sent it is answered by CALLERROR."""
    CUT_BEFORE = auto()
    """The line breaks, and the message is lost with it."""
    CUT_AFTER = auto()
    """The message gets through, and the line breaks."""


class Meddling(StrEnum):
    """The ways of meddling, each at one kind of message that goes one way."""

    LOSE_REQUEST = "lose_request"
    LOSE_ANSWER = "lose_answer"
    CUT_AFTER_ANSWER = "cut_after_answer"
    CENTRAL_IS_SILENT = "central_is_silent"
    CENTRAL_FORGETS_TO_ANSWER = "central_forgets_to_answer"
    CENTRAL_REFUSES = "central_refuses"
    STATION_IS_SILENT = "station_is_silent"
    STATION_REFUSES = "station_refuses"


@dataclass(frozen=True, slots=True)
class _Row:
    kind: Kind
    direction: Direction
    deed: Deed


_ROWS: Mapping[Meddling, _Row] = {
    Meddling.LOSE_REQUEST: _Row(Kind.CALL, Direction.OUT, Deed.CUT_BEFORE),
    Meddling.LOSE_ANSWER: _Row(Kind.RESULT, Direction.IN, Deed.CUT_BEFORE),
    Meddling.CUT_AFTER_ANSWER: _Row(Kind.RESULT, Direction.IN, Deed.CUT_AFTER),
    Meddling.CENTRAL_IS_SILENT: _Row(Kind.CALL, Direction.OUT, Deed.SWALLOW),
    Meddling.CENTRAL_FORGETS_TO_ANSWER: _Row(Kind.RESULT, Direction.IN, Deed.SWALLOW),
    Meddling.CENTRAL_REFUSES: _Row(Kind.CALL, Direction.OUT, Deed.REFUSE),
    Meddling.STATION_IS_SILENT: _Row(Kind.CALL, Direction.IN, Deed.SWALLOW),
    Meddling.STATION_REFUSES: _Row(Kind.CALL, Direction.IN, Deed.REFUSE),
}


class Meddler:
    """Decides about each message of one station; `strikes` is thrown for each that a meddling in force is for."""

    def __init__(self, strikes: Callable[[], bool]) -> None:
        self.in_force: set[Meddling] = set()
        self._strikes = strikes
        self.deeds = 0

    def deed_for(self, kind: Kind, direction: Direction) -> Deed:
        """What to do to this message."""
        if not self.in_force:
            return Deed.PASS
        for meddling, row in _ROWS.items():
            if meddling in self.in_force and (row.kind, row.direction) == (kind, direction) and self._strikes():
                self.deeds += 1
                return row.deed
        return Deed.PASS
