"""What is new reaches every tab that follows it, and no slow tab makes anything grow."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from contactor.console.app import own_path
from contactor.console.fan_out import QUEUE_MAX, FanOut, Tab
from contactor.console.frames import message_row, pretty
from contactor.console.role import Role
from contactor.console.schedule import composite_steps, computed_steps, steps_of

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def ms(seconds: float) -> float:
    return (NOON + timedelta(seconds=seconds)).timestamp() * 1000


def test_a_tab_hears_what_it_follows_and_nothing_else() -> None:
    tabs, one, other = FanOut(), Tab(frozenset({"fleet"})), Tab(frozenset({"station:A"}))
    tabs.add(one)
    tabs.add(other)
    tabs.tell("fleet", {"rows": []})
    assert json.loads(one.queue.get_nowait()) == {"fleet": {"rows": []}}
    assert other.queue.empty()
    assert tabs.followed("station:") == ["A"]
    tabs.remove(other)
    assert tabs.followed("station:") == []
    assert len(tabs) == 1


def test_what_a_tab_begins_to_follow_is_named_once_so_that_it_can_be_told_what_it_missed() -> None:
    tabs, first, second = FanOut(), Tab(frozenset({"messages:A"})), Tab(frozenset({"messages:A", "fleet"}))
    tabs.add(first)
    assert tabs.taken_up("messages:") == {"A"}
    assert tabs.taken_up("messages:") == set()
    tabs.add(second)
    assert tabs.taken_up("messages:") == {"A"}


def test_a_tab_that_is_too_slow_is_told_to_look_again_instead_of_being_queued_for_ever() -> None:
    tabs, tab = FanOut(), Tab(frozenset({"fleet"}))
    tabs.add(tab)
    for number in range(QUEUE_MAX + 1):
        tabs.tell("fleet", number)
    assert tab.queue.qsize() == 1
    assert json.loads(tab.queue.get_nowait()) == {"behind": True}


@pytest.mark.parametrize(
    "goal", ["https://evil.example", "//evil.example", "/\\evil.example", "", "/a\nb", "javascript:1"]
)
def test_only_paths_of_this_console_are_gone_to(goal: str) -> None:
    assert own_path(goal) == "/"


def test_a_path_of_this_console_is_gone_to_with_its_query() -> None:
    assert own_path("/transactions?state=open") == "/transactions?state=open"


def test_each_role_may_do_what_those_before_it_may() -> None:
    assert Role.ADMIN.allows(Role.VIEWER)
    assert not Role.VIEWER.allows(Role.OPERATOR)


def test_a_message_is_told_in_a_few_words_and_an_unreadable_one_as_it_is() -> None:
    sampled = [
        {"measurand": "Power.Active.Import", "unit": "W", "value": "136200"},
        {"measurand": "SoC", "value": "24"},
    ]
    payload = {"connectorId": 2, "transactionId": 9, "meterValue": [{"timestamp": "x", "sampledValue": sampled}]}
    message = {"number": 1, "at": "2026-05-01T12:00:00Z", "station_id": "A", "direction": "in", "took_ms": None}
    call = {**message, "action": "MeterValues", "frame": json.dumps([2, "1", "MeterValues", payload])}
    assert message_row(call)["gist"] == "c2 136.2 kW 24"
    broken = {**message, "action": "", "frame": "[2,"}
    assert (message_row(broken)["bad"], message_row(broken)["gist"]) == (True, "[2,")
    assert pretty("[2,") == "[2,"
    error = {**message, "action": "Reset", "frame": '[4,"1","NotSupported","",{}]'}
    assert (message_row(error)["bad"], message_row(error)["gist"]) == (True, "NotSupported")


def test_a_relative_profile_counts_from_now_and_ends_with_its_duration() -> None:
    periods = [{"startPeriod": 0, "limit": 11_000.0}, {"startPeriod": 60, "limit": 22_000.0}]
    schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": periods, "duration": 120}
    profile = {"chargingProfileKind": "Relative", "chargingSchedule": schedule}
    assert steps_of(profile, NOON, NOON + timedelta(hours=1), NOON) == [
        (ms(0), 11.0),
        (ms(60) - 1, 11.0),
        (ms(60), 22.0),
        (ms(120) - 1, 22.0),
    ]


def test_a_daily_profile_that_began_long_ago_comes_every_day() -> None:
    schedule = {
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 11_000.0}],
        "startSchedule": "2026-04-01T10:00:00Z",
        "duration": 3600,
    }
    profile = {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily", "chargingSchedule": schedule}
    steps = steps_of(profile, NOON, NOON + timedelta(days=2))
    assert [at for at, _ in steps[::2]] == [ms(22 * 3600), ms(46 * 3600)]


def test_a_composite_schedule_is_drawn_from_either_answer() -> None:
    period = {"startPeriod": 0, "limit": 7_000.0}
    answer = {
        "scheduleStart": "2026-05-01T12:00:00Z",
        "chargingSchedule": {"duration": 60, "chargingSchedulePeriod": [period]},
    }
    assert composite_steps(answer) == [(ms(0), 7.0), (ms(60) - 1, 7.0)]
    assert composite_steps({"status": "Rejected"}) == []
    steps = [{"start_s": 0, "limit": 7000.0}, {"start_s": 30, "limit": None}]
    computed = {"start": "2026-05-01T12:00:00Z", "duration_s": 60, "steps": steps}
    assert computed_steps(computed) == [(ms(0), 7.0), (ms(30), 7.0)]
