"""The frames between a tested central system and its stations: which there were, and which a test has not had yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from contactor.central.overheard import Direction, Overheard
from contactor.virtual.control.frames import FrameKind
from contactor.virtual.scenario.frame_log import says

_KINDS = {2: FrameKind.CALL, 3: FrameKind.RESULT, 4: FrameKind.ERROR}
_DIRECTIONS = {"received": Direction.IN, "sent": Direction.OUT}


@dataclass(frozen=True, slots=True)
class HeardFrame:
    """One OCPP message; `direction` is `received` or `sent`, seen from the central system, and secrets are masked."""

    station_id: str
    direction: str
    kind: FrameKind
    action: str
    message_id: str
    payload: object
    """A call's or a result's fields, an error's code and words."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which frame a test waits for; `fields` are what it has to say, as in scenarios."""

    station_id: str
    action: str
    direction: str
    kind: FrameKind
    fields: Mapping[str, object]

    def __post_init__(self) -> None:
        if self.direction not in _DIRECTIONS:
            raise ValueError(f"direction: {self.direction!r}; give one of {', '.join(_DIRECTIONS)}")

    def fits(self, frame: HeardFrame, *, in_what_it_says: bool = True) -> bool:
        """Whether a frame is it."""
        names = (frame.station_id, frame.action, frame.direction, frame.kind)
        is_alike = names == (self.station_id, self.action, self.direction, self.kind)
        return is_alike and (not in_what_it_says or not self.fields or says(frame.payload, self.fields))


class Heard:
    """Every frame so far, and those that nobody has taken."""

    def __init__(self) -> None:
        self.frames: list[HeardFrame] = []
        self._fresh: list[HeardFrame] = []

    def keep(self, texts: Sequence[Overheard]) -> None:
        """Remember what has passed; what is no frame is left out."""
        for each in texts:
            frame = _frame_of(each)
            if frame is not None:
                self.frames.append(frame)
                self._fresh.append(frame)

    def take(self, wanted: Wanted) -> HeardFrame | None:
        """The oldest frame that fits and was not taken before."""
        found = next((each for each in self._fresh if wanted.fits(each)), None)
        if found is not None:
            self._fresh.remove(found)
        return found

    def alike(self, wanted: Wanted) -> list[HeardFrame]:
        """Frames of that kind, whatever they say."""
        return [each for each in self._fresh if wanted.fits(each, in_what_it_says=False)]


def _frame_of(text: Overheard) -> HeardFrame | None:
    try:
        whole = msgspec.json.decode(text.frame)
    except msgspec.MsgspecError:
        return None
    kind = _KINDS.get(whole[0]) if isinstance(whole, list) and whole and isinstance(whole[0], int) else None
    if kind is None:
        return None
    payload: object = whole[2:] if kind is FrameKind.ERROR else whole[-1]
    direction = "received" if text.direction is Direction.IN else "sent"
    return HeardFrame(text.station_id, direction, kind, text.action, text.message_id, payload)
