"""Carries out a Reset: transactions end, their stops are given time to arrive, then the software starts anew (RST)."""

from collections.abc import Callable, Mapping
from typing import Protocol

from contactor.base.ids import ConnectorId
from contactor.ocpp.enumerations import ChargePointErrorCode, ResetType, StopReason
from contactor.station.charging import ENERGY_OFF_WAIT_S, Charging
from contactor.station.configuration import Configuration
from contactor.station.connector import Connector
from contactor.station.effects import Effects, HangUp, Restart, RestartKind
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.security_log import SecurityEvent, SecurityLog
from contactor.station.status_reports import Error

_GOING_AWAY = 1001

_REASONS = {ResetType.SOFT: StopReason.SOFT_RESET, ResetType.HARD: StopReason.HARD_RESET}
_RESTARTS = {ResetType.SOFT: RestartKind.SOFT, ResetType.HARD: RestartKind.HARD}


class Bar(Protocol):
    """What a reset must not get in the way of."""

    @property
    def is_installing(self) -> bool:
        """Whether a restart would leave half an installation."""
        ...


class Reset:
    """At most one reset at a time; a hard one does not wait. `nothing_to_say`: all that is owed has arrived."""

    __slots__ = ("_charging", "_configuration", "_connectors", "_effects", "_failures", "_is_logged",
                 "_kind", "_nothing_to_say", "_security_log", "_wait_s", "bar", "deadline_s", "error")  # fmt: skip

    def __init__(
        self,
        configuration: Configuration,
        connectors: Mapping[ConnectorId, Connector],
        charging: Charging,
        security_log: SecurityLog,
        effects: Effects,
        nothing_to_say: Callable[[Moment], bool],
        *,
        wait_s: float,
    ) -> None:
        self._configuration = configuration
        self._connectors = connectors
        self._charging = charging
        self._security_log = security_log
        self._effects = effects
        self._nothing_to_say = nothing_to_say
        self._wait_s = wait_s
        self._kind: ResetType | None = None
        self.deadline_s: float | None = None
        """When the restart happens whatever is still owed."""
        self._is_logged = False
        self._failures = 0
        self.error: Error | None = None
        self.bar: Bar | None = None

    @property
    def is_running(self) -> bool:
        """Whether the station is about to restart."""
        return self._kind is not None

    @property
    def may_begin(self) -> bool:
        """Whether a reset can be promised: not twice, and not into the middle of an installation (RST-01)."""
        return not self.is_running and not (self.bar is not None and self.bar.is_installing)

    def begin(self, kind: ResetType, now: Moment) -> None:
        """Stop every transaction; the reset was answered already (RST-07)."""
        self._kind = kind
        self._is_logged = False
        self._failures = 0
        self.error = None
        for connector in self._connectors.values():
            if self._charging.open_on(connector.id) is not None:
                self._charging.end(connector, _REASONS[kind], now)
        # A hard reset waits for nothing but the current to stop: what is owed is delivered by the next life (RST-04).
        self.deadline_s = now.s + (ENERGY_OFF_WAIT_S if kind is ResetType.HARD else self._wait_s)

    def settle(self, now: Moment) -> None:
        """Restart when nothing is owed any more, or when the wait is over."""
        if self._kind is None or self.deadline_s is None:
            return
        if now.s < self.deadline_s and not self._is_ready(self._kind, now):
            return
        if not self._is_logged:
            # After the stops and statuses, before the line is closed (RST-07); a soft reset waits for its delivery.
            self._is_logged = True
            self._security_log.record(SecurityEvent.RESET_OR_REBOOT, now, f"{self._kind} reset")
            if now.s < self.deadline_s and not self._is_ready(self._kind, now):
                return
        self._effects.add(HangUp(_GOING_AWAY, "restarting"))
        self._effects.add(Restart(_RESTARTS[self._kind]))
        self.deadline_s = None

    def _is_ready(self, kind: ResetType, now: Moment) -> bool:
        return not self._charging.is_ending and (kind is ResetType.HARD or self._nothing_to_say(now))

    def failed(self, reason: str) -> None:
        """The restart that was asked for did not happen: try again, and in the end stay in service (RST-06, FLT-09)."""
        if self._kind is None:
            return
        self._failures += 1
        if self._failures <= self._configuration.number(Key.RESET_RETRIES):
            self._effects.add(Restart(_RESTARTS[self._kind]))
            return
        self._kind = None
        self.error = Error(ChargePointErrorCode.RESET_FAILURE, None, f"{self._failures} attempts failed")
        self._effects.note("reset failed", reason=reason, attempts=self._failures)
