"""A charging schedule as steps over time, for charts: what a profile asks, and what all of them make together."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

Profile = Mapping[str, Any]  # Any: JSON as on the wire
Steps = list[tuple[float, float]]

_LENGTHS = {"Daily": timedelta(days=1), "Weekly": timedelta(days=7)}


def steps_of(profile: Profile, start: datetime, end: datetime, running_since: datetime | None = None) -> Steps:
    """What a profile alone allows between two instants, in kW; nothing where it does not hold."""
    schedule = profile["chargingSchedule"]
    periods: Sequence[Mapping[str, Any]] = schedule["chargingSchedulePeriod"]
    begins = _begin(profile, start, running_since)
    repeat = _LENGTHS.get(profile.get("recurrencyKind", "")) if profile["chargingProfileKind"] == "Recurring" else None
    valid_from = max(start, _instant(profile.get("validFrom")) or start)
    valid_to = min(end, _instant(profile.get("validTo")) or end)
    found: Steps = []
    while begins < valid_to:
        turn_ends = valid_to if repeat is None else min(valid_to, begins + repeat)
        if "duration" in schedule:
            turn_ends = min(turn_ends, begins + timedelta(seconds=schedule["duration"]))
        found += _turn(periods, begins, valid_from, turn_ends)
        if repeat is None:
            break
        begins += repeat
    return found


def composite_steps(answer: Mapping[str, Any]) -> Steps:
    """The answer of GetCompositeSchedule as steps, in kW."""
    schedule = answer.get("chargingSchedule")
    start = _instant(answer.get("scheduleStart"))
    if schedule is None or start is None:
        return []
    end = start + timedelta(seconds=schedule.get("duration", 0))
    return _turn(schedule["chargingSchedulePeriod"], start, start, end)


def computed_steps(schedule: Mapping[str, Any]) -> Steps:
    """The API's composite schedule as steps, in kW; nothing where nothing known sets a limit."""
    start = datetime.fromisoformat(schedule["start"])
    found: Steps = []
    steps = schedule["steps"]
    for index, step in enumerate(steps):
        end_s = steps[index + 1]["start_s"] if index + 1 < len(steps) else schedule["duration_s"]
        if step["limit"] is not None:
            for second in (step["start_s"], end_s):
                found.append(((start + timedelta(seconds=second)).timestamp() * 1000, step["limit"] / 1000))
    return found


def _begin(profile: Profile, start: datetime, running_since: datetime | None) -> datetime:
    given = _instant(profile["chargingSchedule"].get("startSchedule"))
    if profile["chargingProfileKind"] == "Relative" or given is None:
        return running_since or start
    repeat = _LENGTHS.get(profile.get("recurrencyKind", ""))
    if profile["chargingProfileKind"] == "Recurring" and repeat is not None and given < start:
        given += repeat * ((start - given) // repeat)
    return given


def _turn(periods: Sequence[Mapping[str, Any]], begins: datetime, low: datetime, high: datetime) -> Steps:
    found: Steps = []
    for index, period in enumerate(periods):
        start = begins + timedelta(seconds=period["startPeriod"])
        after = periods[index + 1]["startPeriod"] if index + 1 < len(periods) else None
        end = high if after is None else min(high, begins + timedelta(seconds=after))
        start = max(start, low)
        if start < end:
            found.append((start.timestamp() * 1000, period["limit"] / 1000))
            found.append((end.timestamp() * 1000 - 1, period["limit"] / 1000))
    return found


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
