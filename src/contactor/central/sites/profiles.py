"""The charging profiles a site's limits go out as, and how they are known again among a station's own (SC-01)."""

from collections.abc import Mapping

from msgspec import UNSET

from contactor.base.ids import ConnectorId
from contactor.central.sites.plan import Move, Purpose
from contactor.ocpp.datatypes import ChargingProfile, ChargingSchedule, ChargingSchedulePeriod
from contactor.ocpp.enumerations import ChargingProfileKind, ChargingProfilePurpose, ChargingRateUnit
from contactor.ocpp.messages import SetChargingProfile

PROFILE_IDS: Mapping[Purpose, int] = {Purpose.STANDBY: 1_600_000, Purpose.SHARE: 1_700_000}
"""The connector's number is added: one of each at a connector, replaced whenever the limit changes."""


def profile_id(purpose: Purpose, connector_id: int) -> int:
    """The number of a site's profile on a connector."""
    return PROFILE_IDS[purpose] + connector_id


def purpose_of(number: int) -> Purpose | None:
    """Which of a site's profiles has this number; None for anybody else's."""
    return next((purpose for purpose, base in PROFILE_IDS.items() if base < number < base + 100_000), None)


def request_for(move: Move, stack_level: int) -> SetChargingProfile:
    """The request that brings a limit to a connector: relative, so that it holds from the charge's first second."""
    schedule = ChargingSchedule(
        charging_rate_unit=ChargingRateUnit.W,
        charging_schedule_period=(ChargingSchedulePeriod(start_period=0, limit=float(move.limit_w)),),
    )
    profile = ChargingProfile(
        charging_profile_id=profile_id(move.purpose, move.place.connector_id),
        stack_level=stack_level,
        charging_profile_purpose=ChargingProfilePurpose(move.purpose.value),
        charging_profile_kind=ChargingProfileKind.RELATIVE,
        charging_schedule=schedule,
        transaction_id=UNSET if move.transaction_id is None else move.transaction_id,
    )
    return SetChargingProfile(connector_id=ConnectorId(move.place.connector_id), cs_charging_profiles=profile)
