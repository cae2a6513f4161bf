"""SHELL: the central system's writer in a storm: slow, without room, or killed before, in or after a commit."""

import asyncio
from collections.abc import Callable
from enum import Enum, auto

from sqlalchemy import Engine

from contactor.central.store.batch import Outcome
from contactor.central.store.writer import TurnWriter

_PAGES_MAX = 2**31 - 2


class Fate(Enum):
    """Where a kill strikes."""

    BEFORE_COMMIT = auto()
    IN_COMMIT = auto()
    AFTER_COMMIT = auto()


class Disk:
    """What is wrong with the disk now; outlives the writers that use it.

    `fate` arms the kill that strikes at the next commit; `killed` is called at that moment.
    """

    def __init__(self, killed: Callable[[], None]) -> None:
        self.delay_s: Callable[[], float] | None = None
        """How long the next commit takes; None for no time at all."""
        self.is_full = False
        self.fate: Fate | None = None
        self.killed = killed


class Killed(Exception):
    """The process died while the database was committing."""


class StormWriter(TurnWriter):
    """Commits a turn's work like its base, as far as the disk and fate let it."""

    def __init__(self, engine: Engine, disk: Disk) -> None:
        super().__init__(engine)
        self._disk = disk
        self._fate: Fate | None = None
        self._is_dead = False
        self._is_tight = False

    def die(self) -> None:
        """End as a process does that is killed: what waits is lost, and nobody hears anything any more."""
        self._is_dead = True
        self._is_stopped = True
        self._gathering = []

    def _ask_for_turn(self) -> None:
        if self._disk.delay_s is not None:
            asyncio.get_running_loop().call_later(self._disk.delay_s(), self._turn)
        else:
            super()._ask_for_turn()

    def _turn(self) -> None:
        if self._is_dead or not self._gathering:
            return
        self._fate, self._disk.fate = self._disk.fate, None
        if self._fate is Fate.BEFORE_COMMIT:
            self._disk.killed()
            return
        self._mind_room()
        super()._turn()

    def _about_to_commit(self) -> None:
        if self._fate is Fate.IN_COMMIT:
            if not self._is_dead:
                self._disk.killed()
            raise Killed

    def _tell(self, outcomes: list[Outcome]) -> None:
        if self._fate is Fate.AFTER_COMMIT:
            self._disk.killed()
        if not self._is_dead:
            super()._tell(outcomes)

    def _mind_room(self) -> None:
        """Have SQLite itself say that the disk is full: it gets not one page more than it has."""
        if self._is_tight is self._disk.is_full:
            return
        self._is_tight = self._disk.is_full
        pages = 1 if self._is_tight else _PAGES_MAX
        self._connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        self._connection.rollback()
