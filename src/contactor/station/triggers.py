"""Judges TriggerMessage and sends what was asked for, after the answer (TRG-01..11)."""

from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec

from contactor.base.ids import ConnectorId
from contactor.ocpp.enumerations import MessageTrigger, TriggerMessageStatus
from contactor.ocpp.messages import (
    DiagnosticsStatusNotification,
    FirmwareStatusNotification,
    Request,
    Result,
    TriggerMessage,
)
from contactor.station.calls import Calls, Errand, Failure
from contactor.station.events import Moment
from contactor.station.maintenance import Maintenance
from contactor.station.metering import Metering
from contactor.station.registration import Registration
from contactor.station.status_reports import StatusReports

STATION = ConnectorId(0)


class Triggers:
    """The six messages that can be asked for."""

    __slots__ = ("_calls", "_connector_ids", "_metering", "_offered", "_places", "_registration", "_senders",
                 "_status_reports")  # fmt: skip

    def __init__(
        self,
        connector_ids: Sequence[ConnectorId],
        registration: Registration,
        status_reports: StatusReports,
        metering: Metering,
        calls: Calls,
        maintenance: Maintenance,
        *,
        offered: Collection[str],
    ) -> None:
        self._connector_ids = connector_ids
        self._registration = registration
        self._status_reports = status_reports
        self._metering = metering
        self._calls = calls
        self._offered = offered
        # The places a message can be about; what is not here has no connector (TRG-02, TRG-03).
        self._places: Mapping[MessageTrigger, Sequence[ConnectorId]] = {
            MessageTrigger.STATUS_NOTIFICATION: (STATION, *connector_ids),
            MessageTrigger.METER_VALUES: tuple(connector_ids),
        }
        self._senders: Mapping[MessageTrigger, Callable[[Sequence[ConnectorId], Moment], None]] = {
            MessageTrigger.BOOT_NOTIFICATION: lambda _places, _now: self._send_boot(),
            MessageTrigger.HEARTBEAT: lambda _places, now: self._calls.put(registration.heartbeat(now), urgent=True),
            MessageTrigger.STATUS_NOTIFICATION: self._send_statuses,
            MessageTrigger.METER_VALUES: self._send_values,
            MessageTrigger.DIAGNOSTICS_STATUS_NOTIFICATION: lambda _places, _now: self._send(
                DiagnosticsStatusNotification(status=maintenance.jobs.diagnostics.status)
            ),
            MessageTrigger.FIRMWARE_STATUS_NOTIFICATION: lambda _places, _now: self._send(
                FirmwareStatusNotification(status=maintenance.jobs.firmware.status)
            ),
        }

    def judge(self, request: TriggerMessage) -> TriggerMessageStatus:
        """Rejected for an unknown connector, and for a boot that was accepted already (TRG-04, TRG-05).

        A message of a profile that the station does not offer is not implemented in it.
        """
        if request.requested_message not in self._offered:
            return TriggerMessageStatus.NOT_IMPLEMENTED
        if request.requested_message is MessageTrigger.BOOT_NOTIFICATION and self._registration.is_accepted:
            return TriggerMessageStatus.REJECTED
        places = self._places.get(request.requested_message)
        if places is not None and request.connector_id is not msgspec.UNSET and request.connector_id not in places:
            return TriggerMessageStatus.REJECTED
        return TriggerMessageStatus.ACCEPTED

    def send(self, request: TriggerMessage, now: Moment) -> None:
        """Send what an accepted request asked for."""
        places = self._places.get(request.requested_message, ())
        if request.connector_id is not msgspec.UNSET:
            places = [place for place in places if place == request.connector_id]
        self._senders[request.requested_message](places, now)

    def _send_boot(self) -> None:
        if self._registration.is_booting:
            return  # the one on its way is the answer (TRG-10)
        self._calls.put(self._registration.boot_notification(), urgent=True)

    def _send_statuses(self, places: Sequence[ConnectorId], now: Moment) -> None:
        for connector_id in places:
            self._status_reports.report(connector_id, now)

    def _send_values(self, places: Sequence[ConnectorId], now: Moment) -> None:
        for connector_id in places:
            values = self._metering.triggered(connector_id, now)
            if values is not None:
                self._send(values)

    def _send(self, request: Request) -> None:
        self._calls.put(Errand(request, _nothing_more, _nothing_more), urgent=True)


def _nothing_more(_outcome: Result | Failure, _now: Moment) -> None:
    """A triggered message is not kept for later, however it went (TRG-06, ERR-13)."""
