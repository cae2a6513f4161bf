"""The three JSON arrays OCPP-J is made of, and what can be said of a text that is none of them (RPC-06, RPC-09).

    [2, id, action, payload]      CALL
    [3, id, payload]              CALLRESULT
    [4, id, code, description, details]   CALLERROR

Payloads stay as they came (`msgspec.Raw`), for only the action tells what they should be. A `Raw` borrows from the
text it was read from: use it before the text's buffer is used again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct

from contactor.ocpp.errors import DESCRIPTION_MAX_LENGTH, NO_DETAILS, ErrorCode, ProtocolViolation
from contactor.ocpp.violations import DECODING_ERRORS, explain

MESSAGE_ID_MAX_LENGTH = 36

_CALL, _RESULT, _ERROR = 2, 3, 4
_ELEMENT_COUNTS: Mapping[int, range] = {
    _CALL: range(4, 5),
    _RESULT: range(3, 4),
    # Stations are known to leave out details, or description and details.
    _ERROR: range(3, 6),
}
_NAMES: Mapping[int, str] = {_CALL: "CALL", _RESULT: "CALLRESULT", _ERROR: "CALLERROR"}

_MessageId = Annotated[str, Meta(max_length=MESSAGE_ID_MAX_LENGTH)]


class CallFrame(Struct, frozen=True, array_like=True, tag=_CALL, forbid_unknown_fields=True, gc=False):
    """A CALL whose payload nobody looked at yet."""

    message_id: _MessageId
    action: str
    payload: Raw


class ResultFrame(Struct, frozen=True, array_like=True, tag=_RESULT, forbid_unknown_fields=True, gc=False):
    """A CALLRESULT whose payload nobody looked at yet."""

    message_id: _MessageId
    payload: Raw


@dataclass(frozen=True, slots=True)
class ErrorFrame:
    """A CALLERROR; `code` is the sender's word, whatever it is, and what was left out is empty."""

    message_id: str
    code: str
    description: str = ""
    details: Mapping[str, object] = field(default_factory=lambda: NO_DETAILS)


@dataclass(frozen=True, slots=True)
class MalformedFrame:
    """A text that is no frame, and as much of type and id as could be read of it."""

    message_type: int | None
    message_id: str | None
    violation: ProtocolViolation

    @property
    def is_of_unknown_type(self) -> bool:
        """A type number that OCPP 1.6 does not have; such a message is ignored, whatever it holds (RPC-06)."""
        return self.message_type is not None and self.message_type not in _ELEMENT_COUNTS


Frame = CallFrame | ResultFrame | ErrorFrame | MalformedFrame

_GOOD_FRAME: msgspec.json.Decoder[CallFrame | ResultFrame] = msgspec.json.Decoder(CallFrame | ResultFrame)
_read_good_frame = _GOOD_FRAME.decode
_read_elements = msgspec.json.Decoder(list[Raw]).decode
_encode = msgspec.json.Encoder().encode

# JSON may say NUL, but no database keeps it in a text and RPC-14 has printable characters only. An even number of
# backslashes before it means that a backslash was escaped and `u0000` is plain text.
# Most texts have no backslash at all, and a number is looked for in bytes far quicker than bytes are.
BACKSLASH = ord("\\")
_NUL = b"\\u0000"
_REAL_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

T = TypeVar("T")


def holds_nul(text: bytes) -> bool:
    """Say whether a JSON text has the character NUL in one of its strings."""
    return _NUL in text and _REAL_NUL.search(text) is not None


def read_frame(text: bytes) -> Frame:
    """Read one websocket message; raises nothing, whatever the text is."""
    if BACKSLASH not in text or not holds_nul(text):
        try:
            return _read_good_frame(text)
        except DECODING_ERRORS:
            pass  # a CALLERROR, or no frame: the slow way finds out which
    return _read_slowly(text)


def write_call(message_id: str, action: str, payload: bytes) -> bytes:
    """Frame a request's payload."""
    return b"[2," + _encode(message_id) + b"," + _encode(action) + b"," + payload + b"]"


def write_result(message_id: str, payload: bytes) -> bytes:
    """Frame a result's payload."""
    return b"[3," + _encode(message_id) + b"," + payload + b"]"


def write_error(message_id: str, code: ErrorCode, description: str, details: Mapping[str, object]) -> bytes:
    """Frame a refusal; the description is cut to what OCPP-J allows (ERR-11)."""
    return _encode((_ERROR, message_id, code, description[:DESCRIPTION_MAX_LENGTH], dict(details)))


def _read_slowly(text: bytes) -> ErrorFrame | MalformedFrame:
    try:
        elements = _read_elements(text)
    except DECODING_ERRORS as error:
        return MalformedFrame(None, None, _formation(f"Not a frame: {explain(error).description}"))
    message_type = _element(elements, 0, int)
    message_id = _element(elements, 1, str)
    if message_type == _ERROR and message_id is not None and len(elements) in _ELEMENT_COUNTS[_ERROR]:
        return _read_error(message_id, elements)
    return MalformedFrame(message_type, message_id, _find_fault(text, elements, message_type, message_id))


def _read_error(message_id: str, elements: list[Raw]) -> ErrorFrame:
    return ErrorFrame(
        message_id,
        _element(elements, 2, str) or "",
        _element(elements, 3, str) or "",
        _element(elements, 4, dict[str, object]) or NO_DETAILS,
    )


def _find_fault(
    text: bytes, elements: list[Raw], message_type: int | None, message_id: str | None
) -> ProtocolViolation:
    if message_type is None:
        return _formation("A frame begins with its type, 2, 3 or 4")
    if message_type not in _ELEMENT_COUNTS:
        return _formation(f"There is no message type {message_type}")
    name, counts = _NAMES[message_type], _ELEMENT_COUNTS[message_type]
    if message_id is None:
        return _formation(f"{name} without a readable message id")
    if len(elements) not in counts:
        return _formation(f"{name} has {counts[-1]} elements, not {len(elements)}")
    if len(message_id) > MESSAGE_ID_MAX_LENGTH:
        return _formation(f"A message id has at most {MESSAGE_ID_MAX_LENGTH} characters, not {len(message_id)}")
    if holds_nul(text):
        return ProtocolViolation(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "A text holds the character NUL")
    return _formation(f"{name} without a readable action")


def _element(elements: list[Raw], index: int, kind: type[T]) -> T | None:
    """Decode one element, or return None where it is missing or of another kind."""
    if index >= len(elements):
        return None
    try:
        return msgspec.json.decode(elements[index], type=kind)
    except DECODING_ERRORS:
        return None


def _formation(description: str) -> ProtocolViolation:
    return ProtocolViolation(ErrorCode.FORMATION_VIOLATION, description)
