"""What sending a command, and its answer, mean for the record: a table by action.

Each effect runs in the database transaction that moves the command, and returns the columns of the command that change
with it. What the answer only promised is followed up when the station reports it (`following`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET
from sqlalchemy import Connection

from contactor.central.care.list_rows import list_answered, list_refused, list_sent, version_reported
from contactor.central.care.outcomes import change_answered
from contactor.central.commands.command import FollowUp
from contactor.central.commands.configuration_rules import is_authorization_key
from contactor.central.commands.facts import StationFacts
from contactor.central.commands.following import supersede_scheduled
from contactor.central.commands.installed import profile_installed, profiles_cleared
from contactor.central.commands.reported import configuration_changed, configuration_reported
from contactor.central.commands.reservations import ReservationState, close_reservation, reservation_made
from contactor.central.commands.station_keys import adopt_key, strike_key
from contactor.central.milliseconds import to_ms
from contactor.ocpp.enumerations import (
    AvailabilityStatus,
    CancelReservationStatus,
    ChargingProfileStatus,
    ConfigurationStatus,
    RemoteStartStopStatus,
    ReservationStatus,
    ResetStatus,
)
from contactor.ocpp.messages import (
    CancelReservation,
    CancelReservationResult,
    ChangeAvailability,
    ChangeAvailabilityResult,
    ChangeConfiguration,
    ChangeConfigurationResult,
    ClearChargingProfile,
    GetConfiguration,
    GetConfigurationResult,
    GetLocalListVersion,
    GetLocalListVersionResult,
    RemoteStartTransactionResult,
    ReserveNow,
    ReserveNowResult,
    ResetResult,
    Result,
    SendLocalList,
    SendLocalListResult,
    SetChargingProfile,
    SetChargingProfileResult,
)

PLUG_IN_S = 120
"""How long somebody has to plug in where the station's ConnectionTimeOut is not known (D-28)."""
GRACE = timedelta(seconds=60)
"""What may pass between plugging in and the start's arrival."""
NO_TIME_OUT = timedelta(days=1)
"""How long a start is waited for if the station waits for ever (ConnectionTimeOut 0)."""

Columns = Mapping[str, object]
_NOTHING: Columns = {}
_NO_FOLLOW_UP: Columns = {"follow_up": None, "follow_up_until_ms": None}


@dataclass(frozen=True, slots=True)
class Delivery:
    """A command on its way, or answered, at an instant."""

    command_id: int
    station_id: str
    request: Any  # Any: the action says which request it is
    at: datetime


def at_sending(connection: Connection, delivery: Delivery, facts: StationFacts) -> Columns:
    """What holds once the wire may have heard of the command: a list may have changed, a start may come (RS-12)."""
    if isinstance(delivery.request, SendLocalList):
        list_sent(connection, delivery.station_id, delivery.request)
    if type(delivery.request).__name__ != "RemoteStartTransaction":
        return _NOTHING
    seconds = facts.number("ConnectionTimeOut")
    patience = NO_TIME_OUT if seconds == 0 else timedelta(seconds=PLUG_IN_S if seconds is None else seconds)
    until_ms = to_ms(delivery.at + patience + GRACE)
    return {"follow_up": FollowUp.AWAITING_START.value, "follow_up_until_ms": until_ms}


def at_answer(connection: Connection, delivery: Delivery, result: Result) -> Columns:
    """What an answer changes."""
    effect = _AT_ANSWER.get(type(delivery.request).__name__)
    return _NOTHING if effect is None else effect(connection, delivery, result)


def at_refusal(connection: Connection, delivery: Delivery, reason: str) -> Columns:
    """What a CALLERROR changes: nothing will come of the command."""
    if isinstance(delivery.request, SendLocalList | GetLocalListVersion):
        list_refused(connection, delivery.station_id, reason, delivery.at)
    if is_authorization_key(delivery.request):
        strike_key(connection, delivery.station_id, delivery.command_id)
    return _NO_FOLLOW_UP


def _remote_start(_connection: Connection, _delivery: Delivery, result: RemoteStartTransactionResult) -> Columns:
    return _NOTHING if result.status is RemoteStartStopStatus.ACCEPTED else _NO_FOLLOW_UP


