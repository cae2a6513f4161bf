"""What a twin answered and did, in words."""

from datetime import UTC, datetime
from typing import Any

from contactor.console.what_if import answer_text, changes, limit_steps, messages

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def sights(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {"before": {"statuses": before}, "after": {"statuses": after}}


def test_only_statuses_that_become_others_are_told() -> None:
    told = changes(sights({"0": "Available", "1": "Available"}, {"0": "Available", "1": None}))
    assert told == [("Connector 1", "Available → –")]
    assert changes(sights({"0": "Available"}, {"0": "Available"})) == [("Statuses", "stay as they are")]


def test_an_answer_is_its_status_and_whatever_else_it_holds() -> None:
    assert answer_text({"kind": "result", "fields": {"status": "Accepted"}}) == "Accepted"
    assert answer_text({"kind": "result", "fields": {"listVersion": 3}}) == "listVersion: 3"
    assert answer_text({"kind": "result", "fields": {}}) == "result"


def test_many_messages_are_told_by_their_number() -> None:
    said = [{"after_s": 1.0, "action": "MeterValues"}] * 10
    assert messages(said)[-1] == ("And", "2 messages more")
    assert messages(said[:1]) == [("After 1.0 s", "MeterValues")]


def test_a_composite_schedule_in_watts_is_drawn_as_steps_in_kilowatts() -> None:
    at = NOON.timestamp() * 1000
    schedule = {"start": NOON.isoformat(), "periods": [{"start_s": 0, "limit": 22_000}, {"start_s": 60, "limit": 0}]}
    assert limit_steps(schedule) == [(at, 22.0), (at + 60_000, 22.0), (at + 60_000, 0.0), (at + 86_400_000, 0.0)]
    assert limit_steps({"start": None, "periods": []}) == []
