"""SHELL: SQLite as the central system wants it: write-ahead log, every commit on disk, foreign keys held."""

import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from contactor.central.store import driver
from contactor.central.store.address import MEMORY

BUSY_TIMEOUT_MS = 5_000
"""How long a statement waits for another process that writes (a backup, a person with a shell)."""

CACHE_KIB = 65_536
"""Pages kept per connection; the default of 2 MB would have the writer read back what it has just written."""

CHECKPOINT_PAGES = 10_000
"""Pages of log (40 MB) that gather before they are copied into the database: a page written often is copied once."""

_MODE = "contactor_begin"


def open_engine(path: Path | str) -> Engine:
    """An engine for the database file at `path`, made if missing.

    Transactions are ours to begin: the driver's own idea of when to begin would leave savepoints and DDL outside.
    """
    if str(path) == MEMORY:
        url = URL.create("sqlite", database=MEMORY)
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(URL.create("sqlite", database=str(path)))
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def for_writing(engine: Engine) -> Engine:
    """The same database for one who writes: it takes the write lock at once.

    A transaction that reads first and asks for the lock later is refused if another process wrote meanwhile.
    """
    return engine.execution_options(**{_MODE: "IMMEDIATE"})


def has_lost_transaction(connection: Connection) -> bool:
    """Whether SQLite has undone the transaction by itself, as it does when the disk is full or cannot be read.

    Nothing says so but the driver: SQLAlchemy believes in the transaction until it is ended, and ending it succeeds.
    """
    database: object = connection.connection.dbapi_connection
    return isinstance(database, sqlite3.Connection) and not database.in_transaction


def _set_up(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        f"cache_size = -{CACHE_KIB}",
        f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # For the driver alone: SQLAlchemy would make a result of it, which costs more than the transaction.
    driver.execute_plainly(connection, f"BEGIN {connection.get_execution_options().get(_MODE, 'DEFERRED')}")