def _availability(connection: Connection, delivery: Delivery, result: ChangeAvailabilityResult) -> Columns:
    if result.status is AvailabilityStatus.REJECTED:
        return _NOTHING
    request: ChangeAvailability = delivery.request
    supersede_scheduled(connection, delivery.station_id, request.connector_id, delivery.at)
    is_done = result.status is AvailabilityStatus.ACCEPTED
    return {"follow_up": (FollowUp.DONE if is_done else FollowUp.SCHEDULED).value}


def _reset(_connection: Connection, _delivery: Delivery, result: ResetResult) -> Columns:
    return {"follow_up": FollowUp.AWAITING_BOOT.value} if result.status is ResetStatus.ACCEPTED else _NOTHING


def _change(connection: Connection, delivery: Delivery, result: ChangeConfigurationResult) -> Columns:
    request: ChangeConfiguration = delivery.request
    if is_authorization_key(request):
        _settle_key(connection, delivery, result.status)
    else:
        # A password is none of the values that are wanted, nor one that may be kept.
        change_answered(connection, delivery.station_id, request, result.status, to_ms(delivery.at))
    configuration_changed(connection, delivery.station_id, request, result.status, to_ms(delivery.at))
    needs_boot = result.status is ConfigurationStatus.REBOOT_REQUIRED
    return {"follow_up": FollowUp.AWAITING_BOOT.value} if needs_boot else _NOTHING


def _settle_key(connection: Connection, delivery: Delivery, status: ConfigurationStatus) -> None:
    """Accepted: only the new key from now on; refused: only the old (SEC-08); after a boot: both, until one is used."""
    if status is ConfigurationStatus.ACCEPTED:
        adopt_key(connection, delivery.station_id, delivery.command_id)
    elif status is not ConfigurationStatus.REBOOT_REQUIRED:
        strike_key(connection, delivery.station_id, delivery.command_id)


def _report(connection: Connection, delivery: Delivery, result: GetConfigurationResult) -> Columns:
    request: GetConfiguration = delivery.request
    configuration_reported(connection, delivery.station_id, request, result, to_ms(delivery.at))
    return _NOTHING


def _reserve(connection: Connection, delivery: Delivery, result: ReserveNowResult) -> Columns:
    request: ReserveNow = delivery.request
    if result.status is ReservationStatus.ACCEPTED:
        reservation_made(connection, delivery.station_id, request, delivery.at)
    return _NOTHING


def _cancel(connection: Connection, delivery: Delivery, result: CancelReservationResult) -> Columns:
    request: CancelReservation = delivery.request
    is_cancelled = result.status is CancelReservationStatus.ACCEPTED
    state = ReservationState.CANCELLED if is_cancelled else ReservationState.GONE
    close_reservation(connection, delivery.station_id, request.reservation_id, state, delivery.at)
    return _NOTHING


def _install(connection: Connection, delivery: Delivery, result: SetChargingProfileResult) -> Columns:
    request: SetChargingProfile = delivery.request
    if result.status is ChargingProfileStatus.ACCEPTED:
        profile, at_ms = request.cs_charging_profiles, to_ms(delivery.at)
        profile_installed(connection, delivery.station_id, request.connector_id, profile, at_ms)
    return _NOTHING


def _list(connection: Connection, delivery: Delivery, result: SendLocalListResult) -> Columns:
    list_answered(connection, delivery.station_id, delivery.request, result.status, delivery.at)
    return _NOTHING


def _list_version(connection: Connection, delivery: Delivery, result: GetLocalListVersionResult) -> Columns:
    version_reported(connection, delivery.station_id, result.list_version, delivery.at)
    return _NOTHING


def _clear(connection: Connection, delivery: Delivery, _result: Result) -> Columns:
    request: ClearChargingProfile = delivery.request
    profiles_cleared(connection, delivery.station_id, request)
    return _NOTHING


_AT_ANSWER: Mapping[str, Callable[[Connection, Delivery, Any], Columns]] = {  # Any: the key says which result it is
    "RemoteStartTransaction": _remote_start,
    "ChangeAvailability": _availability,
    "Reset": _reset,
    "ChangeConfiguration": _change,
    "GetConfiguration": _report,
    "SendLocalList": _list,
    "GetLocalListVersion": _list_version,
    "ReserveNow": _reserve,
    "CancelReservation": _cancel,
    "SetChargingProfile": _install,
    "ClearChargingProfile": _clear,
}


def status_word(result: Result) -> str | None:
    """The answer's own word, None where the result has none."""
    word = getattr(result, "status", UNSET)
    return None if word is UNSET else str(word)
