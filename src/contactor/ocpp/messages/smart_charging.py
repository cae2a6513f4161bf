"""The three operations of the SmartCharging profile."""

from msgspec import UNSET, UnsetType

from contactor.ocpp.datatypes import ChargingProfile, ChargingSchedule
from contactor.ocpp.enumerations import (
    ChargingProfilePurpose,
    ChargingProfileStatus,
    ChargingRateUnit,
    ClearChargingProfileStatus,
    GetCompositeScheduleStatus,
)
from contactor.ocpp.field_types import Connector, Instant, Integer, Request, Result, settle_instant


class SetChargingProfile(Request, frozen=True, kw_only=True):
    """Central system: install a charging profile on a connector (0: the station, or every connector)."""

    connector_id: Connector
    cs_charging_profiles: ChargingProfile


class SetChargingProfileResult(Result, frozen=True, kw_only=True):
    """Whether it is installed."""

    status: ChargingProfileStatus


class ClearChargingProfile(Request, frozen=True, kw_only=True):
    """Central system: remove the one profile with this id, or all that match what is given."""

    id: Integer | UnsetType = UNSET
    connector_id: Connector | UnsetType = UNSET
    charging_profile_purpose: ChargingProfilePurpose | UnsetType = UNSET
    stack_level: Integer | UnsetType = UNSET


class ClearChargingProfileResult(Result, frozen=True, kw_only=True):
    """Whether any profile matched."""

    status: ClearChargingProfileStatus


class GetCompositeSchedule(Request, frozen=True, kw_only=True):
    """Central system: what will limit this connector over the next `duration` seconds?"""

    connector_id: Connector
    duration: Integer
    charging_rate_unit: ChargingRateUnit | UnsetType = UNSET


class GetCompositeScheduleResult(Result, frozen=True, kw_only=True):
    """The schedule all profiles give together."""

    status: GetCompositeScheduleStatus
    connector_id: Connector | UnsetType = UNSET
    schedule_start: Instant | UnsetType = UNSET
    charging_schedule: ChargingSchedule | UnsetType = UNSET

    def __post_init__(self) -> None:
        settle_instant(self, "schedule_start")
