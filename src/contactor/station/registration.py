"""Knows how the station stands with the central system: boot, heartbeat, and what may be sent when (BOOT, HB)."""

from enum import StrEnum, auto
from typing import Protocol

import msgspec

from contactor.ocpp.enumerations import RegistrationStatus
from contactor.ocpp.errors import ErrorCode
from contactor.ocpp.messages import BootNotification, BootNotificationResult, Heartbeat, HeartbeatResult
from contactor.station.calls import Errand, Failure, FailureKind
from contactor.station.configuration import Configuration
from contactor.station.credentials import Address
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.store.port import Shelf, Store

BOOT_RETRY_MAX_S = 300.0
A_DAY_S = 86_400.0
LONGEST_INTERVAL_S = 2_147_483_647
"""What HeartbeatInterval holds at most; a longer wait has no meaning."""


class Standing(StrEnum):
    """How the central system has answered this life's BootNotification."""

    UNANSWERED = auto()
    ACCEPTED = auto()
    PENDING = auto()
    REJECTED = auto()


_STANDINGS = {
    RegistrationStatus.ACCEPTED: Standing.ACCEPTED,
    RegistrationStatus.PENDING: Standing.PENDING,
    RegistrationStatus.REJECTED: Standing.REJECTED,
}


class _Acceptance(msgspec.Struct, frozen=True):
    """Where the station was once accepted: only there does it charge while offline (BOOT-15)."""

    url: str | None
    identity: str | None


class Listener(Protocol):
    """Who wants to know what the central system says to this station."""

    def accepted(self, result: BootNotificationResult, now: Moment) -> None:
        """It takes this station."""
        ...

    def time_told(self, result: HeartbeatResult, now: Moment) -> None:
        """It has answered a Heartbeat."""
        ...


_ACCEPTANCE = Shelf("acceptance", _Acceptance)


