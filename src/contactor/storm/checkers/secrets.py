"""No secret appears in a log, a note, an event, a command's record or a kept message."""

from collections.abc import Sequence

from contactor.station.effects import Note
from contactor.storm.checkers.checker import Checker
from contactor.storm.evidence import Record, StationLook
from contactor.storm.frame import Frame


class SecretsStaySecret(Checker):
    """Learns every AuthorizationKey from the wire, and looks for it where it must not be."""

    invariant = "secrets stay secret"
    actions = frozenset({"ChangeConfiguration"})

    def __init__(self) -> None:
        super().__init__()
        self._secrets: set[str] = set()

    def heard(self, frame: Frame) -> None:
        """A key is set."""
        if frame.is_call and frame.action == "ChangeConfiguration" and frame.payload["key"] == "AuthorizationKey":
            self._secrets.add(frame.payload["value"].casefold())

    def noted(self, station: str, note: Note, at_s: float) -> None:
        """Notes are for people."""
        self._look_into(station, at_s, str(note))

    def settled(self, record: Record, looks: Sequence[StationLook]) -> None:
        """So is everything that is kept to be read."""
        for text in record.texts() if self._secrets else ():
            self._look_into("", 0.0, text)

    def logged(self, line: str) -> None:
        """So are logs."""
        self._look_into("", 0.0, line)

    def _look_into(self, station: str, at_s: float, text: str) -> None:
        folded = text.casefold()
        if any(secret in folded for secret in self._secrets):
            self.complain(station, at_s, f"a key stands in {len(text)} characters beginning {text[:20]!r}")
