"""A store in memory: for fleets, storms and tests; keeps what was committed as long as the object lives."""

from contactor.station.store.port import StoreError


class MemoryStore:
    """Committed rows in one dictionary, as a fleet's stations have few; staged ones beside it until `commit`."""

    __slots__ = ("_rows", "_staged", "commits")

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], bytes] = {}
        self._staged: dict[tuple[str, str], bytes | None] = {}
        self.commits = 0

    def rows(self, part: str) -> dict[str, bytes]:
        """The committed rows of a part, sorted by key."""
        return dict(sorted((key, value) for (where, key), value in self._rows.items() if where == part))

    def put(self, part: str, key: str, value: bytes) -> None:
        """Stage a row."""
        self._staged[part, key] = value

    def delete(self, part: str, key: str) -> None:
        """Stage a removal."""
        self._staged[part, key] = None

    def commit(self) -> None:
        """Apply everything staged."""
        if not self._staged:
            return
        for place, value in self._staged.items():
            if value is None:
                self._rows.pop(place, None)
            else:
                self._rows[place] = value
        self._staged.clear()
        self.commits += 1

    def forget(self) -> None:
        """Drop what is staged."""
        self._staged.clear()

    def close(self) -> None:
        """Forget what was staged, as a power cut does; the committed rows stay for the next owner."""
        self._staged.clear()


class ForgetfulStore(MemoryStore):
    """A memory store that fails after a number of commits, for tests of power cuts and full disks."""

    __slots__ = ("commits_left",)

    def __init__(self, commits_left: int) -> None:
        super().__init__()
        self.commits_left = commits_left

    def commit(self) -> None:
        """Apply everything staged, or lose it.

        Raises:
            StoreError: the allowed number of commits is used up; what was staged is gone.
        """
        if self._staged and self.commits_left == 0:
            self._staged.clear()
            raise StoreError("the medium takes no more")
        if self._staged:
            self.commits_left -= 1
        super().commit()
