"""What charging profiles allow: at one instant, and over a stretch of time as a composite schedule (SC-10..17, SC-24).

Pure functions over instants. A stretch of time is never sampled: whatever can change a limit (a period, a duration, a
recurrence, a validity) names the instant at which it does, and the schedule goes from one such instant to the next.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from msgspec import UNSET, Struct, UnsetType

from contactor.ocpp.datatypes import ChargingProfile, ChargingSchedulePeriod
from contactor.ocpp.enumerations import ChargingProfileKind, ChargingRateUnit, RecurrencyKind

STEPS_MAX = 1000
"""How many changes a composite schedule looks at: a duration may be asked for that outlasts the station."""

_SECOND = timedelta(seconds=1)
_REST_OF_SECOND = timedelta(microseconds=999_999)
_END_OF_CALENDAR = datetime.max.replace(tzinfo=UTC)


class Bound(Struct, frozen=True, gc=False):
    """The least of several limits in each of the units they were given in; infinite where none was."""

    w: float = math.inf
    a: float = math.inf

    def within(self, other: "Bound") -> "Bound":
        """Both bounds together."""
        return Bound(min(self.w, other.w), min(self.a, other.a))

    def in_watts(self, volts: float) -> float:
        """The power it comes to at a voltage."""
        return self.w if self.a == math.inf else min(self.w, self.a * volts)


UNBOUND = Bound()

_RECURRENCES: Mapping[RecurrencyKind | UnsetType, timedelta] = {
    RecurrencyKind.DAILY: timedelta(hours=24),
    RecurrencyKind.WEEKLY: timedelta(days=7),
}
"""Plain spans of UTC: a change to summer time moves nothing (CLK-05)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The profiles that bear upon one connector, the highest stack level first in each group.

    Those for the whole station bind each of its connectors as well (SC-12).

    `began` is when the transaction began that the profiles are meant for, or would begin if there is none (SC-25).
    """

    for_transaction: tuple[ChargingProfile, ...] = ()
    own_defaults: tuple[ChargingProfile, ...] = ()
    station_defaults: tuple[ChargingProfile, ...] = ()
    began: datetime = _END_OF_CALENDAR
    station_maximum: tuple[ChargingProfile, ...] = ()


def limit_w(plan: Plan, at: datetime, volts: float = 0.0) -> float | None:
    """The limit a plan sets at an instant, in watts, amperes counted at a voltage; None where it sets none."""
    limit = bound(plan, at).in_watts(volts)
    return None if limit == math.inf else limit


def bound(plan: Plan, at: datetime) -> Bound:
    """What a plan sets at an instant: the least of what each purpose says (SC-12)."""
    for_transaction = [profile for profile in plan.for_transaction if _is_valid(profile, at)]
    # A valid TxProfile silences the defaults even where its own schedule is over (SC-11).
    charge = _pick(for_transaction or _defaults(plan, at), plan.began, at)
    if not plan.station_maximum:
        return charge
    maximum = (profile for profile in plan.station_maximum if _is_valid(profile, at))
    return charge.within(_pick(maximum, plan.began, at))


def next_change(plan: Plan, at: datetime) -> datetime | None:
    """The first instant after `at` at which the limit may be another; None if it stays for good."""
    profiles = (*plan.for_transaction, *plan.own_defaults, *plan.station_defaults, *plan.station_maximum)
    edges = (edge for profile in profiles for edge in _edges_after(profile, plan.began, at))
    return min(edges, default=None)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What bounds one connector, or the station: its plan, and what installation and hardware allow it (SC-12, SC-26).

    `nominal_v` is the voltage at which amperes are counted ahead of time.
    """

    plan: Plan
    local_w: float
    nominal_v: float = 0.0

    def at(self, instant: datetime) -> float:
        """The limit at an instant, in watts."""
        planned_w = limit_w(self.plan, instant, self.nominal_v)
        return self.local_w if planned_w is None else min(self.local_w, planned_w)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A composite schedule; it reaches as far as it was asked for unless it has more changes than STEPS_MAX."""

    periods: tuple[ChargingSchedulePeriod, ...]
    duration_s: int


def forecast(
    ceilings: Sequence[Ceiling], station: Ceiling | float, start: datetime, duration_s: int, *, volts: float = 1.0
) -> Forecast:
    """What the ceilings allow together from `start`, a whole second, for `duration_s` seconds, under the station's.

    The station's is one of its own, or as many watts for good. Limits are told in watts, or in amperes at `volts`.

    Periods begin at whole seconds, as OCPP writes them: a change counts from the second it falls in, and of several
    in one second the last. Neighbours with the same limit are one period.
    """
    periods: list[ChargingSchedulePeriod] = []
    roof = station if isinstance(station, Ceiling) else Ceiling(Plan(), station)
    offset_s = 0
    for _ in range(STEPS_MAX):
        at = start + timedelta(seconds=offset_s) + _REST_OF_SECOND
        limit = round(min(roof.at(at), sum(ceiling.at(at) for ceiling in ceilings)) / volts, 1)
        if not periods or periods[-1].limit != limit:
            periods.append(ChargingSchedulePeriod(start_period=offset_s, limit=limit))
        changes = (change for ceiling in (roof, *ceilings) if (change := next_change(ceiling.plan, at)) is not None)
        change = min(changes, default=None)
        if change is None or (following_s := (change - start) // _SECOND) >= duration_s:
            return Forecast(tuple(periods), duration_s)
        offset_s = following_s
    return Forecast(tuple(periods), offset_s)


def _is_valid(profile: ChargingProfile, at: datetime) -> bool:
    begun = profile.valid_from is UNSET or profile.valid_from <= at
    return begun and (profile.valid_to is UNSET or at < profile.valid_to)


def _defaults(plan: Plan, at: datetime) -> Iterable[ChargingProfile]:
    """The valid defaults, highest first; the connector's own hides the station's of the same level (SC-06)."""
    if not plan.own_defaults:
        return (profile for profile in plan.station_defaults if _is_valid(profile, at))
    by_level = {
        profile.stack_level: profile
        for profile in (*plan.station_defaults, *plan.own_defaults)
        if _is_valid(profile, at)
    }
    return (by_level[level] for level in sorted(by_level, reverse=True))


def _pick(profiles: Iterable[ChargingProfile], began: datetime, at: datetime) -> Bound:
    limits = (_period_limit(profile, began, at) for profile in profiles)
    return next((limit for limit in limits if limit is not None), UNBOUND)


def _period_limit(profile: ChargingProfile, began: datetime, at: datetime) -> Bound | None:
    schedule = profile.charging_schedule
    offset_s = (at - _anchor(profile, began, at)).total_seconds()
    if offset_s < 0 or (schedule.duration is not UNSET and offset_s >= schedule.duration):
        return None
    index = bisect_right(schedule.charging_schedule_period, offset_s, key=_start_s)
    if index == 0:
        return None
    limit = schedule.charging_schedule_period[index - 1].limit
    return Bound(a=limit) if schedule.charging_rate_unit is ChargingRateUnit.A else Bound(w=limit)


def _anchor(profile: ChargingProfile, began: datetime, at: datetime) -> datetime:
    """The instant from which the seconds of a schedule count at `at` (SC-13..15)."""
    start = profile.charging_schedule.start_schedule
    if start is UNSET or profile.charging_profile_kind is ChargingProfileKind.RELATIVE:
        return began
    if profile.charging_profile_kind is ChargingProfileKind.RECURRING and at > start:
        recurrence = _RECURRENCES[profile.recurrency_kind]
        return start + (at - start) // recurrence * recurrence
    return start


def _edges_after(profile: ChargingProfile, began: datetime, at: datetime) -> Iterator[datetime]:
    """The instants after `at` at which this profile may say something else: the next of each kind."""
    if profile.valid_to is not UNSET:
        if profile.valid_to <= at:
            return  # over for good
        yield profile.valid_to
    if profile.valid_from is not UNSET and profile.valid_from > at:
        yield profile.valid_from
    anchor = _anchor(profile, began, at)
    if anchor > at:
        yield anchor
        return
    seconds = _next_second(profile, (at - anchor).total_seconds())
    # Integers of the wire reach further than the calendar; what lies beyond it never happens.
    if seconds is not None and seconds < (_END_OF_CALENDAR - anchor).total_seconds():
        yield anchor + timedelta(seconds=seconds)


def _next_second(profile: ChargingProfile, offset_s: float) -> int | None:
    """The next second of a running schedule, after `offset_s`, that changes something."""
    schedule = profile.charging_schedule
    seconds: list[int] = []
    following = bisect_right(schedule.charging_schedule_period, offset_s, key=_start_s)
    if following < len(schedule.charging_schedule_period):
        seconds.append(schedule.charging_schedule_period[following].start_period)
    if schedule.duration is not UNSET and schedule.duration > offset_s:
        seconds.append(schedule.duration)
    if profile.charging_profile_kind is ChargingProfileKind.RECURRING:
        seconds.append(_RECURRENCES[profile.recurrency_kind] // _SECOND)
    return min(seconds, default=None)


def _start_s(period: ChargingSchedulePeriod) -> int:
    return period.start_period
