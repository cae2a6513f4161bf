"""SHELL: opens whichever database a setting names, and tells a person plainly why it cannot be opened."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from contactor.base.errors import BadSetting
from contactor.central.store import postgresql, sqlite
from contactor.central.store.address import is_postgresql, sqlite_path, without_secret


def open_database(address: str) -> Engine:
    """An engine for the database as it is; a SQLite file is made if missing.

    Raises:
        BadSetting: it cannot be reached.
    """
    engine = postgresql.open_engine(address) if is_postgresql(address) else sqlite.open_engine(sqlite_path(address))
    try:
        with refusals_told(address), engine.connect():
            pass
    except BaseException:
        engine.dispose()
        raise
    return engine


def for_writing(engine: Engine) -> Engine:
    """The same database for one who writes."""
    if engine.dialect.name == "postgresql":
        return postgresql.for_writing(engine)
    return sqlite.for_writing(engine)


def close_for_good(engine: Engine) -> None:
    """Close every connection: those at rest now, and those that a thread still reads from when it gives them back."""
    event.listen(engine, "checkin", _close)
    engine.dispose()


def _close(_connection: object, entry: ConnectionPoolEntry) -> None:
    entry.invalidate()


@contextmanager
def refusals_told(address: str) -> Iterator[None]:
    """Turn what the database refuses into a line for a person, in the database's own words but for secrets."""
    try:
        yield
    except DBAPIError as error:
        # The first line says what; hints, the statement and its values follow in others.
        said = str(error.orig).strip().splitlines() or [type(error.orig).__name__]
        raise BadSetting(
            "database", without_secret(address), f"the database says: {without_secret(said[0])}"
        ) from error
