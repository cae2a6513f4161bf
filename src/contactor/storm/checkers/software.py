"""The software of neither end fails: no exception ends a station's life, or costs a station its answer."""

from contactor.station.effects import Note
from contactor.storm.checkers.checker import Checker

_MISTAKE = "the software failed"


class SoftwareNeverFails(Checker):
    """Reads the notes and the central system's log for mistakes of ours; full disks and lost power are not ours."""

    invariant = "software never fails"

    def noted(self, station: str, note: Note, at_s: float) -> None:
        """No station's software has failed."""
        reason = str(note.facts.get("reason", ""))
        if note.event == "station failed" and reason.startswith(_MISTAKE):
            self.complain(station, at_s, reason)

    def logged(self, line: str) -> None:
        """No request failed for a reason of our own."""
        self.complain("", 0.0, line)
