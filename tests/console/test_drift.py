"""Drift on a station's page."""

from contactor.console.tabs.drift import drift_rows

LOOK = {"key": "HeartbeatInterval", "wanted": "77", "reported": "10", "template": "slow", "outcome": None}


def test_only_keys_that_are_not_in_step_are_shown_and_their_states_are_words() -> None:
    looks = [{**LOOK, "state": "in_step"}, {**LOOK, "key": "WebSocketPingInterval", "state": "awaiting_boot"}]
    assert [(row["key"], row["state"]) for row in drift_rows(looks)] == [("WebSocketPingInterval", "awaiting boot")]
