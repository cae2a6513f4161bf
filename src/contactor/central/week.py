"""A time of the week: some weekdays, from one minute of the day until another, by one clock."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

MINUTES_A_DAY = 24 * 60


def lies_in(weekdays: AbstractSet[int], from_minute: int, until_minute: int, *, weekday: int, minute: int) -> bool:
    """Whether a moment lies in a time of the week; one whose end is not after its beginning runs past midnight.

    Weekdays are 0 for Monday to 6; minutes count from midnight.
    """
    if from_minute < until_minute:
        return weekday in weekdays and from_minute <= minute < until_minute
    began_today = weekday in weekdays and minute >= from_minute
    began_yesterday = (weekday - 1) % 7 in weekdays and minute < until_minute
    return began_today or began_yesterday


@dataclass(frozen=True, slots=True)
class Hours:
    """When something may be done."""

    weekdays: tuple[int, ...]
    from_minute: int
    until_minute: int
    time_zone: str = "UTC"

    def hold(self, instant: datetime) -> bool:
        """Whether an instant lies in them."""
        local = instant.astimezone(ZoneInfo(self.time_zone))
        minute = local.hour * 60 + local.minute
        return lies_in(
            frozenset(self.weekdays), self.from_minute, self.until_minute, weekday=local.weekday(), minute=minute
        )
