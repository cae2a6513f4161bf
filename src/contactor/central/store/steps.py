"""Work that asks the database step by step, so that the works of a batch can ask together.

A question costs a way to the database and back, however small it is. Works in step put the same question at the same
time, so that a batch makes a few ways instead of a few for each work.

Works that have a key in common go one after the other, in their order; of the others, those of a lower turn go first.
A work that must know what all others have done asks to go on `ALONE`.
"""

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, TypeVar

from sqlalchemy import Connection

from contactor.central.store.prepared import Found
from contactor.central.store.survey import Question, ask_together

ALONE = None
"""Yielded instead of a question: go on when the others are done, one at a time."""

Answer = TypeVar("Answer", covariant=True)
Steps = Generator[Question | None, Found | None, Answer]


@dataclass(frozen=True, slots=True)
class Stepwise(Generic[Answer]):
    """A work that can go in step with others, and alone like any."""

    begin: Callable[[Connection], Steps[Answer]]
    keys: Collection[str]
    turn: int

    def __call__(self, connection: Connection) -> Answer:
        """Do it alone."""
        return to_the_end(connection, self.begin(connection))


def to_the_end(connection: Connection, steps: Steps[Answer]) -> Answer:
    """Take the steps of one work, and return its answer."""
    found: Found | None = None
    try:
        while True:
            question = steps.send(found)
            found = None if question is ALONE else question.ask(connection)
    except StopIteration as end:
        answer: Answer = end.value
        return answer


def in_step(connection: Connection, works: Sequence[Stepwise[object]]) -> list[object]:
    """Do works together; their answers, in order."""
    answers: dict[int, object] = {}
    ranks = _ranks(works)
    order = sorted(range(len(works)), key=lambda index: ranks[index])
    for _, together in groupby(order, key=lambda index: ranks[index]):
        _march(connection, {index: works[index].begin(connection) for index in together}, answers)
    return [answers[index] for index in range(len(works))]


def _ranks(works: Sequence[Stepwise[object]]) -> list[tuple[int, int]]:
    """Which works go together: how many that share a key must go before, and the turn."""
    waves: dict[str, int] = {}
    ranks = []
    for work in works:
        wave = max((waves.get(key, 0) for key in work.keys), default=0)
        waves.update(dict.fromkeys(work.keys, wave + 1))
        ranks.append((wave, work.turn))
    return ranks


def _march(connection: Connection, works: Mapping[int, Steps[object]], answers: dict[int, object]) -> None:
    found: dict[int, Found | None] = dict.fromkeys(works)
    lonely = []
    while found:
        questions: dict[int, Question] = {}
        for index, each in found.items():
            try:
                question = works[index].send(each)
            except StopIteration as end:
                answers[index] = end.value
                continue
            if question is ALONE:
                lonely.append(index)
            else:
                questions[index] = question
        found = dict(zip(questions, ask_together(connection, list(questions.values())), strict=True))
    for index in lonely:
        answers[index] = to_the_end(connection, works[index])
