"""Knows what the central system has been told of each connector, and what it must still be told (ST-01..08, ST-30)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec

from contactor.base.ids import ConnectorId
from contactor.ocpp.enumerations import ChargePointErrorCode, ChargePointStatus
from contactor.ocpp.messages import StatusNotification, StatusNotificationResult
from contactor.station.calls import Calls, Errand, Failure, FailureKind
from contactor.station.configuration import Configuration
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.present import Present
from contactor.station.status_matrix import way_through

WAITING_MAX = 50
"""So many reports of one connector may wait on a line that stands; with more, those that came and went are left out."""

UNANSWERED_RETRY_S = 60.0
"""How long after a report that nobody answered the present status is told again."""

_PERHAPS_HEARD = frozenset({FailureKind.LINK_LOST, FailureKind.TIMED_OUT})
"""After these nobody knows what the central system takes a connector for."""

EV_SIDE_DISCONNECTED = "EV side disconnected"


@dataclass(frozen=True, slots=True)
class Error:
    """What goes with an errorCode: the vendor's code and a text of at most 50 characters (D-19)."""

    code: ChargePointErrorCode = ChargePointErrorCode.NO_ERROR
    vendor_code: str | None = None
    text: str | None = None


NO_ERROR = Error()


class _Report(NamedTuple):
    """A report that waits to be sent, or answered."""

    status: ChargePointStatus
    errand: Errand


@dataclass(slots=True)
class _Told:
    """One connector as it is, and as it was last reported."""

    status: ChargePointStatus
    since: datetime
    error: Error = NO_ERROR
    remark: str | None = None
    due_s: float | None = None
    reported: ChargePointStatus | None = None
    reported_error: Error = NO_ERROR
    on_the_way: tuple[_Report, ...] = ()
    """Oldest first; the first one may have been sent. A tuple: most connectors have nothing to tell."""

    @property
    def is_news(self) -> bool:
        """Whether it is not what was last reported."""
        return self.status is not self.reported or self.error != self.reported_error


