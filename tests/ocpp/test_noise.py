"""Noise on the wire: whatever arrives, frames and peer raise nothing and every reply is a proper CALLERROR (ERR-14)."""

import json
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactor.ocpp.actions import ACTIONS, Side
from contactor.ocpp.codec import MESSAGE_TYPES, STRICT
from contactor.ocpp.errors import ErrorCode, ProtocolViolation
from contactor.ocpp.field_types import OcppObject
from contactor.ocpp.frames import Frame, read_frame
from contactor.ocpp.messages import Heartbeat
from contactor.ocpp.peer import CallInvalid, CallReceived, Peer, PeerEvent
from tests.ocpp.oca_schemas import example, schema_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)

FRAME_LIKE = st.tuples(
    st.sampled_from([2, 3, 4, 9, "2", None]),
    st.sampled_from(["1", "x", "i" * 37, 1, None]),
    st.sampled_from([*ACTIONS, "Nothing", 5]) | JSON,
    JSON,
    JSON,
).flatmap(lambda parts: st.integers(0, 5).map(lambda length: parts[:length]))

VALID = [
    json.dumps([2, "1", action.name, example(schema_of(action.request))]).encode() for action in ACTIONS.values()
] + [json.dumps([3, "1", example(schema_of(action.result))]).encode() for action in ACTIONS.values()]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid frame with some bytes changed, dropped or put in."""
    text = bytearray(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 3))
        text[start : start + length] = draw(st.binary(max_size=3) | st.sampled_from([b'"', b"\\u0000", b"null", b"{"]))
    return bytes(text)


NOISE = (
    st.binary(max_size=200)
    | JSON.map(lambda value: json.dumps(value).encode())
    | FRAME_LIKE.map(lambda value: json.dumps(value).encode())
    | mutated()
)


def _check(peer: Peer, text: bytes) -> None:
    event = peer.receive(text, 0.0)
    assert isinstance(event, get_args(PeerEvent))
    if isinstance(event, CallReceived):
        peer.refuse(event.message_id, ErrorCode.INTERNAL_ERROR)
    if isinstance(event, CallInvalid):
        kind, message_id, code, description, details = msgspec.json.decode(event.reply)
        assert (kind, message_id, details) == (4, event.message_id, {})
        assert code == event.violation.code
        assert 0 < len(description) <= 255


@settings(max_examples=600, deadline=None)
@given(text=NOISE, side=st.sampled_from(Side))
def test_rpc_09_no_noise_makes_a_peer_raise(text: bytes, side: Side) -> None:
    peer = Peer(side, lambda: "1")
    _check(peer, text)
    if side is Side.STATION:
        peer.call(Heartbeat(), 0.0)
        _check(peer, text)


@settings(max_examples=300, deadline=None)
@given(text=NOISE)
def test_rpc_09_every_text_is_some_frame(text: bytes) -> None:
    assert isinstance(read_frame(text), get_args(Frame))


@settings(max_examples=300, deadline=None)
@given(payload=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()), made=st.data())
def test_rpc_11_a_payload_is_read_or_refused(payload: bytes, made: st.DataObject) -> None:
    kind: type[OcppObject] = made.draw(st.sampled_from(MESSAGE_TYPES))
    assert _read(kind, payload) is None or isinstance(_read(kind, payload), kind)


def _read(kind: type[OcppObject], payload: bytes) -> OcppObject | None:
    try:
        return STRICT.read(kind, payload)
    except ProtocolViolation:
        return None


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 200_000,
        b'[2,"1","DataTransfer",' + b'{"a":' * 200_000,
        b'[2,"1","DataTransfer",{"vendorId":"x","data":' + b"[" * 990 + b"]" * 990 + b"}]",
        b'[4,"1","x","y",' + b'{"a":' * 990 + b"1" + b"}" * 990 + b"]",
        b'[2,"1","Heartbeat",' + b"9" * 100_000 + b"]",
        b'[2,"1","' + b"A" * 100_000 + b'",{}]',
        b'[2,"1","DataTransfer",{"vendorId":"' + b"\\\\" * 100_000 + b'\\u0000"}]',
        b'[1e999,"1","Heartbeat",{}]',
        b"\xef\xbb\xbf[]",
        b"\x00" * 1000,
    ],
    ids=["arrays", "objects", "data", "details", "number", "action", "backslashes", "type", "mark", "zeros"],
)
def test_rpc_09_texts_made_to_hurt_do_no_harm(text: bytes) -> None:
    for side in Side:
        peer = Peer(side, lambda: "1")
        _check(peer, text)
    assert isinstance(read_frame(text), get_args(Frame))
