"""Which charging profiles a station takes: a table of objections, the weightiest first (SC-01..09, SC-22, D-14, D-15).

What the guide calls unsupported is answered NotSupported, a broken limit or a contradiction Rejected (D-14). What is
merely pointless is no objection: a recurrency of a profile that does not recur, minChargingRate, numberPhases (SC-09).
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from msgspec import UNSET

from contactor.guide.entries import ChargingProfileLimits
from contactor.ocpp.datatypes import ChargingProfile
from contactor.ocpp.enumerations import ChargingProfileKind, ChargingProfilePurpose, ChargingProfileStatus


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a profile is not taken."""

    status: ChargingProfileStatus
    reason: str


@dataclass(frozen=True, slots=True)
class _Case:
    """What is judged: a profile, by the product's limits, now."""

    profile: ChargingProfile
    limits: ChargingProfileLimits
    now: datetime


def objection_to(profile: ChargingProfile, limits: ChargingProfileLimits, now: datetime) -> Objection | None:
    """The weightiest reason not to take a profile, whatever its connector is doing; None if there is none."""
    case = _Case(profile, limits, now)
    return next((objection for is_so, objection in _OBJECTIONS if is_so(case)), None)


def objection_to_start_with(profile: ChargingProfile, limits: ChargingProfileLimits, now: datetime) -> Objection | None:
    """The same for a profile that comes with a remote start: a TxProfile of a transaction yet unnamed (SC-22)."""
    if profile.charging_profile_purpose is not ChargingProfilePurpose.TX_PROFILE:
        return rejected("only a TxProfile goes with a remote start")
    if profile.transaction_id is not UNSET:
        return rejected("a remote start has no transactionId yet")
    return objection_to(profile, limits, now)


def rejected(reason: str) -> Objection:
    """An objection to a profile that breaks a limit or contradicts itself or what is so."""
    return Objection(ChargingProfileStatus.REJECTED, reason)


def not_supported(reason: str) -> Objection:
    """An objection to what this product does not do."""
    return Objection(ChargingProfileStatus.NOT_SUPPORTED, reason)


def _starts_late(case: _Case) -> bool:
    return case.profile.charging_schedule.charging_schedule_period[0].start_period != 0


def _is_out_of_order(case: _Case) -> bool:
    pairs = itertools.pairwise(case.profile.charging_schedule.charging_schedule_period)
    return any(earlier.start_period >= later.start_period for earlier, later in pairs)


def _has_unkeepable_limit(case: _Case) -> bool:
    schedule = case.profile.charging_schedule
    minimum = case.limits.minimum_limit(schedule.charging_rate_unit)
    return any(period.limit != 0 and period.limit < minimum for period in schedule.charging_schedule_period)


def _is_relative_to_nothing(case: _Case) -> bool:
    is_relative = case.profile.charging_profile_kind is ChargingProfileKind.RELATIVE
    return is_relative and case.profile.charging_profile_purpose is ChargingProfilePurpose.CHARGE_POINT_MAX_PROFILE


def _lasts_no_time(case: _Case) -> bool:
    duration = case.profile.charging_schedule.duration
    return duration is not UNSET and duration <= 0


def _recurs_without_end(case: _Case) -> bool:
    recurs = case.profile.charging_profile_kind is ChargingProfileKind.RECURRING
    return recurs and case.profile.recurrency_kind not in case.limits.recurrences


def _recurs_from_nowhere(case: _Case) -> bool:
    recurs = case.profile.charging_profile_kind is ChargingProfileKind.RECURRING
    return recurs and case.profile.charging_schedule.start_schedule is UNSET


def _is_never_valid(case: _Case) -> bool:
    profile = case.profile
    return profile.valid_from is not UNSET and profile.valid_to is not UNSET and profile.valid_to <= profile.valid_from


def _is_past(case: _Case) -> bool:
    return case.profile.valid_to is not UNSET and case.profile.valid_to <= case.now


_OBJECTIONS: tuple[tuple[Callable[[_Case], bool], Objection], ...] = (
    (
        lambda case: case.profile.charging_profile_purpose not in case.limits.purposes,
        not_supported("this purpose is not supported"),
    ),
    (
        lambda case: case.profile.charging_profile_kind not in case.limits.kinds,
        not_supported("this kind is not supported"),
    ),
    (
        lambda case: case.profile.charging_schedule.charging_rate_unit not in case.limits.rate_units,
        not_supported("limits in this unit are not supported"),
    ),
    (
        lambda case: not 0 <= case.profile.stack_level <= case.limits.stack_level_max,
        rejected("the stackLevel is out of range"),
    ),
    (
        lambda case: len(case.profile.charging_schedule.charging_schedule_period) > case.limits.periods_max,
        rejected("the schedule has too many periods"),
    ),
    (_starts_late, rejected("the first period does not start at 0")),
    (_is_out_of_order, rejected("the periods are not in order")),
    (_has_unkeepable_limit, rejected("a limit is neither 0 nor as high as the charger can keep")),
    (_lasts_no_time, rejected("the duration is not above 0")),
    (_recurs_without_end, rejected("a recurring profile needs a recurrencyKind")),
    (_recurs_from_nowhere, rejected("a recurring profile needs a startSchedule")),
    (_is_relative_to_nothing, rejected("a maximum of the station begins with no transaction")),
    (_is_never_valid, rejected("its validity ends before it begins")),
    (_is_past, rejected("it is not valid any more")),
)
