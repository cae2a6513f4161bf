"""What happens in a fleet, counted from what stations tell; and samples of it, one for each period."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass

from contactor.station.effects import Note

TROUBLES = ("connection failed", "disconnected", "station failed", "invalid request", "start timed out")
"""The notes that a clean run has none of."""

_ANSWERS = frozenset({"connected", "connection failed"})


@dataclass(frozen=True, slots=True)
class Sample:
    """A moment of a fleet: how many there are of what, and what has happened since the beginning.

    `owed` are the messages that matter and are not confirmed yet.
    """

    at_s: float = 0.0
    stations: int = 0
    connected: int = 0
    accepted: int = 0
    charging: int = 0
    power_w: float = 0.0
    energy_wh: float = 0.0
    frames_sent: int = 0
    frames_received: int = 0
    owed: int = 0
    visits: int = 0
    charged: int = 0
    refused: int = 0
    turned_away: int = 0
    troubles: int = 0

    def plus(self, other: "Sample") -> "Sample":
        """Both together; the time is the later one."""
        mine, theirs = asdict(self), asdict(other)
        added = {name: mine[name] + theirs[name] for name in mine if name != "at_s"}
        return Sample(at_s=max(self.at_s, other.at_s), **added)


class Tally:
    """Counts what drivers do and stations tell."""

    def __init__(self, answered: Callable[[], None] = lambda: None) -> None:
        """Begin at nothing; `answered` hears of each station whose first dial has ended, well or not."""
        self._tell_answered = answered
        self.visits = 0
        self.charged = 0
        self.refused = 0
        self.turned_away = 0
        self.troubles: Counter[str] = Counter()
        self._answered: set[int] = set()
        self._connected: set[int] = set()
        self._accepted: set[int] = set()

    @property
    def connected(self) -> int:
        """How many stations have a connection."""
        return len(self._connected)

    @property
    def accepted(self) -> int:
        """How many of those have booted and were accepted."""
        return len(self._accepted)

    def hear(self, index: int, note: Note) -> None:
        """A station tells something."""
        match note.event:
            case "connected":
                self._connected.add(index)
            case "accepted":
                self._accepted.add(index)
            case "disconnected" | "station failed":
                self._connected.discard(index)
                self._accepted.discard(index)
        if note.event in _ANSWERS and index not in self._answered:
            self._answered.add(index)
            self._tell_answered()
        if note.event in TROUBLES:
            self.troubles[_words(note)] += 1


def _words(note: Note) -> str:
    """A trouble in words, without saying twice what happened."""
    reason = note.facts.get("reason")
    return note.event if reason is None else f"{note.event}: {str(reason).removeprefix(f'the {note.event}: ')}"


@dataclass(frozen=True, slots=True)
class Ear:
    """Hears one station, for the tally of all."""

    tally: Tally
    index: int

    def __call__(self, note: Note) -> None:
        """The station tells something."""
        self.tally.hear(self.index, note)
