"""Effects: what a station's core asks the world to do, carried out in order once its writes are on disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import Struct

from contactor.hardware.commands import Command
from contactor.station.events import PowerOnCause


@dataclass(frozen=True, slots=True)
class Papers:
    """What was installed for TLS, as PEM: the roots to trust, and a certificate of one's own with its key.

    With `is_alone` no other root counts, not even the factory's.
    """

    roots: str = ""
    chain: str = ""
    private_key: str = field(default="", repr=False)
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class Dial:
    """Open a connection; answered by LinkOpened or DialFailed.

    `password` is the raw key, None without Basic; `papers` are what was installed, None where nothing was.
    """

    url: str
    identity: str
    password: bytes | None = field(repr=False)
    papers: Papers | None = None


class SendText(Struct, frozen=True, gc=False):
    """Put one message on the open connection; a Struct, as one is made for every message."""

    text: bytes


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the connection in an orderly way."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class SetPing:
    """Ping the central system every so many seconds; 0 stops it (TR-12)."""

    interval_s: int


class RestartKind(StrEnum):
    """How thorough a restart is."""

    SOFT = "Soft"
    HARD = "Hard"


@dataclass(frozen=True, slots=True)
class Restart:
    """Start the software anew from its store; the last effect of a life, unless RestartFailed answers it."""

    kind: RestartKind
    cause: PowerOnCause = PowerOnCause.RESET


@dataclass(frozen=True, slots=True)
class StartDownload:
    """Fetch a file of at most `size_max` bytes; answered by TransferFinished or TransferFailed with this number.

    The URL may hold a password, so nothing shows it.
    """

    transfer: int
    url: str = field(repr=False)
    size_max: int


@dataclass(frozen=True, slots=True)
class StartUpload:
    """Put a file to a URL that ends with its name; answered like a download."""

    transfer: int
    url: str = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CancelTransfer:
    """Give a transfer up; nothing answers this."""

    transfer: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person who watches wants to know; `facts` never hold a secret."""

    event: str
    facts: Mapping[str, object] = field(default_factory=dict)


Effect = Command | Dial | SendText | HangUp | SetPing | Restart | StartDownload | StartUpload | CancelTransfer | Note


class Effects:
    """The effects of the event being handled, in the order they were asked for."""

    __slots__ = ("_asked",)

    def __init__(self) -> None:
        self._asked: list[Effect] = []

    def add(self, effect: Effect) -> None:
        """Ask for one more effect."""
        self._asked.append(effect)

    def note(self, event: str, **facts: object) -> None:
        """Tell whoever watches."""
        self._asked.append(Note(event, facts))

    def take(self) -> list[Effect]:
        """Everything asked for since the last time; forgets it."""
        asked, self._asked = self._asked, []
        return asked
