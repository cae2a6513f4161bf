"""A statement that is written many times: its text, and the order of its columns in a row."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import Struct
from sqlalchemy import Connection, Dialect, Table, text

from contactor.central.store import driver
from contactor.central.store.driver import Row

WRITTEN_LAST = "contactor_written_last"
"""The execution option under which a batch keeps what is written at its end: lists of rows by their statements."""


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """SQL with named parameters, and the names in the order in which rows give them.

    Compared by identity, so that the writer can find a batch's rows of one statement by a plain dictionary.
    """

    sql: str
    columns: tuple[str, ...]
    is_news: bool = True
    """Whether anybody may be looking for what it writes (`contactor.central.store.news`)."""
    _spellings: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def spelled_for(self, dialect: Dialect) -> str:
        """The text with the driver's own placeholders, in the order of `columns`."""
        spelling = self._spellings.get(dialect.name)
        if spelling is None:
            compiled = text(self.sql).compile(dialect=dialect)
            assert tuple(compiled.positiontup or self.columns) == self.columns, self.sql
            spelling = self._spellings[dialect.name] = str(compiled)
        return spelling


class Rows(Struct, frozen=True):
    """Rows for one statement; a struct, as in `contactor.central.plan`."""

    statement: Statement
    rows: Sequence[Row]

    def execute_on(self, connection: Connection) -> None:
        """Write the rows from within a work function; a batch has a faster way."""
        if self.rows:
            driver.execute_many(connection, self.statement.spelled_for(connection.dialect), self.rows)

    def execute_last(self, connection: Connection) -> None:
        """Write the rows at the end of the batch this is done in, with those of others; at once where there is none."""
        last: dict[Statement, list[Row]] | None = connection.get_execution_options().get(WRITTEN_LAST)
        if last is None:
            self.execute_on(connection)
        else:
            last.setdefault(self.statement, []).extend(self.rows)

    def changes(self, connection: Connection) -> bool:
        """Write a single row, and say whether that changed anything: an `insert_new` of what is there does not."""
        (row,) = self.rows
        cursor = driver.execute(connection, self.statement.spelled_for(connection.dialect), row)
        changed: int = cursor.rowcount
        cursor.close()
        return changed > 0


def insert_new(table: Table, *columns: str, is_news: bool = True) -> Statement:
    """Insert a row unless one with the same unique key is there: how a repeated message is recorded once."""
    return Statement(f"{_insert(table, columns)} ON CONFLICT DO NOTHING", columns, is_news)


def insert(table: Table, *columns: str, is_news: bool = True) -> Statement:
    """Insert a row."""
    return Statement(_insert(table, columns), columns, is_news)


def upsert(table: Table, *columns: str, key: Sequence[str], keep: Sequence[str] = (), where: str = "") -> Statement:
    """Insert a row, or overwrite the one with the same key, but for the columns to `keep`.

    With `where` (SQL over `excluded` and the table) a row is only overwritten if it holds.
    """
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in (*key, *keep))
    condition = f" WHERE {where}" if where else ""
    return Statement(
        f"{_insert(table, columns)} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}{condition}", columns
    )


def _insert(table: Table, columns: Sequence[str]) -> str:
    unknown = set(columns) - set(table.columns.keys())
    assert not unknown, f"{table.name} has no {unknown}"
    places = ", ".join(f":{column}" for column in columns)
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - names from our own tables
