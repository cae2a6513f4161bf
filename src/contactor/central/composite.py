"""What the profiles installed at a station allow, as far as the record knows: a composite schedule without asking it.

The station's own answer to GetCompositeSchedule is the truth; this is what it should say, also while it is away.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contactor.central.commands.facts import InstalledProfile, StationFacts
from contactor.ocpp.composite_schedule import Ceiling, Plan, forecast
from contactor.ocpp.datatypes import ChargingProfile
from contactor.ocpp.enumerations import ChargingProfilePurpose, ChargingRateUnit

STATION = 0
UNBOUNDED = 1e12
"""Stands for no limit: a period of OCPP must hold a finite number."""
_LIMIT_KEYS = ("ConnectorALimitedPower", "ConnectorBLimitedPower")


@dataclass(frozen=True, slots=True)
class Step:
    """From a second on: the limit, None where nothing known sets one."""

    start_s: int
    limit: float | None


@dataclass(frozen=True, slots=True)
class Composite:
    """A composite schedule from `start` on; `left_out` are the ids of profiles that it does not count.

    That is those in the other unit, and the ChargePointMaxProfiles.
    """

    connector_id: int
    unit: ChargingRateUnit
    start: datetime
    duration_s: int
    steps: tuple[Step, ...]
    left_out: tuple[int, ...]


def compose(facts: StationFacts, connector_id: int, unit: ChargingRateUnit, duration_s: int) -> Composite:
    """What a connector, or the station as connector 0, may take for a time from now on."""
    start = facts.now.replace(microsecond=0)
    counted = [each for each in facts.profiles if _counts(each.profile, unit)]
    connectors = range(1, (facts.connector_count or 1) + 1) if connector_id == STATION else (connector_id,)
    ceilings = [Ceiling(_plan(counted, facts, each, start), _local(facts, each, unit)) for each in connectors]
    told = forecast(ceilings, _most(facts, "ChargeLimitedPower", unit), start, duration_s)
    return Composite(
        connector_id=connector_id,
        unit=unit,
        start=start,
        duration_s=told.duration_s,
        steps=tuple(Step(each.start_period, each.limit if each.limit < UNBOUNDED else None) for each in told.periods),
        left_out=tuple(each.profile.charging_profile_id for each in facts.profiles if not _counts(each.profile, unit)),
    )


def _counts(profile: ChargingProfile, unit: ChargingRateUnit) -> bool:
    is_max = profile.charging_profile_purpose is ChargingProfilePurpose.CHARGE_POINT_MAX_PROFILE
    return profile.charging_schedule.charging_rate_unit is unit and not is_max


def _plan(profiles: Sequence[InstalledProfile], facts: StationFacts, connector_id: int, start: datetime) -> Plan:
    number = facts.transaction_on(connector_id)
    return Plan(
        for_transaction=_highest_first(
            each.profile for each in profiles if _is_for(each.profile) and each.connector_id == connector_id
        ),
        own_defaults=_highest_first(
            each.profile for each in profiles if not _is_for(each.profile) and each.connector_id == connector_id
        ),
        station_defaults=_highest_first(
            each.profile for each in profiles if not _is_for(each.profile) and each.connector_id == STATION
        ),
        # Without a transaction, as if one began now (SC-25).
        began=start if number is None else facts.transactions[number].started_at,
    )


def _is_for(profile: ChargingProfile) -> bool:
    return profile.charging_profile_purpose is ChargingProfilePurpose.TX_PROFILE


def _highest_first(profiles: Iterable[ChargingProfile]) -> tuple[ChargingProfile, ...]:
    return tuple(sorted(profiles, key=lambda profile: -profile.stack_level))


def _local(facts: StationFacts, connector_id: int, unit: ChargingRateUnit) -> float:
    if connector_id > len(_LIMIT_KEYS):
        return UNBOUNDED
    return _most(facts, _LIMIT_KEYS[connector_id - 1], unit)


def _most(facts: StationFacts, key: str, unit: ChargingRateUnit) -> float:
    """What the product is rated for, or is set to; of others, and in amperes, nothing is known."""
    if facts.model is None or unit is not ChargingRateUnit.W:
        return UNBOUNDED
    limited_kw = facts.number(key)
    return facts.model.power_w if limited_kw is None else min(facts.model.power_w, limited_kw * 1000.0)
