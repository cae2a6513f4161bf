"""Reads the frames between a station and its central system as a person wants to see them, without their secrets."""

from collections import OrderedDict
from collections.abc import Mapping
from enum import StrEnum

import msgspec
from msgspec import Raw
from pydantic import BaseModel, Field

from contactor.ocpp.frames import MESSAGE_ID_MAX_LENGTH
from contactor.station.trace import Direction, masked

OPEN_CALLS_MAX = 100
"""Calls whose answers are waited for; of more, the oldest are forgotten."""
ACTION_LENGTH_MAX = 64


class FrameKind(StrEnum):
    """What a text is."""

    CALL = "call"
    RESULT = "result"
    ERROR = "error"
    UNREADABLE = "unreadable"


class Frame(BaseModel):
    """One OCPP message."""

    direction: Direction = Field(description="Seen from the station.")
    kind: FrameKind
    action: str | None = Field(description="The call's action, an answer's too; null where nobody can tell.")
    message_id: str | None
    text: str = Field(description="The message itself, secrets masked, cut after 8192 characters.")


_KINDS: Mapping[int, FrameKind] = {2: FrameKind.CALL, 3: FrameKind.RESULT, 4: FrameKind.ERROR}
_read_elements = msgspec.json.Decoder(list[Raw]).decode
_read_number = msgspec.json.Decoder(int).decode
_read_text = msgspec.json.Decoder(str).decode


class FrameReader:
    """Reads both directions of one station, and remembers the calls to name their answers."""

    def __init__(self) -> None:
        self._open_calls: OrderedDict[tuple[Direction, str], str] = OrderedDict()

    def read(self, direction: Direction, text: bytes) -> Frame:
        """Read one message; whatever it is, something can be said of it."""
        try:
            kind, message_id, action = _heading(text)
        except (msgspec.MsgspecError, UnicodeError, RecursionError, IndexError, KeyError):
            return Frame(
                direction=direction, kind=FrameKind.UNREADABLE, action=None, message_id=None, text=masked(text)
            )
        if kind is FrameKind.CALL:
            self._remember((direction, message_id), action)
            named: str | None = action
        else:
            asked = Direction.SENT if direction is Direction.RECEIVED else Direction.RECEIVED
            named = self._open_calls.pop((asked, message_id), None)
        return Frame(direction=direction, kind=kind, action=named, message_id=message_id, text=masked(text))

    def _remember(self, call: tuple[Direction, str], action: str) -> None:
        self._open_calls[call] = action
        if len(self._open_calls) > OPEN_CALLS_MAX:
            self._open_calls.popitem(last=False)


def _heading(text: bytes) -> tuple[FrameKind, str, str]:
    elements = _read_elements(text)
    kind = _KINDS[_read_number(elements[0])]
    message_id = _read_text(elements[1])[:MESSAGE_ID_MAX_LENGTH]
    action = _read_text(elements[2])[:ACTION_LENGTH_MAX] if kind is FrameKind.CALL else ""
    return kind, message_id, action
