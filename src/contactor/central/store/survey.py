"""A question that is put for many at once: one way to the database, and one statement, however many ask.

What is given stands as rows in a table that is called `given`, made of one JSON text; a statement has it among its
tables, and each of its named parameters means the column of that name. Whoever asks is told apart by `asker`, which is
given, and found again as the column of that name; so no two may ask as the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Dialect, TableClause, column, table
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from contactor.central.store import driver
from contactor.central.store.prepared import Found, Reading

ASKER = "asker"
_encode = msgspec.json.Encoder().encode


class Kind(StrEnum):
    """What is given, as PostgreSQL calls it."""

    TEXT = "text"
    NUMBER = "bigint"
    TRUTH = "boolean"


class Spelling(Struct, frozen=True):
    """One database's text, the constants in it, and how its rows are read."""

    sql: str
    constants: tuple[object, ...]
    reading: Reading | None


def given_table(*names: str) -> TableClause:
    """The table of what is given, for a statement's own use."""
    return table("given", column(ASKER), *(column(name) for name in names))


class Survey:
    """A statement over what many give, for as many databases as there are."""

    def __init__(self, statement: ClauseElement, **kinds: Kind) -> None:
        """Be ready; `kinds` are the names that are given, and what each is."""
        self._statement = statement
        self._kinds = {ASKER: Kind.TEXT, **kinds}
        self._spellings: dict[str, Spelling] = {}

    def asked(self, asker: str, **given: object) -> "Question":
        """What one asker gives."""
        return Question(self, asker, given)

    def ask(self, connection: Connection, questions: Sequence["Question"]) -> dict[str, Found]:
        """Ask for all of them; what was found, by asker."""
        spelling = self._spellings.get(connection.dialect.name)
        if spelling is None:
            spelling = self._spellings[connection.dialect.name] = self._spelled(connection.dialect)
        rows = [{**each.given, ASKER: each.asker} for each in questions]
        cursor = driver.execute_numbered(connection, spelling.sql, (_encode(rows).decode(), *spelling.constants))
        reading = spelling.reading
        found = [] if reading is None else reading.read(cursor.fetchall())
        cursor.close()
        return {row.asker: row for row in found}

    def _spelled(self, dialect: Dialect) -> Spelling:
        compiled = self._statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        mark, number = ("%s", "$") if dialect.paramstyle == "format" else ("?", "?")
        pieces, places = str(compiled).split(mark), compiled.positiontup or []
        assert len(pieces) == len(places) + 1, compiled
        constants: list[object] = []
        text = pieces[0]
        for place, piece in zip(places, pieces[1:], strict=True):
            if place in self._kinds:
                text += f"given.{place}{piece}"
            else:
                constants.append(compiled.params[place])
                text += f"{number}{len(constants) + 1}{piece}"
        rows = _in_postgresql if dialect.name == "postgresql" else _in_sqlite
        return Spelling(
            f"WITH given AS MATERIALIZED ({rows(self._kinds)}) {text}",
            tuple(constants),
            Reading.of(self._statement, dialect),
        )


class Question(Struct, frozen=True):
    """What one asker gives to a survey."""

    survey: Survey
    asker: str
    given: Mapping[str, object]

    def ask(self, connection: Connection) -> Found | None:
        """Ask alone."""
        return self.survey.ask(connection, [self]).get(self.asker)


def ask_together(connection: Connection, questions: Iterable[Question]) -> list[Found | None]:
    """Ask many questions, those of one survey together."""
    questions = list(questions)
    by_survey: dict[Survey, list[Question]] = {}
    for question in questions:
        by_survey.setdefault(question.survey, []).append(question)
    found = {survey: survey.ask(connection, together) for survey, together in by_survey.items()}
    return [found[question.survey].get(question.asker) for question in questions]


def _in_postgresql(kinds: Mapping[str, Kind]) -> str:
    columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    return f"SELECT * FROM json_to_recordset($1::json) AS rows({columns})"  # noqa: S608 - names from our own code


def _in_sqlite(kinds: Mapping[str, Kind]) -> str:
    columns = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in kinds)
    return f"SELECT {columns} FROM json_each(?1)"  # noqa: S608 - names from our own code
