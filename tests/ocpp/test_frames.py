"""The arrays of OCPP-J as literal texts, good and broken (RPC-01 to RPC-10)."""

import msgspec
import pytest

from contactor.ocpp.errors import NO_DETAILS, ErrorCode
from contactor.ocpp.frames import (
    CallFrame,
    ErrorFrame,
    MalformedFrame,
    ResultFrame,
    holds_nul,
    read_frame,
    write_call,
    write_error,
    write_result,
)


def test_a_call_is_read_and_its_payload_left_alone() -> None:
    frame = read_frame(b' [ 2 , "19223201" , "Heartbeat" , { "x" : [1] } ] ')
    assert isinstance(frame, CallFrame)
    assert (frame.message_id, frame.action) == ("19223201", "Heartbeat")
    assert bytes(frame.payload) == b'{ "x" : [1] }'


def test_a_result_is_read_and_its_payload_left_alone() -> None:
    frame = read_frame(b'[3,"19223201",{"currentTime":"2026-05-01T10:00:00Z"}]')
    assert isinstance(frame, ResultFrame)
    assert frame.message_id == "19223201"
    assert bytes(frame.payload) == b'{"currentTime":"2026-05-01T10:00:00Z"}'


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        (b'[4,"a","NotSupported","why",{"k":1}]', ErrorFrame("a", "NotSupported", "why", {"k": 1})),
        (b'[4,"a","NotSupported","why"]', ErrorFrame("a", "NotSupported", "why")),
        (b'[4,"a","NotSupported"]', ErrorFrame("a", "NotSupported")),
        (b'[4,"a","NotSupported",null,null]', ErrorFrame("a", "NotSupported", "", NO_DETAILS)),
        (b'[4,"a","NotSupported",{},"x"]', ErrorFrame("a", "NotSupported", "", NO_DETAILS)),
        (b'[4,"a",null,"why",{}]', ErrorFrame("a", "", "why", NO_DETAILS)),
    ],
)
def test_err_11_a_call_error_is_read_with_what_it_has(text: bytes, frame: ErrorFrame) -> None:
    assert read_frame(text) == frame


@pytest.mark.parametrize("number", [9, 0, 1, 5, -2, 22])
def test_rpc_06_a_type_ocpp_does_not_have_is_told_apart(number: int) -> None:
    frame = read_frame(f'[{number},"x",{{}}]'.encode())
    assert isinstance(frame, MalformedFrame)
    assert frame.is_of_unknown_type
    assert frame.violation.description == f"There is no message type {number}"


