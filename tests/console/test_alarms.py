"""Alarms on pages: what a row says, and who is offered to acknowledge."""

from typing import Any

import pytest

from contactor.console.pages.alarms import alarm_row

AT = "2026-05-01T12:00:00Z"


def alarm(**changes: object) -> dict[str, Any]:
    found: dict[str, Any] = {
        "alarm_id": 17,
        "station_id": "A",
        "connector_id": 1,
        "model": "EVD1S180TBB",
        "subject": "0x100205",
        "severity": "critical",
        "part": "Dispenser",
        "title": "Vehicle connector lock control error",
        "advice": "Check the lock.",
        "details": "",
        "opened_at": AT,
        "last_seen_at": AT,
        "times": 1,
        "closed_at": None,
        "closed_by": "",
        "repair_s": None,
        "acknowledged_at": None,
        "acknowledged_by": "",
        "note": "",
    }
    return found | changes


@pytest.mark.parametrize(
    ("changes", "state", "waits"),
    [
        ({}, "open", True),
        ({"acknowledged_at": AT}, "acknowledged", False),
        ({"closed_at": AT}, "closed", True),
        ({"closed_at": AT, "acknowledged_at": AT}, "closed", False),
    ],
)
def test_an_alarm_waits_until_somebody_knows_even_if_it_is_over(
    changes: dict[str, object], state: str, waits: bool
) -> None:
    row = alarm_row(alarm(**changes), may_acknowledge=True)
    assert (row["state"], row["waits"]) == (state, waits)


def test_a_viewer_is_not_offered_to_acknowledge() -> None:
    assert alarm_row(alarm(), may_acknowledge=False)["waits"] is False


def test_connector_0_is_the_whole_station() -> None:
    assert alarm_row(alarm(), may_acknowledge=True)["connector"] == "connector 1"
    assert alarm_row(alarm(connector_id=0), may_acknowledge=True)["connector"] == "whole station"
