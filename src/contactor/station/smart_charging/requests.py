"""Answers requests about charging profiles: set, clear, and what they all come to (SC-02, SC-23..28)."""

from collections.abc import Sequence

import msgspec

from contactor.base.ids import ConnectorId
from contactor.guide.entries import ChargingProfileLimits
from contactor.ocpp.composite_schedule import forecast
from contactor.ocpp.datatypes import ChargingSchedule
from contactor.ocpp.enumerations import (
    ChargingProfileStatus,
    ChargingRateUnit,
    ClearChargingProfileStatus,
    GetCompositeScheduleStatus,
)
from contactor.ocpp.errors import ErrorCode, ProtocolViolation
from contactor.ocpp.messages import (
    ClearChargingProfile,
    ClearChargingProfileResult,
    GetCompositeSchedule,
    GetCompositeScheduleResult,
    SetChargingProfile,
    SetChargingProfileResult,
)
from contactor.station.effects import Effects
from contactor.station.present import Present
from contactor.station.reply import Reply, Rows
from contactor.station.smart_charging.ceilings import Ceilings
from contactor.station.smart_charging.profiles import STATION, Profiles


class ProfileRequests:
    """The three operations of OCPP's SmartCharging profile."""

    __slots__ = ("_ceilings", "_connector_ids", "_effects", "_limits", "_present", "_profiles")

    def __init__(
        self,
        profiles: Profiles,
        ceilings: Ceilings,
        connector_ids: Sequence[ConnectorId],
        limits: ChargingProfileLimits,
        effects: Effects,
        present: Present,
    ) -> None:
        self._profiles = profiles
        self._ceilings = ceilings
        self._connector_ids = connector_ids
        self._limits = limits
        self._effects = effects
        self._present = present

    @property
    def rows(self) -> Rows:
        """What inbound requests these are."""
        return {
            SetChargingProfile: self._set,
            ClearChargingProfile: self._clear,
            GetCompositeSchedule: self._compose,
        }

    def _set(self, request: SetChargingProfile) -> Reply:
        connector_id, profile = request.connector_id, request.cs_charging_profiles
        if connector_id not in (STATION, *self._connector_ids):
            raise ProtocolViolation(
                ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, f"connectorId: there is no connector {connector_id}"
            )
        objection = self._profiles.objection(connector_id, profile, self._present.now.instant)
        if objection is not None:
            self._effects.note(
                "charging profile refused",
                connector=connector_id,
                profile=profile.charging_profile_id,
                reason=objection.reason,
            )
            return Reply(SetChargingProfileResult(status=objection.status))
        self._profiles.install(connector_id, profile, self._present.now.instant)
        return Reply(SetChargingProfileResult(status=ChargingProfileStatus.ACCEPTED))

    def _clear(self, request: ClearChargingProfile) -> Reply:
        removed = self._profiles.clear(request)
        status = ClearChargingProfileStatus.ACCEPTED if removed else ClearChargingProfileStatus.UNKNOWN
        return Reply(ClearChargingProfileResult(status=status))

    def _compose(self, request: GetCompositeSchedule) -> Reply:
        if not self._can_compose(request):
            return Reply(GetCompositeScheduleResult(status=GetCompositeScheduleStatus.REJECTED))
        start = self._present.now.instant.replace(microsecond=0)
        places = self._connector_ids if request.connector_id == STATION else [request.connector_id]
        ceilings = [self._ceilings.ceiling(connector_id, start) for connector_id in places]
        unit = self._limits.rate_unit if request.charging_rate_unit is msgspec.UNSET else request.charging_rate_unit
        volts = self._limits.nominal_v if unit == ChargingRateUnit.A else 1.0
        composite = forecast(ceilings, self._ceilings.station_ceiling(), start, request.duration, volts=volts)
        return Reply(
            GetCompositeScheduleResult(
                status=GetCompositeScheduleStatus.ACCEPTED,
                connector_id=request.connector_id,
                schedule_start=start,
                charging_schedule=ChargingSchedule(
                    duration=composite.duration_s,
                    charging_rate_unit=ChargingRateUnit(unit),
                    charging_schedule_period=composite.periods,
                ),
            )
        )

    def _can_compose(self, request: GetCompositeSchedule) -> bool:
        """Nothing is composed for what is not there or cannot be limited, nor in another unit (SC-28, D-17)."""
        places = (STATION, *(each for each in self._connector_ids if each not in self._profiles.uncontrolled))
        in_unit = request.charging_rate_unit in (msgspec.UNSET, *self._limits.rate_units)
        return request.connector_id in places and request.duration > 0 and in_unit
