"""How a setting is written as a word: in an environment variable, or behind `--set`; the file's types come out."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, Never

from contactor.base.errors import BadSetting
from contactor.central.settings import CentralSettings, setting_rows

PREFIX = "CONTACTOR_"
OFF = "off"
NOTHING: Final[Mapping[str, Never]] = MappingProxyType({})
_SWITCH_WORDS: Mapping[str, bool] = {"true": True, "false": False}
_PLAIN = CentralSettings()
# Two words of the same letters but one or two are taken for a slip of the pen.
_ALIKE = 0.85


@dataclass(frozen=True, slots=True)
class Given:
    """A value, not checked yet, and the place where a person finds it again."""

    value: object
    place: str


def setting_names() -> list[str]:
    """Every setting of the `[central]` table."""
    return [row.name for row in setting_rows()]


def can_be_off(name: str) -> bool:
    """Whether the setting knows the word "off"."""
    return name in ("api_port", "plain_port", "ftp_port")


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def read_word(name: str, word: str) -> object:
    """What a word means for a setting; one that means nothing stays a text, and its check then tells what would do."""
    default = getattr(_PLAIN, name)
    if can_be_off(name):
        return None if word == OFF else _whole(word)
    if isinstance(default, bool):
        return _SWITCH_WORDS.get(word.casefold(), word)
    if isinstance(default, int):
        return _whole(word)
    if isinstance(default, float):
        return _decimal(word)
    if isinstance(default, tuple):
        return tuple(part.strip() for part in word.split(",") if part.strip())
    return word


def read_environment(environment: Mapping[str, str]) -> Mapping[str, Given]:
    """The settings in the environment.

    Raises:
        BadSetting: a variable is spelled almost as a setting's.
    """
    variables = {variable_of(name): name for name in setting_names()}
    given = {}
    for variable, word in environment.items():
        if variable in variables:
            name = variables[variable]
            given[name] = Given(read_word(name, word), variable)
        elif variable.startswith(PREFIX) and (meant := get_close_matches(variable, variables, 1, _ALIKE)):
            raise BadSetting(variable, "(its value)", f"there is no such setting; is {meant[0]} meant?")
    return given


def read_pairs(pairs: list[str]) -> Mapping[str, Given]:
    """The settings of a command line's `--set NAME=VALUE`.

    Raises:
        BadSetting: no such setting, or no pair.
    """
    given = {}
    names = setting_names()
    for pair in pairs:
        name, equals, word = pair.partition("=")
        if not equals or name not in names:
            raise BadSetting("--set", name, f"write NAME=VALUE, the name being one of {', '.join(names)}")
        given[name] = Given(read_word(name, word), f"--set {name}")
    return given


def _whole(word: str) -> int | str:
    return int(word) if word.isascii() and word.isdigit() and len(word) <= 18 else word


def _decimal(word: str) -> float | str:
    try:
        return float(word)
    except ValueError:
        return word