@pytest.mark.parametrize(
    ("text", "message_type", "message_id", "description"),
    [
        (b"", None, None, "Not a frame: Input data was truncated"),
        (b"hello", None, None, "Not a frame: JSON is malformed: invalid character (byte 0)"),
        (b"{}", None, None, "Not a frame: Expected `array`, got `object`"),
        (b'"text"', None, None, "Not a frame: Expected `array`, got `str`"),
        (b"[", None, None, "Not a frame: Input data was truncated"),
        (b"[" * 100_000, None, None, "Not a frame: JSON is nested too deeply"),
        (b'[2,"a","b",{}]]', None, None, "Not a frame: JSON is malformed: trailing characters (byte 15)"),
        (b"[]", None, None, "A frame begins with its type, 2, 3 or 4"),
        (b'["2","a","b",{}]', None, "a", "A frame begins with its type, 2, 3 or 4"),
        (b'[2.0,"a","b",{}]', None, "a", "A frame begins with its type, 2, 3 or 4"),
        (b'[true,"a","b",{}]', None, "a", "A frame begins with its type, 2, 3 or 4"),
        (b"[2]", 2, None, "CALL without a readable message id"),
        (b'[2,7,"Heartbeat",{}]', 2, None, "CALL without a readable message id"),
        (b'[2,null,"Heartbeat",{}]', 2, None, "CALL without a readable message id"),
        (b'[2,"\xff","Heartbeat",{}]', 2, None, "CALL without a readable message id"),
        (b'[2,"a","Heartbeat"]', 2, "a", "CALL has 4 elements, not 3"),
        (b'[2,"a","Heartbeat",{},{}]', 2, "a", "CALL has 4 elements, not 5"),
        (b'[2,"a",5,{}]', 2, "a", "CALL without a readable action"),
        (b'[2,"a","\xff",{}]', 2, "a", "CALL without a readable action"),
        (b'[2,"' + b"i" * 37 + b'","Heartbeat",{}]', 2, "i" * 37, "A message id has at most 36 characters, not 37"),
        (b'[3,"a"]', 3, "a", "CALLRESULT has 3 elements, not 2"),
        (b'[3,"a",{},{}]', 3, "a", "CALLRESULT has 3 elements, not 4"),
        (b"[3,{},{}]", 3, None, "CALLRESULT without a readable message id"),
        (b'[4,"a"]', 4, "a", "CALLERROR has 5 elements, not 2"),
        (b'[4,"a","b","c",{},1]', 4, "a", "CALLERROR has 5 elements, not 6"),
        (b'[4,5,"b","c",{}]', 4, None, "CALLERROR without a readable message id"),
    ],
)
def test_rpc_09_rpc_10_of_a_broken_frame_as_much_is_read_as_can_be(
    text: bytes, message_type: int | None, message_id: str | None, description: str
) -> None:
    frame = read_frame(text)
    assert isinstance(frame, MalformedFrame)
    assert (frame.message_type, frame.message_id) == (message_type, message_id)
    assert frame.violation.code is ErrorCode.FORMATION_VIOLATION
    assert frame.violation.description == description
    assert not frame.is_of_unknown_type


def test_rpc_10_an_id_of_36_characters_is_read() -> None:
    assert isinstance(read_frame(b'[2,"' + b"i" * 36 + b'","Heartbeat",{}]'), CallFrame)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rb'["\u0000"]', True),
        (rb'["a\\\u0000"]', True),
        (rb'["\\u0000"]', False),
        (rb'["\\\\u0000"]', False),
        (rb'["\\\\\u0000 \\u0000"]', True),
        (rb'["u0000", "\u00001", "\u0001"]', True),
        (rb'["u0000", "\u0001"]', False),
    ],
)
def test_rpc_14_nul_is_found_and_nothing_that_only_looks_like_it(text: bytes, expected: bool) -> None:
    assert holds_nul(text) is expected
    assert any("\0" in part for part in msgspec.json.decode(text)) is expected


def test_rpc_14_a_frame_that_holds_nul_is_refused_as_an_invalid_value() -> None:
    frame = read_frame(rb'[2,"a","Authorize",{"idTag":"\u0000"}]')
    assert isinstance(frame, MalformedFrame)
    assert (frame.message_type, frame.message_id) == (2, "a")
    assert frame.violation.code is ErrorCode.PROPERTY_CONSTRAINT_VIOLATION


def test_frames_are_written_as_ocpp_j_draws_them() -> None:
    assert write_call("a", "Heartbeat", b"{}") == b'[2,"a","Heartbeat",{}]'
    assert write_result("a", b'{"status":"Accepted"}') == b'[3,"a",{"status":"Accepted"}]'
    assert write_error("a", ErrorCode.FORMATION_VIOLATION, "", {}) == b'[4,"a","FormationViolation","",{}]'


def test_an_id_with_quotes_is_echoed_as_it_came() -> None:
    assert write_result('a"\\', b"{}") == rb'[3,"a\"\\",{}]'


def test_err_11_a_long_description_is_cut() -> None:
    text = write_error("a", ErrorCode.GENERIC_ERROR, "x" * 300, {"k": "v"})
    assert text == b'[4,"a","GenericError","' + b"x" * 255 + b'",{"k":"v"}]'
