"""Rules for charging profiles: OCPP's, the record's, and the product's limits (SC-30 to SC-32, RS-11)."""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import UNSET

from contactor.central.commands.facts import InstalledProfile, StationFacts
from contactor.central.commands.problem import Problem
from contactor.guide.entries import ChargingProfileLimits
from contactor.ocpp.datatypes import ChargingProfile
from contactor.ocpp.enumerations import ChargingProfileKind, ChargingProfilePurpose
from contactor.ocpp.messages import GetCompositeSchedule, RemoteStartTransaction, SetChargingProfile

LATE_START = timedelta(minutes=15)
"""A start that came so much later than it happened was delivered from a queue: its transaction may be over (SC-31)."""

_Carrier = SetChargingProfile | RemoteStartTransaction


def starts_transaction(request: RemoteStartTransaction, _facts: StationFacts) -> Iterator[Problem]:
    """A profile that comes with a remote start is a TxProfile of a transaction without a number yet (RS-11)."""
    profile = request.charging_profile
    if profile is UNSET:
        return
    if profile.charging_profile_purpose is not ChargingProfilePurpose.TX_PROFILE:
        purpose = profile.charging_profile_purpose.value
        yield Problem("chargingProfile.chargingProfilePurpose", purpose, "with a remote start only TxProfile (RS-11)")
    if profile.transaction_id is not UNSET:
        reason = "the transaction has no number yet (RS-11)"
        yield Problem("chargingProfile.transactionId", profile.transaction_id, reason)


def has_place(request: SetChargingProfile, _facts: StationFacts) -> Iterator[Problem]:
    """The purpose and the connector go together, and only a TxProfile names a transaction."""
    profile, field = request.cs_charging_profiles, "csChargingProfiles"
    purpose = profile.charging_profile_purpose
    if purpose is ChargingProfilePurpose.CHARGE_POINT_MAX_PROFILE and request.connector_id != 0:
        yield Problem("connectorId", request.connector_id, "a ChargePointMaxProfile is for connector 0")
    if purpose is ChargingProfilePurpose.TX_PROFILE:
        if request.connector_id == 0:
            yield Problem("connectorId", 0, "a TxProfile is for a connector from 1 on")
        if profile.transaction_id is UNSET:
            yield Problem(f"{field}.transactionId", None, "a TxProfile names its transaction")
    elif profile.transaction_id is not UNSET:
        yield Problem(f"{field}.transactionId", profile.transaction_id, "only a TxProfile names a transaction")


def has_order(request: _Carrier, facts: StationFacts) -> Iterator[Problem]:
    """The profile means one thing: its periods begin at 0 and follow each other, and it can be valid at all."""
    field, profile = _carried(request)
    if profile is None:
        return
    schedule, where = profile.charging_schedule, f"{field}.chargingSchedule"
    periods = schedule.charging_schedule_period
    if periods[0].start_period != 0:
        place = f"{where}.chargingSchedulePeriod[0].startPeriod"
        yield Problem(place, periods[0].start_period, "the first period starts at 0")
    for index, (earlier, later) in enumerate(itertools.pairwise(periods), start=1):
        if later.start_period <= earlier.start_period:
            place = f"{where}.chargingSchedulePeriod[{index}].startPeriod"
            yield Problem(place, later.start_period, f"it is not after {earlier.start_period}")
    if profile.stack_level < 0:
        yield Problem(f"{field}.stackLevel", profile.stack_level, "it is below 0")
    if schedule.duration is not UNSET and schedule.duration <= 0:
        yield Problem(f"{where}.duration", schedule.duration, "it is not above 0")
    yield from _ends(field, profile, facts.now)
    if profile.charging_profile_kind is ChargingProfileKind.RECURRING:
        if profile.recurrency_kind is UNSET:
            yield Problem(f"{field}.recurrencyKind", None, "a recurring profile needs it")
        if schedule.start_schedule is UNSET:
            yield Problem(f"{where}.startSchedule", None, "a recurring profile needs it")


def _ends(field: str, profile: ChargingProfile, now: datetime) -> Iterator[Problem]:
    if isinstance(profile.valid_to, datetime):
        if isinstance(profile.valid_from, datetime) and profile.valid_to <= profile.valid_from:
            yield Problem(f"{field}.validTo", profile.valid_to.isoformat(), "it is not after validFrom")
        if profile.valid_to <= now:
            yield Problem(f"{field}.validTo", profile.valid_to.isoformat(), "it is over already")


