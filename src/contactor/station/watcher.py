"""Whoever looks on while a station works: told what happens, never asked."""

from typing import Protocol

from contactor.station.effects import Effect, Note
from contactor.station.events import Event


class Watcher(Protocol):
    """None of these may raise: the station's software would be taken for the one that failed."""

    def happened(self, happening: Event | Effect) -> None:
        """The software is about to handle an event, or an effect of it about to be carried out; notes come below."""
        ...

    def noted(self, note: Note) -> None:
        """The station has something to tell a person."""
        ...

    def settled(self) -> None:
        """Everything is as it will be until the next event."""
        ...


class Nobody:
    """Looks on where nobody does."""

    def happened(self, happening: Event | Effect) -> None:
        """Nobody heard it."""

    def noted(self, note: Note) -> None:
        """Nobody reads it."""

    def settled(self) -> None:
        """Nobody looks."""