class Registration:
    """Sends BootNotification until it is accepted, then Heartbeats; remembers that it was ever accepted."""

    __slots__ = ("_boot", "_boot_due_s", "_boot_failures", "_boot_retry_s", "_configuration", "_ever",
                 "_forgotten_at_s", "_heartbeat_due_s", "_last_heartbeat_s", "_last_interval_s", "_store",
                 "is_accepted", "listener", "standing")  # fmt: skip

    def __init__(
        self, store: Store, configuration: Configuration, boot: BootNotification, *, boot_retry_s: float
    ) -> None:
        self._configuration = configuration
        self._boot = boot
        self._boot_retry_s = boot_retry_s
        self._store = store
        self._ever = _ACCEPTANCE.records(store).get("accepted")
        self.standing = Standing.UNANSWERED
        self.is_accepted = False
        """Whether ordinary messages may be sent; kept beside the standing, because it is asked for at every event."""
        self._boot_due_s: float | None = 0.0
        self._boot_failures = 0
        self._forgotten_at_s: float | None = None
        self._last_interval_s = 0.0
        self._last_heartbeat_s = 0.0
        self._heartbeat_due_s: float | None = None
        """None while one is on the way; kept, because it is asked for at every event."""
        self.listener: Listener | None = None

    @property
    def is_booting(self) -> bool:
        """Whether a BootNotification waits to be sent or answered at this moment."""
        return self.standing is not Standing.ACCEPTED and self._boot_due_s is None

    @property
    def answers_requests(self) -> bool:
        """Whether requests of the central system get an answer (BOOT-07)."""
        return self.standing is not Standing.REJECTED

    @property
    def last_good(self) -> Address | None:
        """Where the station was last accepted (D-23)."""
        return None if self._ever is None else Address(self._ever.url, self._ever.identity)

    @property
    def was_ever_accepted(self) -> bool:
        """Whether this central system has ever accepted this identity (BOOT-15)."""
        return self._ever is not None and self._ever == self._here()

    @property
    def deadline_s(self) -> float | None:
        """When the next BootNotification or Heartbeat is due."""
        return self._heartbeat_due_s if self.is_accepted else self._boot_due_s

    def due(self, now: Moment) -> Errand | None:
        """The BootNotification or Heartbeat that must go now, if any."""
        due_s = self._heartbeat_due_s if self.is_accepted else self._boot_due_s
        if due_s is None or now.s < due_s:
            return None
        return self.heartbeat(now) if self.is_accepted else self.boot_notification()

    def boot_notification(self) -> Errand:
        """The BootNotification, because it is due or was triggered (BOOT-12)."""
        self._boot_due_s = None
        return Errand(self._boot, self._boot_answered, self._boot_failed)

    def heartbeat(self, now: Moment) -> Errand:
        """A Heartbeat, because it is due or was triggered."""
        self._last_heartbeat_s = now.s
        self._heartbeat_due_s = None

        def answered(result: HeartbeatResult, at: Moment) -> None:
            self._wait_for_next_heartbeat()
            if self.listener is not None:
                self.listener.time_told(result, at)

        def failed(_failure: Failure, _at: Moment) -> None:
            self._wait_for_next_heartbeat()

        return Errand(Heartbeat(), answered, failed, is_report=True)

    def link_opened(self, now: Moment) -> None:
        """A connection stands: boot if that is still owed, otherwise carry on as before (TR-14)."""
        if self.standing is Standing.UNANSWERED:
            self._boot_due_s = now.s

    def heartbeat_interval_changed(self, now: Moment) -> None:
        """HeartbeatInterval has a new value: it counts from now (HB-02)."""
        self._last_heartbeat_s = now.s
        if self._heartbeat_due_s is not None:
            self._wait_for_next_heartbeat()

    def refused_as_unknown(self, code: ErrorCode, now: Moment) -> bool:
        """A call was refused; SecurityError says that we are not accepted any more (TR-15).

        Returns whether that was so, and the station has to boot again: at once, but not again and again. A central
        system that takes every boot and refuses what follows must not be flooded (BOOT-06).
        """
        if code is not ErrorCode.SECURITY_ERROR or self.standing is not Standing.ACCEPTED:
            return False
        before_s = self._forgotten_at_s
        self._become(Standing.UNANSWERED)
        self._boot_due_s = now.s if before_s is None else max(now.s, before_s + self._boot_retry_s)
        self._forgotten_at_s = self._boot_due_s
        return True

    def _become(self, standing: Standing) -> None:
        self.standing = standing
        self.is_accepted = standing is Standing.ACCEPTED

    def _boot_answered(self, result: BootNotificationResult, now: Moment) -> None:
        self._become(_STANDINGS[result.status])
        self._boot_failures = 0
        # What is below 0 leaves the wait to us as 0 does; the schema allows it.
        interval_s = min(max(result.interval, 0), LONGEST_INTERVAL_S)
        self._last_interval_s = interval_s
        if self.standing is not Standing.ACCEPTED:
            # An interval of 0 leaves the wait to us, and it must not flood (BOOT-06).
            self._boot_due_s = now.s + (interval_s or self._boot_retry_s)
            return
        self._last_heartbeat_s = now.s
        if interval_s > 0:
            self._configuration.overwrite(Key.HEARTBEAT_INTERVAL, str(interval_s))
        self._wait_for_next_heartbeat()
        if self._ever != self._here():
            self._ever = self._here()
            _ACCEPTANCE.put(self._store, "accepted", self._ever)
        if self.listener is not None:
            self.listener.accepted(result, now)

    def _boot_failed(self, failure: Failure, now: Moment) -> None:
        if failure.kind is FailureKind.LINK_LOST:
            self._boot_due_s = now.s  # asked again as soon as there is a link
            return
        wait_s = (self._last_interval_s or self._boot_retry_s) * 2.0 ** min(self._boot_failures, 10)
        self._boot_failures += 1
        self._boot_due_s = now.s + min(wait_s, max(BOOT_RETRY_MAX_S, self._last_interval_s))

    def _wait_for_next_heartbeat(self) -> None:
        # 0 turns heartbeats off, but the clock still wants one a day (HB-03).
        interval_s = self._configuration.number(Key.HEARTBEAT_INTERVAL) or A_DAY_S
        self._heartbeat_due_s = self._last_heartbeat_s + interval_s

    def _here(self) -> _Acceptance:
        return _Acceptance(self._configuration.text(Key.SUPERVISION_URL), self._configuration.text(Key.BOX_IDENTIFIER))