def names_running_transaction(request: SetChargingProfile, facts: StationFacts) -> Iterator[Problem]:
    """A TxProfile is for a transaction that is likely to run still, on the connector it runs on (SC-31)."""
    number = request.cs_charging_profiles.transaction_id
    if number is UNSET:
        return
    field = "csChargingProfiles.transactionId"
    transaction = facts.transactions.get(number)
    if transaction is None:
        yield Problem(field, number, "it is not open at this station")
    elif transaction.connector_id != request.connector_id:
        yield Problem(field, number, f"it runs on connector {transaction.connector_id}")
    elif transaction.start_received_at - transaction.started_at > LATE_START:
        yield Problem(field, number, f"it began {transaction.started_at} and was told late: it may be over (SC-31)")


def fits_product(request: _Carrier, facts: StationFacts) -> Iterator[Problem]:
    """What the product takes: units, purposes, limits, how many periods and levels (SC-30)."""
    field, profile = _carried(request)
    if profile is None or facts.product is None:
        return
    limits, schedule = facts.product.charging_profiles, profile.charging_schedule
    if profile.charging_profile_purpose not in limits.purposes:
        reason = f"the product takes {' and '.join(limits.purposes)}"
        yield Problem(f"{field}.chargingProfilePurpose", profile.charging_profile_purpose.value, reason)
    if schedule.charging_rate_unit not in limits.rate_units:
        reason = f"the product takes {' and '.join(limits.rate_units)}"
        yield Problem(f"{field}.chargingSchedule.chargingRateUnit", schedule.charging_rate_unit.value, reason)
    yield from _in_bounds(field, profile, limits, facts)


def _in_bounds(
    field: str, profile: ChargingProfile, limits: ChargingProfileLimits, facts: StationFacts
) -> Iterator[Problem]:
    periods = profile.charging_schedule.charging_schedule_period
    where = f"{field}.chargingSchedule.chargingSchedulePeriod"
    periods_max = facts.number(limits.periods_key) or limits.periods_max
    if len(periods) > periods_max:
        yield Problem(where, f"{len(periods)} periods", f"at most {periods_max}")
    stack_max = limits.stack_level_max if (told := facts.number(limits.stack_level_key)) is None else told
    if profile.stack_level > stack_max:
        yield Problem(f"{field}.stackLevel", profile.stack_level, f"at most {stack_max}")
    unit = profile.charging_schedule.charging_rate_unit
    minimum = limits.minimum_limit(unit)
    for index, period in enumerate(periods):
        if period.limit != 0 and period.limit < minimum:
            reason = f"a limit is 0 or at least {minimum} {unit} (D-15)"
            yield Problem(f"{where}[{index}].limit", period.limit, reason)


def can_limit_connector(request: SetChargingProfile | GetCompositeSchedule, facts: StationFacts) -> Iterator[Problem]:
    """Outlets of some kinds cannot be limited (D-17); connector 0 means those that can."""
    if facts.product is None or facts.model is None or not 1 <= request.connector_id <= len(facts.model.outlets):
        return
    outlet = facts.model.outlets[request.connector_id - 1]
    if outlet in facts.product.charging_profiles.outlets_without:
        yield Problem("connectorId", request.connector_id, f"it is {outlet.value}, which has no smart charging (D-17)")


def leaves_no_gap(request: SetChargingProfile, facts: StationFacts) -> Iterator[Problem]:
    """What replaces a profile in force begins no later than now, or nothing would hold in between (SC-32)."""
    profile = request.cs_charging_profiles
    start = profile.charging_schedule.start_schedule
    starts = [("chargingSchedule.startSchedule", start), ("validFrom", profile.valid_from)]
    if not any(_is_replaced(each, request) and _is_in_force(each.profile, facts.now) for each in facts.profiles):
        return
    for name, instant in starts:
        if isinstance(instant, datetime) and instant > facts.now:
            reason = "it replaces a profile in force, and none would hold until then (SC-32)"
            yield Problem(f"csChargingProfiles.{name}", instant.isoformat(), reason)


def _is_replaced(installed: InstalledProfile, request: SetChargingProfile) -> bool:
    profile, new = installed.profile, request.cs_charging_profiles
    same_place = (installed.connector_id, profile.charging_profile_purpose, profile.stack_level) == (
        request.connector_id,
        new.charging_profile_purpose,
        new.stack_level,
    )
    return same_place or profile.charging_profile_id == new.charging_profile_id


def _is_in_force(profile: ChargingProfile, now: datetime) -> bool:
    start = profile.charging_schedule.start_schedule
    begun = all(not isinstance(instant, datetime) or instant <= now for instant in (start, profile.valid_from))
    return begun and not (isinstance(profile.valid_to, datetime) and profile.valid_to <= now)


def _carried(request: _Carrier) -> tuple[str, ChargingProfile | None]:
    if isinstance(request, SetChargingProfile):
        return "csChargingProfiles", request.cs_charging_profiles
    profile = request.charging_profile
    return "chargingProfile", None if profile is UNSET else profile
