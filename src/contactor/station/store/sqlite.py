"""SHELL: the store on disk: one SQLite file in the station's state folder, flushed at every commit."""

import fcntl
import os
import sqlite3
from pathlib import Path

from contactor.base.errors import BadSetting
from contactor.station.store.port import StoreError

_SCHEMA = """
create table if not exists rows (
    part  text not null,
    key   text not null,
    value blob not null,
    primary key (part, key)
) without rowid
"""


class SqliteStore:
    """Rows in `<folder>/station.sqlite`; a lock keeps a second process out of the folder.

    Raises:
        BadSetting: the folder cannot be made or written, or another process holds it.
    """

    __slots__ = ("_connection", "_lock", "_staged")

    def __init__(self, folder: Path) -> None:
        self._staged: dict[tuple[str, str], bytes | None] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock: int | None = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise BadSetting("state folder", str(folder), f"it must be a writable folder ({error.strerror})") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._unlock()
            raise BadSetting(
                "state folder", str(folder), "another station process works in it; give each station its own"
            ) from error
        self._connection = self._open(folder / "station.sqlite")

    def _open(self, file: Path) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = None
        try:
            # Autocommit mode: the one transaction of `commit` is opened and closed by name.
            connection = sqlite3.connect(file, isolation_level=None)
            file.chmod(0o600)  # the AuthorizationKey is in it
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
            connection.execute(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            if connection is not None:
                connection.close()
            self._unlock()
            raise BadSetting("state folder", str(file.parent), f"its database cannot be used ({error})") from error
        return connection

    def rows(self, part: str) -> dict[str, bytes]:
        """The committed rows of a part, sorted by key.

        Raises:
            StoreError: the file is damaged or gone.
        """
        try:
            cursor = self._connection.execute("select key, value from rows where part = ? order by key", (part,))
            return dict(cursor.fetchall())
        except sqlite3.Error as error:
            raise StoreError(f"the stored {part} cannot be read: {error}") from error

    def put(self, part: str, key: str, value: bytes) -> None:
        """Stage a row."""
        self._staged[part, key] = value

    def delete(self, part: str, key: str) -> None:
        """Stage a removal."""
        self._staged[part, key] = None

    def commit(self) -> None:
        """Write everything staged in one transaction and flush it to the disk.

        Raises:
            StoreError: the disk is full, gone or damaged; nothing of it was written.
        """
        if not self._staged:
            return
        gone = [place for place, value in self._staged.items() if value is None]
        kept = [(*place, value) for place, value in self._staged.items() if value is not None]
        self._staged.clear()
        try:
            self._connection.execute("begin immediate")
            self._connection.executemany("delete from rows where part = ? and key = ?", gone)
            self._connection.executemany(
                "insert into rows values (?, ?, ?) on conflict do update set value = excluded.value", kept
            )
            self._connection.execute("commit")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("rollback")
            raise StoreError(f"the state could not be written: {error}") from error

    def forget(self) -> None:
        """Drop what is staged."""
        self._staged.clear()

    def close(self) -> None:
        """Close the file and let another process have the folder; asked twice changes nothing."""
        self._connection.close()
        self._unlock()

    def _unlock(self) -> None:
        # Once only: the number may belong to another file by then.
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
