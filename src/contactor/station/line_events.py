"""What follows when the central system comes within reach, accepts the station, tells the time, or is gone."""

from collections.abc import Callable, Mapping
from typing import Any

from contactor.ocpp.messages import BootNotificationResult, HeartbeatResult
from contactor.station import events
from contactor.station.connection import Connection
from contactor.station.conversation import Conversation
from contactor.station.effects import Effects
from contactor.station.events import Event, Moment
from contactor.station.own_certificate import OwnCertificate
from contactor.station.registration import Registration
from contactor.station.security_log import SecurityEvent, SecurityLog
from contactor.station.status_reports import StatusReports
from contactor.station.timekeeping import STEP_WORTH_TELLING_S, Timekeeping
from contactor.station.trust import Trust


class LineEvents:
    """The line to the central system, seen by everything that depends on it."""

    __slots__ = ("_connection", "_conversation", "_effects", "_own_certificate", "_registration", "_security_log",
                 "_status_reports", "_timekeeping", "_trust")  # fmt: skip

    def __init__(
        self,
        connection: Connection,
        registration: Registration,
        conversation: Conversation,
        status_reports: StatusReports,
        timekeeping: Timekeeping,
        security_log: SecurityLog,
        trust: Trust,
        own_certificate: OwnCertificate,
        effects: Effects,
    ) -> None:
        self._connection = connection
        self._registration = registration
        self._conversation = conversation
        self._status_reports = status_reports
        self._timekeeping = timekeeping
        self._security_log = security_log
        self._trust = trust
        self._own_certificate = own_certificate
        self._effects = effects

    def handle(self, event: Event, now: Moment) -> bool:
        """Take one of the events below; say whether anything may have changed but what is still to be said."""
        return _ROWS[type(event)](self, event, now)

    def _link_opened(self, event: events.LinkOpened, now: Moment) -> bool:
        self._connection.opened(now)
        self._trust.central_system_believed(event.peer_chain, now)
        self._own_certificate.shown(now)
        self._registration.link_opened(now)
        if self._registration.is_accepted:
            self._status_reports.report_differences(now)
        return True

    def _link_closed(self, event: events.LinkClosed, now: Moment) -> bool:
        self._connection.closed(event.reason, now)
        self._conversation.link_lost(now)
        return True

    def _dial_failed(self, event: events.DialFailed, now: Moment) -> bool:
        self._connection.failed(event.reason, event.status, now)
        self._own_certificate.refused(event.status, event.is_certificate_refused)
        if event.security_event is None:
            return True
        self._security_log.record(SecurityEvent(event.security_event), now, event.reason)
        if event.security_event == SecurityEvent.INVALID_CENTRAL_SYSTEM_CERTIFICATE:
            self._trust.central_system_doubted()
            # A bad certificate is how a false central system shows itself here.
            self._security_log.record(SecurityEvent.CENTRAL_SYSTEM_FAILED_TO_AUTHENTICATE, now, event.reason)
        return True

    def accepted(self, result: BootNotificationResult, now: Moment) -> None:
        """The central system takes this station: its time counts, and every status is told (BOOT-04)."""
        self._effects.note("accepted", heartbeat_s=result.interval)
        self._set_clock(result, now)
        self._connection.accepted()
        self._status_reports.report_all(now)

    def time_told(self, result: HeartbeatResult, now: Moment) -> None:
        """A Heartbeat has brought the time."""
        self._set_clock(result, now)

    def clock_was_set(self, step_s: float, now: Moment) -> None:
        """Whoever sets the machine's clock sets ours: what was dated before and after is not one order (CLK-02)."""
        self._security_log.record(SecurityEvent.SETTING_SYSTEM_TIME, now, f"clock stepped by {step_s:+.1f} s")

    def _set_clock(self, result: BootNotificationResult | HeartbeatResult, now: Moment) -> None:
        step_s = self._timekeeping.synchronise(result.current_time, now)
        if abs(step_s) >= STEP_WORTH_TELLING_S:
            self._security_log.record(SecurityEvent.SETTING_SYSTEM_TIME, now, f"clock set by {step_s:+.1f} s")


# Any: each handler takes its own kind of event.
_ROWS: Mapping[type[Event], Callable[[LineEvents, Any, Moment], bool]] = {
    events.LinkOpened: LineEvents._link_opened,
    events.LinkClosed: LineEvents._link_closed,
    events.DialFailed: LineEvents._dial_failed,
}
KINDS = frozenset(_ROWS)
"""The kinds of events that are for this file."""
