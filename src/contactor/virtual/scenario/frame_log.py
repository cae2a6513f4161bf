"""The frames of a station while a scenario is played: which are new since the last deed, and not yet expected."""

from collections.abc import Callable, Mapping, Sequence

from contactor.base.clock import Clock
from contactor.station.effects import Effect, Note, SendText
from contactor.station.events import Event, TextReceived
from contactor.station.trace import Direction
from contactor.virtual.scenario.expectations import FramePattern
from contactor.virtual.trace.traced import FrameTracer, Traced

ANYTHING = "*"
ABSENT = "-"


class FrameLog:
    """Remembers frames; a `contactor.station.watcher.Watcher`. `changed` is called when there may be something new."""

    def __init__(self, station: str, clock: Clock, changed: Callable[[], None]) -> None:
        self._tracer = FrameTracer(station)
        self._clock = clock
        self._changed = changed
        self._fresh: list[Traced] = []
        self.frames: list[Traced] = []
        """Every frame there was."""

    def happened(self, happening: Event | Effect) -> None:
        """Remember a frame, whichever way it goes."""
        match happening:
            case TextReceived(text=text):
                self._keep(Direction.RECEIVED, text)
            case SendText(text=text):
                self._keep(Direction.SENT, text)
            case _:
                pass

    def noted(self, note: Note) -> None:
        """Notes are for the log."""

    def settled(self) -> None:
        """Something may have come true."""
        self._changed()

    def forget(self) -> None:
        """A deed is done: what was before it is not looked at any more."""
        self._fresh.clear()

    def take(self, patterns: Sequence[FramePattern]) -> list[Traced]:
        """Find frames that fit one after the other; only if all are there they are taken out, otherwise none."""
        found: list[int] = []
        place = 0
        for pattern in patterns:
            place = next((n for n in range(place, len(self._fresh)) if fits(self._fresh[n], pattern)), -1)
            if place < 0:
                return []
            found.append(place)
            place += 1
        taken = [self._fresh[each] for each in found]
        for each in reversed(found):
            del self._fresh[each]
        return taken

    def answer_to(self, message_id: str) -> Traced | None:
        """The station's answer to an order, if it is there."""
        return next(
            (each for each in self._fresh if each.message_id == message_id and each.direction is Direction.SENT), None
        )

    def alike(self, pattern: FramePattern) -> list[Traced]:
        """The frames of the pattern's action, direction and kind, whatever they say."""
        loose = pattern.model_copy(update={"fields": {}})
        return [each for each in self._fresh if fits(each, loose)]

    def _keep(self, direction: Direction, text: bytes) -> None:
        self.frames.append(self._tracer.trace(direction, text, self._clock.now()))
        self._fresh.append(self.frames[-1])


def fits(traced: Traced, pattern: FramePattern) -> bool:
    """Whether a frame is of a kind."""
    return (
        traced.action == pattern.action
        and traced.direction is pattern.direction
        and traced.kind is pattern.kind
        and (not pattern.fields or says(traced.payload, pattern.fields))
    )


def says(value: object, wanted: object) -> bool:
    """Whether a value is as wanted; fields that are not named are free, lists are as long as they are written."""
    if wanted == ANYTHING:
        return True
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(
            name not in value if each == ABSENT else name in value and says(value[name], each)
            for name, each in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(value, list) and len(value) == len(wanted) and all(map(says, value, wanted))
    return value == wanted
