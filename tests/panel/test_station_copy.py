"""The panel's copy of a station: kept by merge patches (RFC 7396), told to pages in few pieces."""

import json
from typing import Any

from contactor.panel.station_copy import FRAMES_KEPT, StationCopy, merged

AT = "2026-01-01T10:00:00+00:00"
STATE = {"outlets": {"1": {"number": 1, "power_w": 1500.0, "vehicle": None}}, "screen": {"shown": 1}}


def item(kind: str, sequence: int = 1, **content: Any) -> str:
    return json.dumps({"sequence": sequence, "at": AT, "kind": kind, **content})


def frame(sequence: int, *, kind: str, text: str, direction: str = "sent", at: str = AT) -> str:
    told = {"direction": direction, "kind": kind, "action": "Heartbeat", "message_id": "m1", "text": text}
    return json.dumps({"sequence": sequence, "at": at, "kind": "frame", "frame": told})


def test_a_change_is_merged_into_the_state_and_told_alone() -> None:
    copy = StationCopy()
    copy.read(item("state", state=STATE))
    assert copy.take_news()[0] == {"state": STATE}
    copy.read(item("change", change={"outlets": {"1": {"power_w": 2000.0}}}))
    copy.read(item("change", change={"screen": None}))
    news, _rows, _points = copy.take_news()
    assert news == {"change": {"outlets": {"1": {"power_w": 2000.0}}, "screen": None}}
    assert copy.state == {"outlets": {"1": {"number": 1, "power_w": 2000.0, "vehicle": None}}, "screen": None}


def test_a_change_right_after_a_whole_state_is_told_within_it() -> None:
    copy = StationCopy()
    copy.read(item("state", state=STATE))
    copy.read(item("change", change={"screen": {"shown": 2}}))
    assert copy.take_news()[0] == {"state": {**STATE, "screen": {"shown": 2}}}


def test_a_change_before_any_state_is_nothing() -> None:
    copy = StationCopy()
    copy.read(item("change", change={"screen": None}))
    assert copy.state is None
    assert copy.take_news() == ({}, [], [])


def test_power_is_noted_once_a_second() -> None:
    copy = StationCopy()
    copy.read(item("state", state=STATE))
    for now_ms in (10_000, 10_250, 10_999, 11_000):
        copy.measure(now_ms)
    assert copy.take_news()[2] == [(1, 10_000, 1.5, None), (1, 11_000, 1.5, None)]
    assert list(copy.points) == [(1, 10_000, 1.5, None), (1, 11_000, 1.5, None)]


def test_an_answer_says_how_long_it_took_and_a_message_is_kept_whole() -> None:
    copy = StationCopy()
    copy.read(frame(7, kind="call", text='[2,"m1","Heartbeat",{}]'))
    copy.read(
        frame(8, kind="result", text='[3,"m1",{"status":"Ok"}]', direction="received", at="2026-01-01T10:00:00.250Z")
    )
    asked, answered = copy.take_news()[1]
    assert (asked["direction"], asked["took"]) == ("out", None)
    assert (answered["direction"], answered["took"], answered["gist"]) == ("in", 250, "answered status Ok")
    assert copy.frame_text(8) == '[3,"m1",{"status":"Ok"}]'


def test_old_messages_make_room() -> None:
    copy = StationCopy()
    for number in range(FRAMES_KEPT + 5):
        copy.read(frame(number, kind="unreadable", text="no JSON"))
    assert len(copy.rows) == FRAMES_KEPT
    assert copy.frame_text(4) is None
    assert copy.frame_text(5) == "no JSON"


def test_what_a_patch_nulls_stays_as_null() -> None:
    assert merged({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": None}, "d": [2]}) == {
        "a": {"b": None, "c": 2},
        "d": [2],
    }
