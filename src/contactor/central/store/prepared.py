"""A statement of SQLAlchemy's that is run for every message: spelled once for each database, then run by its driver.

Found rows have their columns as attributes, like SQLAlchemy's. Values go in as they are, so they must be numbers,
texts, truths or None; and a statement cannot have a list whose length changes.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from contactor.central.store import driver


class Found(Protocol):
    """A row as it was found: an attribute for each column."""

    def __getattr__(self, name: str) -> Any: ...  # Any: a column of any type


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows of a statement are read that come from one database's driver."""

    make: Callable[[Any], Any]  # Any: the named tuple that is made for this very statement
    conversions: tuple[tuple[int, Callable[[Any], Any]], ...]

    @classmethod
    def of(cls, statement: ClauseElement, dialect: Dialect) -> "Reading | None":
        """How this statement's rows are read; None if it finds none."""
        columns = getattr(statement, "exported_columns", None)
        if not columns:
            return None
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        shape = namedtuple("Found", [column.key for column in columns])  # type: ignore[misc]  # as the query has it
        return cls(shape._make, tuple((index, read) for index, read in enumerate(readers) if read is not None))

    def read(self, rows: Iterable[Sequence[object]]) -> list[Found]:
        """Rows as they are wanted here."""
        return list(map(self.make, map(self._converted, rows) if self.conversions else rows))

    def _converted(self, row: Sequence[object]) -> Sequence[object]:
        values = list(row)
        for index, convert in self.conversions:
            values[index] = convert(values[index])
        return values


@dataclass(frozen=True, slots=True)
class Spelling:
    """One database's text, what stands at its placeholders, and how its rows are read."""

    sql: str
    places: tuple[str, ...]
    constants: Mapping[str, object]
    reading: Reading | None

    def row_of(self, given: Mapping[str, object]) -> driver.Row:
        """The values at its placeholders."""
        constants = self.constants
        return tuple([given[place] if place in given else constants[place] for place in self.places])


class Prepared:
    """A statement with named parameters, for as many databases as there are."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._spellings: dict[str, Spelling] = {}

    def first(self, connection: Connection, given: Mapping[str, object]) -> Found | None:
        """The first row, None if there is none."""
        return next(iter(self.all(connection, given)), None)

    def all(self, connection: Connection, given: Mapping[str, object]) -> list[Found]:
        """Every row."""
        spelling = self._spelled_for(connection.dialect)
        cursor = driver.execute(connection, spelling.sql, spelling.row_of(given))
        reading = spelling.reading
        rows = [] if reading is None else reading.read(cursor.fetchall())
        cursor.close()
        return rows

    def run(self, connection: Connection, given: Mapping[str, object]) -> int:
        """Change something; how many rows were."""
        spelling = self._spelled_for(connection.dialect)
        cursor = driver.execute(connection, spelling.sql, spelling.row_of(given))
        changed: int = cursor.rowcount
        cursor.close()
        return changed

    def _spelled_for(self, dialect: Dialect) -> Spelling:
        spelling = self._spellings.get(dialect.name)
        if spelling is None:
            spelling = self._spellings[dialect.name] = _spelled(self._statement, dialect)
        return spelling


def found(row: Found | None) -> Found:
    """The row of a question that always finds one."""
    assert row is not None
    return row


def _spelled(statement: ClauseElement, dialect: Dialect) -> Spelling:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    sql = str(compiled)
    assert "[POSTCOMPILE" not in sql, f"a list of changing length: {sql}"
    return Spelling(sql, tuple(compiled.positiontup or ()), compiled.params, Reading.of(statement, dialect))
