"""What a checker is: it hears evidence while the storm lasts, and compares when all is calm; it never acts."""

from collections.abc import Sequence, Set
from typing import ClassVar

from contactor.station.effects import Note
from contactor.storm.evidence import CentralLook, Debt, Record, SiteLimit, StationLook, Violation
from contactor.storm.frame import Frame

VIOLATIONS_MAX = 20
"""More of one kind tell nothing new."""


class Checker:
    """One invariant. Override what it needs to hear; nobody calls the rest."""

    invariant: ClassVar[str]
    actions: ClassVar[Set[str]] = frozenset()
    """The messages it hears, by their action; all of them if it names none."""

    def __init__(self) -> None:
        self.found: list[Violation] = []

    def heard(self, frame: Frame) -> None:
        """A message passed a station's end of its line."""

    def owed(self, debt: Debt) -> None:
        """A station has durably undertaken to deliver a message."""

    def noted(self, station: str, note: Note, at_s: float) -> None:
        """A station told what happened."""

    def looked(self, look: StationLook) -> None:
        """Every few seconds: how a station looks."""

    def looked_at_central(self, look: CentralLook) -> None:
        """Every minute: how much waits at the central system."""

    def limited(self, limit: SiteLimit, at_s: float) -> None:
        """An operator has set a site's limit."""

    def logged(self, line: str) -> None:
        """A line of the central system's log."""

    def settled(self, record: Record, looks: Sequence[StationLook]) -> None:
        """All is calm: the record beside a last look at every station."""

    def complain(self, station: str, at_s: float, what: str) -> None:
        """This must never be so."""
        if len(self.found) < VIOLATIONS_MAX:
            self.found.append(Violation(self.invariant, station, at_s, what))
