"""Tells an outage of the database, for which a line in the log is enough, from a mistake of ours."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from contactor.central.store.port import WriterFull, WriterStopped

_SQLITE_OUTAGES = (
    "SQLITE_BUSY",
    "SQLITE_CANTOPEN",
    "SQLITE_CORRUPT",
    "SQLITE_FULL",
    "SQLITE_IOERR",
    "SQLITE_LOCKED",
    "SQLITE_NOMEM",
    "SQLITE_NOTADB",
    "SQLITE_PERM",
    "SQLITE_PROTOCOL",
    "SQLITE_READONLY",
)
"""How the names of the results begin that the disk or another process brings about; SQLite tells wrong SQL apart."""


def outage_of(error: BaseException) -> str | None:
    """What is the matter with the database, in one line; None if the error is of another kind."""
    if isinstance(error, WriterFull | WriterStopped | PoolExhausted):
        return _first_line(error)
    if not isinstance(error, DBAPIError):
        return None
    name = getattr(error.orig, "sqlite_errorname", None)  # sqlite3's own; psycopg has classes instead
    is_outage = (
        isinstance(error, OperationalError | InterfaceError) if name is None else name.startswith(_SQLITE_OUTAGES)
    )
    return _first_line(error.orig or error) if is_outage else None


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
