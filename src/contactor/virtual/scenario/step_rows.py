"""Reads the steps of a scenario's file; what cannot be used is told with step, field and value."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import ValidationError

from contactor.base.errors import BadSetting
from contactor.base.instants import to_text
from contactor.guide.entries import Product
from contactor.virtual.control.bodies import Form
from contactor.virtual.factory_file import Factory
from contactor.virtual.scenario.deeds import VERBS, Verb
from contactor.virtual.scenario.expectations import EXPECTATIONS
from contactor.virtual.scenario.fitness import unfit
from contactor.virtual.scenario.scenario import Step

STEPS_MAX = 10_000
WORDS_LENGTH_MAX = 100
SAY = "say"
EXPECT = "expect"


def read_steps(place: str, rows: object, product: Product, factory: Factory) -> list[Step]:
    """Read every step; `place` is the file, for errors.

    Raises:
        BadSetting: a step cannot be used.
    """
    if not isinstance(rows, list) or not 1 <= len(rows) <= STEPS_MAX:
        raise BadSetting(f"{place}: step", rows, f"write 1 to {STEPS_MAX} tables: [[step]]")
    return [
        _checked(_Row(f"{place}: step {no}", row).step(no), place, product, factory) for no, row in enumerate(rows, 1)
    ]


def _checked(step: Step, place: str, product: Product, factory: Factory) -> Step:
    flaw = unfit(step.form, product, product.models[factory.model])
    if flaw is not None:
        raise BadSetting(f"{place}: step {step.number}, {step.name}.{flaw.field}", flaw.value, flaw.expected)
    return step


class _Row:
    """One table of the file."""

    def __init__(self, place: str, row: object) -> None:
        if not isinstance(row, dict):
            raise BadSetting(place, row, "write a table: [[step]]")
        self._place = place
        self._row: Mapping[str, object] = row

    def step(self, number: int) -> Step:
        """Read it."""
        said = self._row.get(SAY)
        if said is not None and not isinstance(said, str):
            raise self._wrong(SAY, said, "give a text")
        words = [name for name in self._row if name != SAY]
        if len(words) != 1:
            raise self._wrong("words", words, f"a step has one deed or one {EXPECT}, and perhaps {SAY}")
        name, value, known = words[0], self._row[words[0]], VERBS
        is_expectation = name == EXPECT
        if is_expectation:
            if not isinstance(value, dict) or len(value) != 1:
                raise self._wrong(EXPECT, value, "expect one thing: expect.frame = { ... }")
            known = EXPECTATIONS
            name, value = next(iter(value.items()))
        if name not in known:
            raise self._wrong(name, value, f"there is no such word; known are {', '.join(known)}")
        form = self._form(name, known[name], _in_texts(value))
        return Step(number, name, form, said or _in_words(name, value), is_expectation)

    def _form(self, name: str, verb: Verb, value: object) -> Form:
        if verb.short is not None and (verb.is_always_short or not isinstance(value, dict)):
            value = {verb.short: value}
        try:
            return verb.form.model_validate(value)
        except ValidationError as error:
            flaw = error.errors(include_url=False, include_context=False)[0]
            field = ".".join(map(str, (name, *flaw["loc"])))
            raise self._wrong(field, flaw["input"], flaw["msg"]) from error

    def _wrong(self, field: str, value: object, expected: str) -> BadSetting:
        return BadSetting(f"{self._place}, {field}", value, expected)


def _in_texts(value: object) -> object:
    """Instants as the wire spells them; TOML has a type of its own for them."""
    match value:
        case dict():
            return {name: _in_texts(each) for name, each in value.items()}
        case list():
            return [_in_texts(each) for each in value]
        case datetime() if value.tzinfo is not None:
            return to_text(value)
        case _:
            return value


def _in_words(name: str, value: object) -> str:
    words = [f"{field}={_plain(each)}" for field, each in value.items()] if isinstance(value, dict) else [str(value)]
    whole = f"{name.replace('_', ' ')} {' '.join(words)}"
    return whole if len(whole) <= WORDS_LENGTH_MAX else f"{whole[: WORDS_LENGTH_MAX - 3]}..."


def _plain(value: object) -> str:
    """A value as a person would write it, without the signs of a program."""
    if isinstance(value, dict):
        return f"({', '.join(f'{name} {_plain(each)}' for name, each in value.items())})"
    return f"({', '.join(map(_plain, value))})" if isinstance(value, list) else str(value)
