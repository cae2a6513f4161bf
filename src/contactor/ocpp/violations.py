"""Which CALLERROR code each way of breaking a payload has, read from what msgspec says about it (ERR-04 to ERR-10).

msgspec raises four kinds of exception on bad input and tells the kind of violation in its text alone; this is the
only file that reads that text, and the tests hold an example of every row.
"""

import re
from typing import NamedTuple

import msgspec

from contactor.ocpp.errors import ErrorCode, ProtocolViolation

DECODING_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""All that decoding can raise; `msgspec.ValidationError` is a `DecodeError`."""

_TEXT = re.compile(r"(?P<complaint>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?", re.DOTALL)


class _Row(NamedTuple):
    complaint: re.Pattern[str]
    code: ErrorCode


def _row(complaint: str, code: ErrorCode) -> _Row:
    return _Row(re.compile(complaint), code)


# A date that cannot be read, or names no offset, is a wrong value (ERR-07) and not a wrong type (ERR-09): JSON knows
# no type for dates, and as the text it is, it is well typed.
_ROWS: tuple[_Row, ...] = (
    _row(r"Object missing required field `", ErrorCode.PROTOCOL_ERROR),
    _row(r"Object contains unknown field `", ErrorCode.FORMATION_VIOLATION),
    _row(r"Expected `array` of length ", ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION),
    _row(r"Expected `str` of length ", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
    _row(r"Expected `int` [<>]= ", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
    _row(r"Expected `datetime` with a timezone component", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
    _row(r"Expected `float` with at most one decimal", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
    _row(r"Invalid enum value '", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
    _row(r"Invalid RFC3339 encoded datetime", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
    _row(r"Number out of range", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
    _row(r"Expected `[a-z]+`, got `[a-z]+`", ErrorCode.TYPE_CONSTRAINT_VIOLATION),
)


def explain(error: Exception) -> ProtocolViolation:
    """Say what one of `DECODING_ERRORS` means in OCPP; the description names the field first, then what is wrong."""
    if isinstance(error, msgspec.ValidationError):
        return _explain_validation(str(error))
    if isinstance(error, RecursionError):
        return ProtocolViolation(ErrorCode.FORMATION_VIOLATION, "JSON is nested too deeply")
    if isinstance(error, UnicodeDecodeError):
        return ProtocolViolation(ErrorCode.FORMATION_VIOLATION, f"Text is not UTF-8: {error.reason}")
    return ProtocolViolation(ErrorCode.FORMATION_VIOLATION, str(error))


def _explain_validation(text: str) -> ProtocolViolation:
    match = _TEXT.fullmatch(text)
    assert match is not None, "the pattern's first group takes any text"
    complaint, path = match["complaint"], match["path"]
    code = next((row.code for row in _ROWS if row.complaint.match(complaint)), ErrorCode.GENERIC_ERROR)
    if path is None:
        # A wrong type with no path is the payload itself: not an object, so no PDU at all (ERR-06).
        whole = code is ErrorCode.TYPE_CONSTRAINT_VIOLATION
        return ProtocolViolation(ErrorCode.FORMATION_VIOLATION if whole else code, complaint)
    return ProtocolViolation(code, f"{path}: {complaint}")
