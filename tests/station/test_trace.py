"""What a station keeps of its conversation, and what it never does (DG-05)."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.station.effects import Note, SendText
from contactor.station.events import DeadlineReached, Moment, TextReceived
from contactor.station.trace import FRAME_MAX, Direction, Trace, masked

KEY = "00112233445566778899AABBCCDDEEFF"
NOW = Moment(0.0, datetime(2026, 3, 1, 12, tzinfo=UTC))


def change(key: str, value: str) -> bytes:
    return json.dumps([2, "1", "ChangeConfiguration", {"key": key, "value": value}]).encode()


def test_frames_and_notes_are_kept_in_order_with_their_direction() -> None:
    trace = Trace(10)
    trace.saw(TextReceived(b'[3,"1",{}]'), NOW)
    trace.did([SendText(b'[2,"2","Heartbeat",{}]'), Note("connected", {"to": "x"})], NOW)
    trace.saw(DeadlineReached(), NOW)
    assert [(each.direction, each.text) for each in trace.frames()] == [
        (Direction.RECEIVED, '[3,"1",{}]'),
        (Direction.SENT, '[2,"2","Heartbeat",{}]'),
    ]
    assert [(each.event, each.facts) for each in trace.notes()] == [("connected", {"to": "x"})]


def test_only_the_newest_frames_are_kept() -> None:
    trace = Trace(3)
    for number in range(10):
        trace.saw(TextReceived(str(number).encode()), NOW)
    assert [each.text for each in trace.frames()] == ["7", "8", "9"]


def test_a_trace_of_no_frames_keeps_none() -> None:
    trace = Trace(0)
    trace.saw(TextReceived(b"[]"), NOW)
    trace.did([Note("connected")], NOW)
    assert (trace.frames(), trace.notes()) == ([], [])


def test_a_long_frame_is_cut() -> None:
    assert len(masked(b"[" + b"1," * 10_000 + b"1]")) == FRAME_MAX


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(change("AuthorizationKey", KEY), id="as it is spelled"),
        pytest.param(change("authorizationKEY", KEY.lower()), id="as it may be spelled"),
        pytest.param(change(" AuthorizationKey ", KEY), id="with blanks"),
        pytest.param(change("AuthorizationKey", KEY).replace(b"Auth", b"\\u0041uth"), id="with escapes"),
        pytest.param(change("AuthorizationKey", KEY).replace(b"0011", b"\\u00300\\u003111"), id="value with escapes"),
        pytest.param(change("AuthorizationKey", KEY)[:-2], id="cut short"),
        pytest.param(change("AuthorizationKey", KEY).replace(b"Auth", b"\\u0041uth")[:-2], id="escaped and cut short"),
        pytest.param(json.dumps([3, "1", {"AuthorizationKey": KEY}]).encode(), id="as a member"),
        pytest.param(
            json.dumps([2, "1", "DataTransfer", {"data": json.dumps({"AuthorizationKey": KEY})}]).encode(),
            id="in a text within",
        ),
        pytest.param(
            json.dumps([3, "1", {"configurationKey": [{"key": "AuthorizationKey", "value": KEY}]}]).encode(),
            id="in a list",
        ),
        pytest.param(b"\xff" + change("AuthorizationKey", KEY), id="not even UTF-8"),
        pytest.param(b'[{"AuthorizationKey":"' + KEY.encode() + b'"},' + b"[" * 100_000, id="too deep to read"),
    ],
)
def test_dg_05_no_authorization_key_is_kept(frame: bytes) -> None:
    assert KEY.casefold() not in masked(frame).casefold()


@pytest.mark.parametrize(
    ("location", "kept"),
    [
        ("ftp://user:pa55@host:21/in", "ftp://***@host:21/in"),
        ("ftp://user@host/in", "ftp://***@host/in"),
        ("ftp://user:p/a@5'5@host/in", "ftp://***@host/in"),
        ("https://host/in?token=pa55", "https://host/in?***"),
        ("https://user:pa55@host/in?token=pa55&x=://y", "https://***@host/in?***"),
        ("ws://host/ocpp", "ws://host/ocpp"),
    ],
)
def test_dg_05_no_password_and_no_token_of_a_url_is_kept(location: str, kept: str) -> None:
    frame = json.dumps([2, "1", "GetDiagnostics", {"location": location}])
    expected = frame.replace(location, kept)
    assert masked(frame.encode()) == expected
    assert json.loads(masked(frame.replace("/", "\\/").encode())) == json.loads(expected)


def test_a_password_at_the_place_where_a_long_frame_is_cut_is_not_kept() -> None:
    for filling in range(FRAME_MAX - 60, FRAME_MAX):
        frame = b'["' + b"x" * filling + b' ftp://user:pa55word@host/"]'
        assert "pa55" not in masked(frame)


def test_a_frame_without_secrets_is_kept_as_it_was() -> None:
    frame = '[2,"7c0e","BootNotification",{"chargePointVendor":"Schneider Electric","note":"ü"}]'
    assert masked(frame.encode()) == frame


@given(st.binary(max_size=200))
def test_any_bytes_can_be_kept(frame: bytes) -> None:
    assert len(masked(frame)) <= max(FRAME_MAX, 60)
