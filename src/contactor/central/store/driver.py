"""The way to the database for what is run for every message: spelled texts go to its driver as they are.

SQLAlchemy builds, checks and describes each execution anew, which costs some eighty microseconds; SQLite answers most
questions of ours in five. What goes wrong is told, and a lost connection given up, as SQLAlchemy would.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Row = tuple[object, ...]
Cursor = Any  # Any: each driver has a cursor of its own; PEP 249 says what they have in common


def execute(connection: Connection, sql: str, row: Row) -> Cursor:
    """Run a statement with the values of its placeholders; its results are the cursor's."""
    cursor = _begun(connection).cursor()
    try:
        cursor.execute(sql, row)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_told_by_sqlalchemy(connection, sql, row, error) from error
    return cursor


def execute_numbered(connection: Connection, sql: str, row: Row) -> Cursor:
    """The same for a statement whose placeholders are numbered: no driver has to look for them in a long text."""
    database = _begun(connection)
    cursor = _raw_cursor(database) if connection.dialect.name == "postgresql" else database.cursor()
    try:
        cursor.execute(sql, row)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_told_by_sqlalchemy(connection, sql, row, error) from error
    return cursor


def execute_many(connection: Connection, sql: str, rows: Sequence[Row]) -> None:
    """Run a statement once for each row; a driver may send all of them in one go."""
    cursor = _begun(connection).cursor()
    try:
        cursor.executemany(sql, rows)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_told_by_sqlalchemy(connection, sql, rows, error) from error
    finally:
        cursor.close()


def execute_plainly(connection: Connection, sql: str) -> None:
    """Run what has neither values nor results, such as what begins a transaction."""
    try:
        _dbapi_of(connection).execute(sql)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_told_by_sqlalchemy(connection, sql, (), error) from error


def _raw_cursor(database: Any) -> Cursor:  # Any: as above
    from psycopg import RawCursor  # where it is needed, it is there

    return RawCursor(database)


def _begun(connection: Connection) -> Any:  # Any: the driver's connection, as above
    if not connection.in_transaction():
        connection.begin()
    return connection.connection.dbapi_connection


def _as_told_by_sqlalchemy(connection: Connection, sql: str, given: Any, error: Any) -> BaseException:
    is_lost = connection.dialect.is_disconnect(error, _dbapi_of(connection), None)
    if is_lost:
        connection.invalidate(error)
    told: BaseException = DBAPIError.instance(
        sql,
        given,
        error,
        connection.dialect.loaded_dbapi.Error,
        connection_invalidated=is_lost,
        dialect=connection.dialect,
    )
    return told


def _dbapi_of(connection: Connection) -> Any:  # Any: as above
    return connection.connection.dbapi_connection
