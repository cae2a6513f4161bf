"""A station's store in a storm: it can be full, and the power can go at any commit; a witness sees what becomes owed.

A cut before a commit loses what was staged; one after it keeps the rows and loses what was to follow from them. Both
look like a failing store to the software, which is why the storm takes the power away at that same instant.
"""

from collections.abc import Callable
from enum import Enum, auto

import msgspec

from contactor.station.outbox import Entry
from contactor.station.store.memory import MemoryStore
from contactor.station.store.port import StoreError

_OUTBOX = "outbox"
_entry = msgspec.json.Decoder(Entry)


class CutAt(Enum):
    """On which side of a commit the power goes."""

    BEFORE = auto()
    AFTER = auto()


class StormStore(MemoryStore):
    """Tells `owed` of every message that a commit made the station owe, and loses its power when told to."""

    def __init__(self, owed: Callable[[Entry], None], power_went: Callable[[], None]) -> None:
        super().__init__()
        self._owed = owed
        self._power_went = power_went
        self._cut: tuple[CutAt, int] | None = None
        self.is_full = False

    def cut_power(self, at: CutAt, commits: int) -> None:
        """Let the power go at the commit after so many others."""
        self._cut = (at, commits)

    def call_off_cut(self) -> None:
        """The power is good from here on."""
        self._cut = None

    def commit(self) -> None:
        """Apply everything staged, if there is room and power.

        Raises:
            StoreError: there is not.
        """
        if not self._staged:
            return
        if self.is_full:
            self._staged.clear()
            raise StoreError("the medium takes no more")
        cut = self._cut_now()
        if cut is CutAt.BEFORE:
            self._lose_power()
        self._witness()
        super().commit()
        if cut is CutAt.AFTER:
            self._lose_power()

    def _cut_now(self) -> CutAt | None:
        if self._cut is None:
            return None
        at, commits = self._cut
        self._cut = (at, commits - 1) if commits else None
        return None if commits else at

    def _lose_power(self) -> None:
        self._staged.clear()
        self._power_went()
        raise StoreError("the power is gone")

    def _witness(self) -> None:
        for (part, key), value in self._staged.items():
            if part == _OUTBOX and value is not None and (part, key) not in self._rows:
                self._owed(_entry.decode(value))
