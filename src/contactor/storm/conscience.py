"""All checkers at once: each piece of evidence goes to those who want to hear it, and to the trace's digest."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from contactor.link.link import Scheduler
from contactor.station.effects import Note
from contactor.station.outbox import Entry
from contactor.storm.checkers import CHECKERS
from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import CentralLook, Debt, Record, SiteLimit, StationLook, Violation
from contactor.storm.frame import Frame


class Conscience:
    """Hands evidence out, and counts it."""

    def __init__(self, scheduler: Scheduler, checkers: Iterable[type[Checker]] = CHECKERS) -> None:
        self.checkers = [each() for each in checkers]
        self.notes: Counter[str] = Counter()
        self.frames = 0
        self._scheduler = scheduler
        self._digest = hashlib.sha256()
        # Most checkers want little of what there is, and most of it comes often.
        self._listeners: dict[str, list[Callable[[Frame], None]]] = {}
        self._owe: list[Callable[[Debt], None]] = [c.owed for c in self.checkers if _wants(c, "owed")]
        self._note = [c.noted for c in self.checkers if _wants(c, "noted")]
        self._look: list[Callable[[StationLook], None]] = [c.looked for c in self.checkers if _wants(c, "looked")]
        self._look_at_central = [c.looked_at_central for c in self.checkers if _wants(c, "looked_at_central")]

    @property
    def digest(self) -> str:
        """What the whole trace comes to: same seed, same digest."""
        return self._digest.hexdigest()

    @property
    def violations(self) -> list[Violation]:
        """Everything found, by time."""
        return sorted((each for c in self.checkers for each in c.found), key=lambda each: each.at_s)

    def heard(self, frame: Frame, text: bytes) -> None:
        """A message passed a station's end of its line."""
        self.frames += 1
        self._digest.update(f"{frame.at_s:.6f} {frame.station} {frame.direction} ".encode() + text)
        listeners = self._listeners.get(frame.action)
        if listeners is None:
            listeners = self._listeners[frame.action] = self._listeners_to(frame.action)
        for hear in listeners:
            hear(frame)

    def _listeners_to(self, action: str) -> list[Callable[[Frame], None]]:
        hearing = [c for c in self.checkers if _wants(c, "heard")]
        return [c.heard for c in hearing if not c.actions or action in c.actions]

    def owed(self, station: str, entry: Entry) -> None:
        """A station has undertaken to deliver a message."""
        debt = Debt.of(station, self._scheduler.time(), entry)
        for owe in self._owe:
            owe(debt)

    def noted(self, station: str, note: Note) -> None:
        """A station told what happened."""
        self.notes[note.event] += 1
        for tell in self._note:
            tell(station, note, self._scheduler.time())

    def looked(self, look: StationLook) -> None:
        """How a station looks."""
        for see in self._look:
            see(look)

    def looked_at_central(self, look: CentralLook) -> None:
        """How much waits at the central system."""
        for see in self._look_at_central:
            see(look)

    def limited(self, limit: SiteLimit) -> None:
        """An operator has set a site's limit."""
        for each in self.checkers:
            each.limited(limit, self._scheduler.time())

    def logged(self, line: str) -> None:
        """The central system logged an error."""
        for each in self.checkers:
            each.logged(line)

    def settled(self, record: Record, looks: Sequence[StationLook]) -> None:
        """All is calm."""
        for each in self.checkers:
            each.settled(record, looks)


def _wants(checker: Checker, what: str) -> bool:
    return getattr(type(checker), what) is not getattr(Checker, what)
