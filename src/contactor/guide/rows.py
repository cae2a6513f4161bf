"""A row of a data file: hands out its fields one by one, each with the type it must have, and knows what is left."""

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from enum import StrEnum
from importlib.resources.abc import Traversable
from typing import TypeVar

from contactor.base.errors import BadRow

Value = TypeVar("Value")
Word = TypeVar("Word", bound=StrEnum)


class Row:
    """One entry of one file. Every field must be taken before `finish`, so a misspelt one cannot hide."""

    def __init__(self, file: str, entry: str, fields: Mapping[str, object]) -> None:
        self.file = file
        self.entry = entry
        self._left = dict(fields)

    def wrong(self, reason: str) -> BadRow:
        """The error that says why this row cannot be used."""
        return BadRow(self.file, self.entry, reason)

    def __contains__(self, field: str) -> bool:
        return field in self._left

    def finish(self) -> None:
        """Refuse fields that nobody took.

        Raises:
            BadRow: there are some.
        """
        if self._left:
            raise self.wrong(f"unknown field {', '.join(sorted(self._left))}")

    def text(self, field: str, *, length_max: int | None = None) -> str:
        """A text that is not empty."""
        value = self._take(field, _is_text, "a text")
        if not value:
            raise self.wrong(f"{field} is empty")
        if length_max is not None and len(value) > length_max:
            raise self.wrong(f"{field} has {len(value)} characters, at most {length_max} fit")
        return value

    def number(self, field: str, *, minimum: int = 0) -> int:
        """A whole number."""
        value = self._take(field, _is_number, "a whole number")
        if value < minimum:
            raise self.wrong(f"{field} is {value}, expected at least {minimum}")
        return value

    def decimal(self, field: str) -> float:
        """A number with a decimal point, not negative."""
        value = self._take(field, _is_decimal, "a decimal number")
        if value < 0:
            raise self.wrong(f"{field} is {value}, expected at least 0")
        return value

    def flag(self, field: str) -> bool:
        """True or false."""
        return self._take(field, _is_flag, "true or false")

    def texts(self, field: str, choices: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of texts, none twice; with `choices`, each of them one of these."""
        values = self._take(field, _is_texts, "a list of texts")
        for value in values:
            self._check_choice(field, value, choices)
        if len(set(values)) < len(values):
            raise self.wrong(f"{field} names something twice")
        return tuple(values)

    def choice(self, field: str, choices: Collection[str]) -> str:
        """One of the given texts."""
        value = self.text(field)
        self._check_choice(field, value, choices)
        return value

    def word(self, field: str, words: type[Word]) -> Word:
        """A member of an enumeration."""
        return words(self.choice(field, [word.value for word in words]))

    def words(self, field: str, words: type[Word]) -> tuple[Word, ...]:
        """Members of an enumeration; the same one may come twice."""
        values = self._take(field, _is_texts, "a list of texts")
        for value in values:
            self._check_choice(field, value, [word.value for word in words])
        return tuple(words(value) for value in values)

    def flags(self, field: str) -> Mapping[str, bool]:
        """A table of switches."""
        return self._take(field, _is_flags, "a table of true and false")

    def anything(self, field: str) -> object:
        """A field whose type another field decides."""
        return self._take(field, lambda value: value, "a value")

    def _take(self, field: str, read: Callable[[object], Value | None], expected: str) -> Value:
        if field not in self._left:
            raise self.wrong(f"{field} is missing")
        raw = self._left.pop(field)
        value = read(raw)
        if value is None:
            raise self.wrong(f"{field} is {raw!r}, expected {expected}")
        return value

    def _check_choice(self, field: str, value: str, choices: Collection[str] | None) -> None:
        if choices is not None and value not in choices:
            raise self.wrong(f"{field}: {value!r} is not among {', '.join(choices)}")


def rows_of(folder: Traversable, file: str, section: str | None = None) -> Iterator[Row]:
    """Read the rows of a file in order, or those of one of its sections.

    Raises:
        BadRow: the file is missing, is not TOML, names an entry twice, or holds something that is no row.
    """
    document = _document(folder, file)
    entries = document if section is None else document.get(section)
    if not isinstance(entries, dict) or not entries:
        raise BadRow(file, section or "the file", "holds no rows")
    for entry, fields in entries.items():
        if not isinstance(fields, dict):
            raise BadRow(file, entry, "is not a table of fields")
        yield Row(file, entry, fields)


def sections_of(folder: Traversable, file: str, *sections: str, optional: tuple[str, ...] = ()) -> tuple[Row, ...]:
    """Read a file that holds the named rows, and return them in this order; then the optional ones that are there.

    Raises:
        BadRow: as `rows_of`, or the file holds other rows.
    """
    rows = {row.entry: row for row in rows_of(folder, file)}
    for entry in rows:
        if entry not in (*sections, *optional):
            raise BadRow(file, entry, f"is not among {', '.join((*sections, *optional))}")
    for section in sections:
        if section not in rows:
            raise BadRow(file, section, "is missing")
    return tuple(rows[section] for section in (*sections, *optional) if section in rows)


def _document(folder: Traversable, file: str) -> dict[str, object]:
    try:
        text = (folder / file).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadRow(file, "the file", "is missing") from None
    except UnicodeDecodeError as error:
        raise BadRow(file, "the file", f"is not UTF-8 ({error})") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadRow(file, _entry_at(text, str(error)), f"is not TOML, or is there twice: {error}") from None


def _entry_at(text: str, complaint: str) -> str:
    """The entry a complaint of the TOML reader is about: the header or name on the line it mentions."""
    place = re.search(r"at line ([0-9]+)", complaint)
    if place is None:
        return "the end of the file"
    line = text.splitlines()[int(place.group(1)) - 1]
    return line.split("=")[0].strip(' []"')


def _is_text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _is_flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _is_number(value: object) -> int | None:
    # Python counts True as a number; a file that says `minimum = true` is wrong all the same.
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_decimal(value: object) -> float | None:
    return value if isinstance(value, float) else None


def _is_texts(value: object) -> list[str] | None:
    return value if isinstance(value, list) and all(isinstance(item, str) for item in value) else None


def _is_flags(value: object) -> dict[str, bool] | None:
    return value if isinstance(value, dict) and all(isinstance(item, bool) for item in value.values()) else None
