"""Webhooks as rows, and the kinds of events that can be chosen."""

from typing import Any

import pytest

from contactor.central.events.event import EventKind
from contactor.console.pages.webhook import letter_row
from contactor.console.pages.webhooks import KINDS, some_of, webhook_row

VIEW: dict[str, Any] = {
    "webhook_id": "billing",
    "url": "https://billing.example.com",
    "kinds": ["cost_settled"],
    "stations": [],
    "is_active": True,
    "attempts": 0,
    "next_try_at": None,
    "delivered_at": "2026-05-01T12:00:00Z",
    "failure": "",
}


def test_every_kind_of_event_can_be_chosen() -> None:
    assert set(KINDS) == set(EventKind)


@pytest.mark.parametrize(
    ("change", "state"),
    [({}, "active"), ({"attempts": 2}, "failing"), ({"is_active": False, "attempts": 2}, "paused")],
)
def test_a_webhook_says_how_it_stands(change: dict[str, Any], state: str) -> None:
    row = webhook_row({**VIEW, **change}, can_change=False)
    assert (row["state"], row["kinds"], row["stations"], row["can_change"]) == (state, "cost settled", "all", False)
    assert row["delivered"] == 1_777_636_800_000


def test_of_many_names_the_first_are_told_and_how_many_more_there_are() -> None:
    assert some_of(["A", "B", "C", "D", "E"]) == "A, B, C and 2 more"


def test_a_dead_letter_that_is_asked_for_again_says_so() -> None:
    view = {"letter_id": 1, "sequence": 7, "attempts": 8, "failure": "500", "failed_at": "2026-05-01T12:00:00Z"}
    assert [letter_row({**view, "is_asked_again": asked})["again"] for asked in (True, False)] == ["soon", ""]
