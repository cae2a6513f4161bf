"""Keeps the security log and sees to it that critical events reach the central system (SE-01..06, D-32)."""

from datetime import datetime
from enum import StrEnum

import msgspec

from contactor.ocpp.messages import SecurityEventNotification, SecurityEventNotificationResult
from contactor.station.calls import Errand, Failure, FailureKind
from contactor.station.configuration import Configuration
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.store.port import Shelf, Store

LOG_MAX = 1000
RETRY_FIRST_S = 60.0
RETRY_LONGEST_S = 3600.0
"""A central system that knows no security events is asked less and less often, and never given up (SE-04)."""


class SecurityEvent(StrEnum):
    """The event types of the security white paper, in its spelling."""

    FIRMWARE_UPDATED = "FirmwareUpdated"
    FAILED_TO_AUTHENTICATE_AT_CENTRAL_SYSTEM = "FailedToAuthenticateAtCentralSystem"
    CENTRAL_SYSTEM_FAILED_TO_AUTHENTICATE = "CentralSystemFailedToAuthenticate"
    SETTING_SYSTEM_TIME = "SettingSystemTime"
    STARTUP_OF_THE_DEVICE = "StartupOfTheDevice"
    RESET_OR_REBOOT = "ResetOrReboot"
    SECURITY_LOG_WAS_CLEARED = "SecurityLogWasCleared"
    RECONFIGURATION_OF_SECURITY_PARAMETERS = "ReconfigurationOfSecurityParameters"
    MEMORY_EXHAUSTION = "MemoryExhaustion"
    INVALID_MESSAGES = "InvalidMessages"
    ATTEMPTED_REPLAY_ATTACKS = "AttemptedReplayAttacks"
    TAMPER_DETECTION_ACTIVATED = "TamperDetectionActivated"
    INVALID_CENTRAL_SYSTEM_CERTIFICATE = "InvalidCentralSystemCertificate"
    INVALID_CHARGE_POINT_CERTIFICATE = "InvalidChargePointCertificate"
    INVALID_FIRMWARE_SIGNATURE = "InvalidFirmwareSignature"
    INVALID_FIRMWARE_SIGNING_CERTIFICATE = "InvalidFirmwareSigningCertificate"
    INVALID_TLS_VERSION = "InvalidTLSVersion"
    INVALID_TLS_CIPHER_SUITE = "InvalidTLSCipherSuite"


CRITICAL = frozenset(
    {
        SecurityEvent.FIRMWARE_UPDATED,
        SecurityEvent.INVALID_CHARGE_POINT_CERTIFICATE,  # these three by SE-06
        SecurityEvent.INVALID_FIRMWARE_SIGNATURE,
        SecurityEvent.INVALID_FIRMWARE_SIGNING_CERTIFICATE,
        SecurityEvent.SETTING_SYSTEM_TIME,
        SecurityEvent.STARTUP_OF_THE_DEVICE,
        SecurityEvent.RESET_OR_REBOOT,
        SecurityEvent.SECURITY_LOG_WAS_CLEARED,
        SecurityEvent.MEMORY_EXHAUSTION,
        SecurityEvent.TAMPER_DETECTION_ACTIVATED,
    }
)


class SecurityEntry(msgspec.Struct, frozen=True):
    """One line of the log; `is_owed` while the central system has not confirmed it."""

    number: int
    event: SecurityEvent
    instant: datetime
    remark: str = ""
    is_owed: bool = False


_SECURITY_LOG = Shelf("security_log", SecurityEntry)


class SecurityLog:
    """A rolling log; what is critical is delivered in order, over power cuts and refusals (SE-04)."""

    __slots__ = ("_configuration", "_entries", "_failures", "_in_flight", "_next_number", "_not_before_s",
                 "_owed", "_store")  # fmt: skip

    def __init__(self, store: Store, configuration: Configuration) -> None:
        self._store = store
        self._configuration = configuration
        self._entries = list(_SECURITY_LOG.records(store).values())
        self._next_number = self._entries[-1].number + 1 if self._entries else 1
        self._owed = [entry for entry in self._entries if entry.is_owed]
        self._in_flight = False
        self._not_before_s = 0.0
        self._failures = 0

    def entries(self) -> list[SecurityEntry]:
        """The log, oldest first."""
        return list(self._entries)

    def record(self, event: SecurityEvent, now: Moment, remark: str = "") -> None:
        """Log an event, and owe it to the central system if it is critical and wanted there (SE-02, SE-03)."""
        is_owed = event in CRITICAL and self._configuration.flag(Key.SECURITY_EVENTS_ENABLED)
        entry = SecurityEntry(self._next_number, event, now.instant, remark[:255], is_owed)
        self._next_number += 1
        self._entries.append(entry)
        _SECURITY_LOG.put(self._store, _key(entry), entry)
        if is_owed:
            self._owed.append(entry)
        while len(self._entries) > LOG_MAX:
            self._drop_oldest_settled()

    def clear(self, now: Moment) -> None:
        """Empty the log, which is itself an event; what the central system has yet to hear of stays."""
        for entry in [entry for entry in self._entries if not entry.is_owed]:
            self._drop(entry)
        self.record(SecurityEvent.SECURITY_LOG_WAS_CLEARED, now)

    @property
    def deadline_s(self) -> float | None:
        """When the next event may be sent."""
        return self._not_before_s if self._owed and self._may_send else None

    def has_due(self, now: Moment) -> bool:
        """Whether an event could be sent now."""
        return self._may_send and self._not_before_s <= now.s

    @property
    def _may_send(self) -> bool:
        if not self._owed or self._in_flight:
            return False
        return self._configuration.flag(Key.SECURITY_EVENTS_ENABLED)  # SE-03

    def next(self, now: Moment) -> Errand | None:
        """The oldest event owed, if it may go now."""
        if not self._owed or not self.has_due(now):
            return None
        entry = self._owed[0]
        self._in_flight = True
        request = SecurityEventNotification(
            type=entry.event, timestamp=entry.instant, tech_info=entry.remark or msgspec.UNSET
        )
        return Errand(request, self._answered, self._failed, is_report=True)

    def _answered(self, _result: SecurityEventNotificationResult, _now: Moment) -> None:
        self._in_flight = False
        self._failures = 0
        entry = self._owed.pop(0)
        settled = msgspec.structs.replace(entry, is_owed=False)
        for position, present in enumerate(self._entries):
            if present.number == entry.number:
                self._entries[position] = settled
                _SECURITY_LOG.put(self._store, _key(settled), settled)

    def _failed(self, failure: Failure, now: Moment) -> None:
        self._in_flight = False
        if failure.kind is not FailureKind.LINK_LOST:
            self._not_before_s = now.s + min(RETRY_FIRST_S * 2.0 ** min(self._failures, 10), RETRY_LONGEST_S)
            self._failures += 1

    def _drop_oldest_settled(self) -> None:
        settled = (entry for entry in self._entries if not entry.is_owed)
        victim = next(settled, None)
        if victim is None:
            # All of it is owed: the log stays bounded, and what may be on its way right now stays in it.
            victim = self._owed[1]
            self._owed.remove(victim)
        self._drop(victim)

    def _drop(self, entry: SecurityEntry) -> None:
        self._entries.remove(entry)
        _SECURITY_LOG.delete(self._store, _key(entry))


def _key(entry: SecurityEntry) -> str:
    return f"{entry.number:012d}"
