"""A message as it passed a station's end of its line, and what the tap there knows of it."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Any

import msgspec
from msgspec import Struct


class Direction(StrEnum):
    """Which way a message went, seen from the station."""

    OUT = "out"
    IN = "in"


class Kind(IntEnum):
    """The first element of an OCPP-J message."""

    CALL = 2
    RESULT = 3
    ERROR = 4


class Frame(Struct, frozen=True):
    """One message. `line` counts the station's connections; `action` of an answer is that of the call it answers.

    `payload` of an ERROR is empty. Messages that the storm swallowed on their way in are not here: nobody heard them.
    A struct, as in `contactor.central.plan`: one is made for every message.
    """

    station: str
    at_s: float
    line: int
    direction: Direction
    kind: Kind
    message_id: str
    action: str
    payload: Mapping[str, Any]  # Any: JSON, each checker knows what it looks for
    request: Mapping[str, Any]
    """What an answer answers; of a CALL its own payload."""

    @property
    def is_call(self) -> bool:
        """Whether it asks for an answer."""
        return self.kind is Kind.CALL

    def answers(self, action: str, direction: Direction) -> bool:
        """Whether it is the CALLRESULT of such a call."""
        return self.kind is Kind.RESULT and self.action == action and self.direction is direction


_read = msgspec.json.Decoder().decode
_KINDS: Mapping[object, Kind] = {kind.value: kind for kind in Kind}


def elements_of(text: bytes) -> tuple[Kind, str, list[Any]] | None:
    """Kind, id and the rest; None for what is no OCPP-J message."""
    try:
        number, message_id, *rest = _read(text)
        return _KINDS[number], message_id, rest
    except (msgspec.MsgspecError, KeyError, ValueError, TypeError):
        return None
