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
_LIMIT_KEYS = {1: "ConnectorALimitedPower", 2: "ConnectorBLimitedPower"}
_TX, _DEFAULT = ChargingProfilePurpose.TX_PROFILE, ChargingProfilePurpose.TX_DEFAULT_PROFILE
_MAXIMUM = ChargingProfilePurpose.CHARGE_POINT_MAX_PROFILE


@dataclass(frozen=True, slots=True)
class Step:
    """From a second on: the limit, None where nothing known sets one."""

    start_s: int
    limit: float | None


@dataclass(frozen=True, slots=True)
class Composite:
    """A composite schedule from `start` on; `left_out` are the ids of profiles that it does not count.

    That is those in the other unit, where nobody knows the product's voltage to count them at.
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
    nominal_v = 0 if facts.product is None else facts.product.charging_profiles.nominal_v
    left_out = [] if nominal_v else [each for each in facts.profiles if _unit_of(each) is not unit]
    counted = [each for each in facts.profiles if each not in left_out]
    # With one unit alone, amperes are counted as if they were watts.
    counted_at_v, told_at_v = (nominal_v or 1, nominal_v if nominal_v and unit is ChargingRateUnit.A else 1)
    connectors = range(1, (facts.connector_count or 1) + 1) if connector_id == STATION else (connector_id,)
    ceilings = [
        Ceiling(_plan(counted, facts, each, start), _local(facts, each, unit), counted_at_v) for each in connectors
    ]
    roof = Ceiling(
        Plan(station_maximum=_maxima(counted), began=start), _most(facts, "ChargeLimitedPower", unit), counted_at_v
    )
    told = forecast(ceilings, roof, start, duration_s, volts=told_at_v)
    return Composite(
        connector_id=connector_id,
        unit=unit,
        start=start,
        duration_s=told.duration_s,
        steps=tuple(Step(each.start_period, each.limit if each.limit < UNBOUNDED else None) for each in told.periods),
        left_out=tuple(each.profile.charging_profile_id for each in left_out),
    )


def _unit_of(installed: InstalledProfile) -> ChargingRateUnit:
    return installed.profile.charging_schedule.charging_rate_unit


def _plan(profiles: Sequence[InstalledProfile], facts: StationFacts, connector_id: int, start: datetime) -> Plan:
    number = facts.transaction_on(connector_id)
    return Plan(
        for_transaction=_highest_first(
            each.profile for each in profiles if _is(each, _TX) and each.connector_id == connector_id
        ),
        own_defaults=_highest_first(
            each.profile for each in profiles if _is(each, _DEFAULT) and each.connector_id == connector_id
        ),
        station_defaults=_highest_first(
            each.profile for each in profiles if _is(each, _DEFAULT) and each.connector_id == STATION
        ),
        station_maximum=_maxima(profiles),
        # Without a transaction, as if one began now (SC-25).
        began=start if number is None else facts.transactions[number].started_at,
    )


def _maxima(profiles: Iterable[InstalledProfile]) -> tuple[ChargingProfile, ...]:
    return _highest_first(each.profile for each in profiles if _is(each, _MAXIMUM))


def _is(installed: InstalledProfile, purpose: ChargingProfilePurpose) -> bool:
    return installed.profile.charging_profile_purpose is purpose


def _highest_first(profiles: Iterable[ChargingProfile]) -> tuple[ChargingProfile, ...]:
    return tuple(sorted(profiles, key=lambda profile: -profile.stack_level))


def _local(facts: StationFacts, connector_id: int, unit: ChargingRateUnit) -> float:
    return _most(facts, _LIMIT_KEYS.get(connector_id, "ChargeLimitedPower"), unit)


def _most(facts: StationFacts, key: str, unit: ChargingRateUnit) -> float:
    """What the product is rated for, or is set to; of others, and of amperes at no known voltage, nothing is known."""
    in_watts = unit is ChargingRateUnit.W or (facts.product is not None and facts.product.charging_profiles.nominal_v)
    if facts.model is None or not in_watts:
        return UNBOUNDED
    limited_kw = facts.number(key)
    return facts.model.power_w if limited_kw is None else min(facts.model.power_w, limited_kw * 1000.0)
