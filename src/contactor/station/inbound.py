"""What the station does with each request of the central system: a row for each action it offers.

Requests about one key, flag or list are answered here; a part with a life of its own brings its own rows.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from contactor.base.ids import ConnectorId
from contactor.ocpp.enumerations import (
    ClearCacheStatus,
    ConfigurationStatus,
    RemoteStartStopStatus,
    ResetStatus,
    TriggerMessageStatus,
    UpdateStatus,
)
from contactor.ocpp.errors import ErrorCode, ProtocolViolation
from contactor.ocpp.messages import (
    ChangeAvailability,
    ChangeAvailabilityResult,
    ChangeConfiguration,
    ChangeConfigurationResult,
    ClearCache,
    ClearCacheResult,
    GetConfiguration,
    GetConfigurationResult,
    GetLocalListVersion,
    GetLocalListVersionResult,
    RemoteStartTransaction,
    RemoteStartTransactionResult,
    RemoteStopTransaction,
    RemoteStopTransactionResult,
    Request,
    Reset,
    ResetResult,
    SendLocalList,
    SendLocalListResult,
    TriggerMessage,
    TriggerMessageResult,
)
from contactor.station.availability import Availability
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.memory import Memory
from contactor.station.registration import Registration
from contactor.station.remote_control import RemoteControl
from contactor.station.reply import Reply, Rows
from contactor.station.reset import Reset as ResetPart
from contactor.station.triggers import Triggers

NO_LIST = -1
"""The list version of a station that has no list, or has it switched off (LL-01)."""


class Inbound:
    """Answers requests; the rows below are everything a station can offer, the codec lets through what this one does.

    It has no state of its own and is made for each request: a table of thirty rows for each of a fleet's stations
    would weigh as much as the rest of them.
    """

    __slots__ = ("_availability", "_configuration", "_key_changed", "_memory", "_registration",
                 "_remote_control", "_reset", "_rows", "_triggers")  # fmt: skip

    def __init__(
        self,
        memory: Memory,
        registration: Registration,
        availability: Availability,
        remote_control: RemoteControl,
        reset: ResetPart,
        triggers: Triggers,
        key_changed: Callable[[str, Moment], None],
        more_rows: Iterable[Rows],
    ) -> None:
        self._configuration = memory.configuration
        self._registration = registration
        self._availability = availability
        self._remote_control = remote_control
        self._reset = reset
        self._triggers = triggers
        self._memory = memory
        self._key_changed = key_changed
        # Each handler takes the request type of its own row; the codec has already seen to that.
        self._rows: dict[type[Request], Callable[[Any], Reply]] = {
            ChangeAvailability: self._change_availability,
            ChangeConfiguration: self._change_configuration,
            ClearCache: self._clear_cache,
            GetConfiguration: self._get_configuration,
            GetLocalListVersion: self._get_local_list_version,
            RemoteStartTransaction: self._remote_start,
            RemoteStopTransaction: self._remote_stop,
            Reset: self._begin_reset,
            SendLocalList: self._send_local_list,
            TriggerMessage: self._trigger,
        }
        for rows in more_rows:
            self._rows.update(rows)

    def reply(self, request: Request) -> Reply:
        """Judge a request, and change nothing that its answer does not promise.

        Raises:
            ProtocolViolation: the request must be refused by CALLERROR.
        """
        return self._rows[type(request)](request)

    def _change_availability(self, request: ChangeAvailability) -> Reply:
        status = self._availability.change(request.connector_id, request.type)
        return Reply(ChangeAvailabilityResult(status=status))

    def _change_configuration(self, request: ChangeConfiguration) -> Reply:
        status = self._configuration.change(request.key, request.value)
        if status not in (ConfigurationStatus.ACCEPTED, ConfigurationStatus.REBOOT_REQUIRED):
            return Reply(ChangeConfigurationResult(status=status))
        return Reply(ChangeConfigurationResult(status=status), lambda now: self._key_changed(request.key, now))

    def _clear_cache(self, _request: ClearCache) -> Reply:
        self._memory.badge_cache.clear()
        return Reply(ClearCacheResult(status=ClearCacheStatus.ACCEPTED))

    def _get_configuration(self, request: GetConfiguration) -> Reply:
        names = None if request.key is msgspec.UNSET else request.key
        allowed = self._configuration.number(Key.GET_CONFIGURATION_MAX_KEYS)
        if names is not None and len(names) > allowed:
            raise ProtocolViolation(
                ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION, f"key: {len(names)} keys asked for, at most {allowed} allowed"
            )
        known, unknown = self._configuration.report(names)
        return Reply(
            GetConfigurationResult(
                configuration_key=tuple(known) or msgspec.UNSET, unknown_key=tuple(unknown) or msgspec.UNSET
            )
        )

    def _get_local_list_version(self, _request: GetLocalListVersion) -> Reply:
        enabled = self._configuration.flag(Key.LOCAL_AUTH_LIST_ENABLED)
        return Reply(GetLocalListVersionResult(list_version=self._memory.local_list.version if enabled else NO_LIST))

    def _remote_start(self, request: RemoteStartTransaction) -> Reply:
        # Before its acceptance a station takes no remote start or stop (BOOT-11).
        target = self._remote_control.target(request) if self._registration.is_accepted else None
        if target is None:
            return Reply(RemoteStartTransactionResult(status=RemoteStartStopStatus.REJECTED))
        connector_id: ConnectorId = target
        return Reply(
            RemoteStartTransactionResult(status=RemoteStartStopStatus.ACCEPTED),
            lambda now: self._remote_control.start(connector_id, request, now),
        )

    def _remote_stop(self, request: RemoteStopTransaction) -> Reply:
        status = RemoteStartStopStatus.REJECTED
        if self._registration.is_accepted:
            status = self._remote_control.judge_stop(request.transaction_id)
        if status is RemoteStartStopStatus.REJECTED:
            return Reply(RemoteStopTransactionResult(status=status))
        return Reply(
            RemoteStopTransactionResult(status=status),
            lambda now: self._remote_control.stop(request.transaction_id, now),
        )

    def _begin_reset(self, request: Reset) -> Reply:
        if not self._reset.may_begin:
            return Reply(ResetResult(status=ResetStatus.REJECTED))
        return Reply(ResetResult(status=ResetStatus.ACCEPTED), lambda now: self._reset.begin(request.type, now))

    def _send_local_list(self, request: SendLocalList) -> Reply:
        if not self._configuration.flag(Key.LOCAL_AUTH_LIST_ENABLED):
            return Reply(SendLocalListResult(status=UpdateStatus.NOT_SUPPORTED))
        entries = [] if request.local_authorization_list is msgspec.UNSET else request.local_authorization_list
        status = self._memory.local_list.update(request.list_version, request.update_type, entries)
        if status is UpdateStatus.ACCEPTED:
            for entry in entries:
                if entry.id_tag_info is not msgspec.UNSET:
                    self._memory.badge_cache.forget(entry.id_tag)  # the list speaks for it now (CA-08)
        return Reply(SendLocalListResult(status=status))

    def _trigger(self, request: TriggerMessage) -> Reply:
        status = self._triggers.judge(request)
        if status is not TriggerMessageStatus.ACCEPTED:
            return Reply(TriggerMessageResult(status=status))
        return Reply(TriggerMessageResult(status=status), lambda now: self._triggers.send(request, now))