class StatusReports:
    """Turns changes of status into StatusNotifications, each at its time.

    A status is reported when it has lasted MinimumStatusDuration; faults, and what a fault leaves behind, at once
    (ST-04). While nothing can be sent only the newest status is kept: history is not told afterwards (ST-30). On a line
    that stands every status is told in its turn, however slow the central system (ST-01); of very many that wait, so
    many remain that each follows the last by the matrix.
    """

    __slots__ = ("_calls", "_configuration", "_present", "_told")

    def __init__(
        self,
        connectors: int,
        configuration: Configuration,
        calls: Calls,
        present: Present,
    ) -> None:
        self._configuration = configuration
        self._calls = calls
        # By connector, from 0 on; a tuple is lighter in a fleet.
        self._told = tuple(_Told(ChargePointStatus.AVAILABLE, present.now.instant) for _ in range(1 + connectors))
        self._present = present

    def changed(
        self,
        connector_id: ConnectorId,
        status: ChargePointStatus,
        now: Moment,
        *,
        error: Error = NO_ERROR,
        remark: str | None = None,
    ) -> None:
        """A connector has a new status now; `error` is its newest active error, `remark` a text for `info`."""
        told = self._told[connector_id]
        if told.status is status and told.remark == remark:
            self.error_changed(connector_id, error, now)
            return
        hurried = ChargePointStatus.FAULTED in (told.status, status) or told.error != error
        told.status, told.since, told.remark, told.error = status, now.instant, remark, error
        duration_s = 0 if hurried else self._configuration.number(Key.MINIMUM_STATUS_DURATION)
        if not told.is_news and not told.on_the_way and duration_s:
            told.due_s = None  # back to what was last reported: nothing to tell
            return
        told.due_s = now.s + duration_s
        if duration_s == 0:
            self._send_if_possible(connector_id, now)

    def remain(
        self, connector_id: ConnectorId, now: Moment, *, error: Error = NO_ERROR, remark: str | None = None
    ) -> None:
        """A connector has the status it had; its error or, if there is a new one, its remark may be told (ST-07)."""
        if remark is None:
            self._told[connector_id].remark = None  # a triggered report must not repeat what is no longer so
            self.error_changed(connector_id, error, now)
        else:
            self.changed(connector_id, self._told[connector_id].status, now, error=error, remark=remark)

    def error_changed(self, connector_id: ConnectorId, error: Error, now: Moment) -> None:
        """The connector's newest active error is another one, or none any more; told at once (FLT-01, FLT-07)."""
        told = self._told[connector_id]
        if told.error == error:
            return
        told.error = error
        told.since = now.instant
        told.due_s = now.s
        self._send_if_possible(connector_id, now)

    def report_all(self, now: Moment) -> None:
        """After a boot: connector 0 and every other one, whatever was told before, and before all else (BOOT-04)."""
        for number in range(len(self._told)):
            self._send(ConnectorId(number), now, urgent=True)

    def report_differences(self, now: Moment) -> None:
        """After a reconnection: what is not as it was last told, and nothing of what came and went (ST-30, FLT-12)."""
        for told in self._told:
            if not told.is_news:
                told.due_s = None
            elif told.due_s is None:
                told.due_s = now.s
        self.settle(now)

    def report(self, connector_id: ConnectorId, now: Moment) -> None:
        """Send the present status because it was asked for (TRG-07)."""
        self._send(connector_id, now, urgent=True)

    def report_error(self, connector_id: ConnectorId, error: Error, _now: Moment) -> None:
        """Tell of something that happened once and does not last (FLT-08)."""
        if self._present.is_online:
            self._put(connector_id, error, lambda: None, lambda _failure, _at: None)

    def settle(self, now: Moment) -> None:
        """Send what has become due."""
        for number, told in enumerate(self._told):
            if told.due_s is not None and told.due_s <= now.s:
                self._send_if_possible(ConnectorId(number), now)

    @property
    def deadline_s(self) -> float | None:
        """When the next status has lasted long enough."""
        if not self._present.is_online:
            return None
        return min((told.due_s for told in self._told if told.due_s is not None), default=None)

    def _send_if_possible(self, connector_id: ConnectorId, now: Moment) -> None:
        if self._present.is_online:
            self._send(connector_id, now)

    def _send(self, connector_id: ConnectorId, _now: Moment, *, urgent: bool = False) -> None:
        told = self._told[connector_id]
        told.due_s = None
        status, error = told.status, told.error

        def heard() -> None:
            told.reported, told.reported_error = status, error

        def failed(failure: Failure, at: Moment) -> None:
            if failure.kind is FailureKind.TIMED_OUT:
                # Perhaps nobody heard it: a dead line may take longer to be noticed than a call to time out.
                if told.due_s is None and not told.on_the_way:
                    told.due_s = at.s + UNANSWERED_RETRY_S
            elif failure.kind is not FailureKind.LINK_LOST:
                heard()  # a refusal was heard (ERR-13); a lost connection leaves the difference standing

        self._put(connector_id, told.error, heard, failed, urgent=urgent)

    def _put(
        self,
        connector_id: ConnectorId,
        error: Error,
        heard: Callable[[], None],
        failed: Callable[[Failure, Moment], None],
        *,
        urgent: bool = False,
    ) -> None:
        """Have the present status told; what waits to be told of this connector is told before it."""
        told = self._told[connector_id]
        message = _notification(connector_id, told, error)

        # They know the message and not the errand, which knows them: a fleet must not leave work for the collector.
        def is_answered(_result: StatusNotificationResult, _at: Moment) -> None:
            _take_out(told, message)
            heard()

        def has_failed(failure: Failure, at: Moment) -> None:
            errand = _take_out(told, message)
            if errand is not None and errand.was_sent and failure.kind in _PERHAPS_HEARD:
                told.reported = None  # so that the present status is told even if it is the one told before
            failed(failure, at)

        errand = Errand(message, is_answered, has_failed, keeps_its_place=True, is_report=True)
        if urgent:
            self._calls.hasten([report.errand for report in told.on_the_way])
        self._calls.put(errand, urgent=urgent)
        told.on_the_way += (_Report(told.status, errand),)
        if len(told.on_the_way) > WAITING_MAX:
            self._thin_out(told)

    def _thin_out(self, told: _Told) -> None:
        """Leave out what came and went while it waited, so that what is told next may follow what was told last."""
        reports = told.on_the_way
        told.on_the_way = tuple(reports[place] for place in way_through([report.status for report in reports]))
        self._calls.withdraw([report.errand for report in reports if report not in told.on_the_way])


def _take_out(told: _Told, message: StatusNotification) -> Errand | None:
    """End the report of a message, and return its errand; None if it was left out already."""
    errand = next((report.errand for report in told.on_the_way if report.errand.request is message), None)
    told.on_the_way = tuple(report for report in told.on_the_way if report.errand is not errand)
    return errand


def _notification(connector_id: ConnectorId, told: _Told, error: Error) -> StatusNotification:
    text = error.text if error.text is not None else told.remark
    return StatusNotification(
        connector_id=connector_id,
        error_code=error.code,
        status=told.status,
        timestamp=told.since,
        info=msgspec.UNSET if text is None else text[:50],
        vendor_error_code=msgspec.UNSET if error.vendor_code is None else error.vendor_code,
    )
