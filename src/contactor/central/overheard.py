"""What passes between a station and us, as people read it: secrets masked, answers with the call they belong to."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec import Raw, Struct

from contactor.base.ids import StationId
from contactor.central.secrets_mask import mask
from contactor.ocpp.frames import MESSAGE_ID_MAX_LENGTH

ACTION_MAX_LENGTH = 64
_CALL = 2

_read_frame = msgspec.json.Decoder(list[Raw]).decode
_read_kind = msgspec.json.Decoder(int).decode
_read_text = msgspec.json.Decoder(str).decode


class Direction(StrEnum):
    """Which way a text went, as seen from the central system."""

    IN = "in"
    OUT = "out"


class Noted(Struct, frozen=True):
    """A text as it passed."""

    station_id: StationId
    direction: Direction
    text: bytes
    at: datetime
    at_s: float


@dataclass(frozen=True, slots=True)
class Overheard:
    """One text; `action` and `message_id` are empty where it is no frame, `took_ms` is from a call to its answer."""

    station_id: StationId
    at: datetime
    direction: Direction
    action: str
    message_id: str
    frame: str
    took_ms: float | None


class Conversation:
    """Finds out what texts are; remembers calls until their answers have passed, of too many the newest."""

    def __init__(self, open_calls_max: int) -> None:
        self._open_calls_max = open_calls_max
        self._open_calls: OrderedDict[tuple[str, Direction, str], tuple[str, float]] = OrderedDict()

    def read(self, noted: Noted) -> Overheard:
        """What a text is; texts must come in the order in which they passed."""
        kind, message_id, action = _head(noted.text)
        took_ms = None
        if kind == _CALL:
            self._open_calls[noted.station_id, noted.direction, message_id] = (action, noted.at_s)
            if len(self._open_calls) > self._open_calls_max:
                self._open_calls.popitem(last=False)
        elif kind is not None:
            asked = Direction.OUT if noted.direction is Direction.IN else Direction.IN
            call = self._open_calls.pop((noted.station_id, asked, message_id), None)
            if call is not None:
                action, took_ms = call[0], round((noted.at_s - call[1]) * 1000, 3)
        frame = mask(noted.text.decode(errors="replace").replace("\x00", "\ufffd"))
        return Overheard(noted.station_id, noted.at, noted.direction, action, message_id, frame, took_ms)


def _head(text: bytes) -> tuple[int | None, str, str]:
    """Kind, message id and action of a frame, as far as it is one."""
    try:
        parts = _read_frame(text)
        kind, message_id = _read_kind(parts[0]), _read_text(parts[1])
        action = _read_text(parts[2]) if kind == _CALL else ""
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, IndexError):
        return None, "", ""
    return kind, _storable(message_id, MESSAGE_ID_MAX_LENGTH), _storable(action, ACTION_MAX_LENGTH)


def _storable(word: str, length: int) -> str:
    """As much of a station's word as its column holds; the frame beside it has the whole. PostgreSQL keeps no NUL."""
    return word[:length].replace("\x00", "\ufffd")
