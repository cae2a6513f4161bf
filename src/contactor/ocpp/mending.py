"""How single values are mended whose meaning is certain although their form is wrong; None where there is none.

Values are looked at as the JSON text they came in, so nothing is lost on the way: 1.10 stays 1.10 as a text.
"""

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import NamedTuple

import msgspec

from contactor.ocpp.oddity import OddityKind
from contactor.ocpp.unlisted import unlisted
from contactor.ocpp.violations import DECODING_ERRORS

_read_text = msgspec.json.Decoder(str).decode

_WHOLE = re.compile(r"-?[0-9]{1,19}(?:\.0*)?")
_FRACTION = re.compile(r"-?[0-9]{1,18}\.[0-9]{1,30}")

SHORT_LIMIT = 50
SHORT_BOUND = 255
LONG_BOUND = 500
WORD_BOUND = 50
"""An unlisted word longer than this is cut."""


class Mended(NamedTuple):
    """A value, and what had been odd about it."""

    value: object
    kind: OddityKind


def text_in(json: bytes) -> str | None:
    """The content of a JSON string; None for anything else."""
    try:
        return _read_text(json)
    except DECODING_ERRORS:
        return None


def is_number(json: bytes) -> bool:
    """Whether a JSON value is a number."""
    return json[:1] in b"-0123456789" and json != b""


def mend_text(json: bytes, limit: int | None, *, is_anything: bool = False) -> Mended | None:
    """A text that is too long, or a number that should be in quotes; `is_anything`: any JSON is kept as its text."""
    text = text_in(json)
    if text is None:
        if not (is_anything or is_number(json)):
            return None
        spelling = json.decode()
        return Mended(spelling if limit is None else spelling[: text_bound(limit)], OddityKind.WRONG_TYPE)
    if limit is None or len(text) <= limit:
        return None
    bound = text_bound(limit)
    return Mended(text, OddityKind.TOO_LONG) if len(text) <= bound else Mended(text[:bound], OddityKind.CUT)


def text_bound(limit: int) -> int:
    """How much of a text is kept that OCPP limits to `limit` characters."""
    return SHORT_BOUND if limit <= SHORT_LIMIT else max(LONG_BOUND, 2 * limit)


def mend_integer(json: bytes, low: int, high: int, *, is_register: bool = False) -> Mended | None:
    """An integer in quotes or with a point; a register in Wh may also have a fraction, which is rounded."""
    is_quoted = not is_number(json)
    spelling = (text_in(json) or "").strip() if is_quoted else json.decode()
    if _WHOLE.fullmatch(spelling):
        mended = Mended(int(spelling.partition(".")[0]), OddityKind.WRONG_TYPE)
    elif is_register and _FRACTION.fullmatch(spelling):
        mended = Mended(int(Decimal(spelling).to_integral_value(ROUND_HALF_EVEN)), OddityKind.ROUNDED)
    else:
        return None
    assert isinstance(mended.value, int)
    return mended if low <= mended.value <= high else None


def mend_flag(json: bytes) -> Mended | None:
    """True or false in quotes; a number is neither."""
    value = {"true": True, "false": False}.get((text_in(json) or "").strip().lower())
    return None if value is None else Mended(value, OddityKind.WRONG_TYPE)


def mend_instant(json: bytes) -> Mended | None:
    """An instant without offset, which is taken as UTC, or in another form of ISO 8601."""
    try:
        instant = datetime.fromisoformat((text_in(json) or "").strip())
        if instant.tzinfo is None:
            return Mended(instant.replace(tzinfo=UTC), OddityKind.NO_OFFSET)
        return Mended(instant.astimezone(UTC), OddityKind.SPELLING)
    except (ValueError, OverflowError):
        return None


def mend_word(json: bytes, words: type[StrEnum], *, is_open: bool, bound: int) -> Mended | None:
    """A listed word in other letters, or, where the list `is_open`, one that is not listed at all."""
    text = (text_in(json) or "").strip()
    folded = text.casefold()
    for member in words:
        if member.value.casefold() == folded:
            return Mended(member, OddityKind.SPELLING)
    if not is_open or not text:
        return None
    return Mended(unlisted(words, text[:bound]), OddityKind.UNKNOWN_WORD)
