"""Works in step: who goes with whom, who goes first, and who goes alone."""

from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import Connection, select

from contactor.central.store.database import for_writing
from contactor.central.store.prepared import found
from contactor.central.store.steps import ALONE, Steps, Stepwise, in_step
from contactor.central.store.survey import Kind, Survey, given_table
from tests.central.bench import store_in

_given = given_table("number", "word", "is_so")
ECHO = Survey(
    select(_given.c.asker, _given.c.number, _given.c.word, _given.c.is_so),
    number=Kind.NUMBER,
    word=Kind.TEXT,
    is_so=Kind.TRUTH,
)


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with store_in(database) as engine, for_writing(engine).connect() as opened:
        yield opened


def walk(_connection: Connection, name: str, trace: list[str], *, alone: bool = False) -> Steps[str]:
    trace.append(f"{name} begins")
    yield ECHO.asked(name, number=1, word=name, is_so=True)
    if alone:
        yield ALONE
    trace.append(f"{name} ends")
    return name


def test_a_survey_finds_what_each_asker_gave(connection: Connection) -> None:
    words = {"a": "it's", "b": 'a "word" \\ 100%', "c": "日本 $1 ?1 %s", "d": ""}
    questions = [
        ECHO.asked(name, number=(-1) ** n * (2**62 + n), word=word, is_so=bool(n % 2))
        for n, (name, word) in enumerate(words.items())
    ]
    rows = ECHO.ask(connection, questions)
    assert {name: (row.number, row.word, bool(row.is_so)) for name, row in rows.items()} == {
        name: ((-1) ** n * (2**62 + n), word, bool(n % 2)) for n, (name, word) in enumerate(words.items())
    }


def test_what_is_not_given_is_none(connection: Connection) -> None:
    row = found(ECHO.asked("a", number=None, word=None, is_so=None).ask(connection))
    assert (row.number, row.word, row.is_so) == (None, None, None)


def test_works_without_a_common_key_go_together_and_answer_in_order(connection: Connection) -> None:
    trace: list[str] = []
    works = [Stepwise(partial(walk, name=name, trace=trace), (name,), 0) for name in "abc"]
    assert in_step(connection, works) == ["a", "b", "c"]
    assert trace == ["a begins", "b begins", "c begins", "a ends", "b ends", "c ends"]


def test_works_with_a_common_key_go_one_after_the_other(connection: Connection) -> None:
    trace: list[str] = []
    keys = {"a": ("one",), "b": ("one", "two"), "c": ("two",)}
    works = [Stepwise(partial(walk, name=name, trace=trace), keys[name], 0) for name in "abc"]
    assert in_step(connection, works) == ["a", "b", "c"]
    assert trace == ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]


def test_a_lower_turn_goes_first_and_the_answers_keep_their_order(connection: Connection) -> None:
    trace: list[str] = []
    works = [Stepwise(partial(walk, name=name, trace=trace), (name,), turn) for name, turn in (("a", 1), ("b", 0))]
    assert in_step(connection, works) == ["a", "b"]
    assert trace == ["b begins", "b ends", "a begins", "a ends"]


def test_a_work_that_goes_alone_goes_when_the_others_are_done(connection: Connection) -> None:
    trace: list[str] = []
    works = [Stepwise(partial(walk, name=name, trace=trace, alone=name == "a"), (name,), 0) for name in "abc"]
    assert in_step(connection, works) == ["a", "b", "c"]
    assert trace[-3:] == ["b ends", "c ends", "a ends"]
