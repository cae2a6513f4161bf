"""What one line of a trace is: a frame, which way it went, when, and what it is about."""

from datetime import datetime
from typing import Any

import msgspec

from contactor.base.instants import from_text, to_text
from contactor.station.trace import FRAME_MAX, Direction
from contactor.virtual.control.frames import FrameKind, FrameReader

LINE_BYTES_MAX = 4 * FRAME_MAX


class Traced(msgspec.Struct, frozen=True, omit_defaults=True):
    """One OCPP message; `frame` is the whole message, or `text` where it cannot be read or was cut.

    Secrets are masked before a frame comes here.
    """

    at: str
    station: str
    direction: Direction
    kind: FrameKind
    action: str | None = None
    message_id: str | None = None
    frame: list[Any] | None = None  # Any: JSON of any shape
    text: str | None = None

    @property
    def instant(self) -> datetime:
        """When the station sent or received it."""
        return from_text(self.at)

    @property
    def payload(self) -> object:
        """What it says: a call's or a result's fields, an error's code and words; None where that cannot be read."""
        match self.kind, self.frame:
            case (FrameKind.CALL, [_, _, _, payload, *_]) | (FrameKind.RESULT, [_, _, payload, *_]):
                return payload
            case FrameKind.ERROR, [_, _, *rest]:
                return rest
            case _:
                return None


class FrameTracer:
    """Makes lines of the frames of one station; it remembers the calls, to name their answers."""

    def __init__(self, station: str) -> None:
        self._station = station
        self._reader = FrameReader()

    def trace(self, direction: Direction, text: bytes, instant: datetime) -> Traced:
        """Make the line of one frame."""
        frame = self._reader.read(direction, text)
        try:
            whole = _read_array(frame.text)
        except msgspec.MsgspecError:
            whole = None
        return Traced(
            at=to_text(instant),
            station=self._station,
            direction=direction,
            kind=frame.kind,
            action=frame.action,
            message_id=frame.message_id,
            frame=whole,
            text=None if whole is not None else frame.text,
        )


_read_array = msgspec.json.Decoder(list[Any]).decode
