"""A store that keeps the simulated hardware together with the software's state.

Real meters and batteries outlive a killed process; simulated ones must be told to. The rig is written in the same
commit as whatever the station writes, so that a meter never stands behind what was already reported of it.
"""

from contactor.rig.rig import Rig
from contactor.rig.snapshot import RigSnapshot
from contactor.station.store.port import Shelf, Store

_RIG = Shelf("rig", RigSnapshot)


class RigKeepingStore:
    """Passes everything on to `store`, and adds the rig's snapshot to every commit that writes something."""

    __slots__ = ("_is_staged", "_rig", "_store")

    def __init__(self, store: Store, rig: Rig) -> None:
        self._store = store
        self._rig = rig
        self._is_staged = False
        kept = _RIG.records(store).get("rig")
        if kept is not None:
            rig.restore(kept)

    def rows(self, part: str) -> dict[str, bytes]:
        """The committed rows of a part."""
        return self._store.rows(part)

    def put(self, part: str, key: str, value: bytes) -> None:
        """Stage a row."""
        self._is_staged = True
        self._store.put(part, key, value)

    def delete(self, part: str, key: str) -> None:
        """Stage a removal."""
        self._is_staged = True
        self._store.delete(part, key)

    def commit(self) -> None:
        """Write what is staged, and the rig with it."""
        if self._is_staged:
            _RIG.put(self._store, "rig", self._rig.snapshot())
            self._is_staged = False
        self._store.commit()

    def keep_rig(self) -> None:
        """Write the rig now, because something physical happened that the software was not told."""
        self._is_staged = True
        self.commit()

    def forget(self) -> None:
        """Drop what is staged."""
        self._is_staged = False
        self._store.forget()

    def close(self) -> None:
        """Let go of the medium."""
        self._store.close()
