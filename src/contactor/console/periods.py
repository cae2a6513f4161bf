"""Stretches of time that people name: the days of the week; the last days, this month, the month before, this year."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Bounds = tuple[datetime, datetime | None]
"""From when on, and until when; None is until now."""


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _month(now: datetime) -> datetime:
    return _midnight(now).replace(day=1)


def _last_month(now: datetime) -> Bounds:
    end = _month(now)
    return _month(end - timedelta(days=1)), end


PERIODS: Mapping[str, Callable[[datetime], Bounds]] = {
    "The last 7 days": lambda now: (_midnight(now) - timedelta(days=7), None),
    "The last 30 days": lambda now: (_midnight(now) - timedelta(days=30), None),
    "This month": lambda now: (_month(now), None),
    "The month before": _last_month,
    "This year": lambda now: (_month(now).replace(month=1), None),
}
"""Each as it stands at a time of somebody's clock."""
