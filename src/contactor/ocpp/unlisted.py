"""Words that stand where OCPP has a closed list, and are not on it: kept as sent, equal to no member."""

from enum import StrEnum
from typing import TypeVar

W = TypeVar("W", bound=StrEnum)


def unlisted(kind: type[W], text: str) -> W:
    """Return a word of the list's type that is not on the list.

    Whoever compares it with members finds none, and whoever writes it down writes what was sent; so code that reads
    `.value` need not know that stations invent words. The list itself stays as it is: decoding never gives one.
    """
    word = str.__new__(kind, text)
    word._name_ = text
    word._value_ = text
    return word


def word_of(kind: type[W], text: str) -> W:
    """Read a word back from where it was kept: the member, or the unlisted word it was."""
    try:
        return kind(text)
    except ValueError:
        return unlisted(kind, text)
