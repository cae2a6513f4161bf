"""Answers the security white paper's ExtendedTriggerMessage, and has the parts it adds bring their own rows."""

from collections.abc import Callable, Mapping

from contactor.ocpp.enumerations import ExtendedMessageTrigger, MessageTrigger, TriggerMessageStatus
from contactor.ocpp.messages import (
    ExtendedTriggerMessage,
    ExtendedTriggerMessageResult,
    Request,
    TriggerMessage,
)
from contactor.station.calls import Calls, Errand
from contactor.station.maintenance import Maintenance
from contactor.station.own_certificate import OwnCertificate
from contactor.station.reply import Reply, Rows
from contactor.station.triggers import Triggers

# The words both trigger messages share; FirmwareStatusNotification means the signed one here, and is not among them.
_SHARED: Mapping[ExtendedMessageTrigger, MessageTrigger] = {
    ExtendedMessageTrigger.BOOT_NOTIFICATION: MessageTrigger.BOOT_NOTIFICATION,
    ExtendedMessageTrigger.HEARTBEAT: MessageTrigger.HEARTBEAT,
    ExtendedMessageTrigger.METER_VALUES: MessageTrigger.METER_VALUES,
    ExtendedMessageTrigger.STATUS_NOTIFICATION: MessageTrigger.STATUS_NOTIFICATION,
}


class WhitePaper:
    """The messages that only the white paper's trigger can ask for."""

    __slots__ = ("_calls", "_own", "_own_certificate", "_triggers")

    def __init__(
        self, triggers: Triggers, maintenance: Maintenance, own_certificate: OwnCertificate, calls: Calls
    ) -> None:
        self._triggers = triggers
        self._own_certificate = own_certificate
        self._calls = calls
        self._own: Mapping[ExtendedMessageTrigger, Callable[[], Request]] = {
            ExtendedMessageTrigger.LOG_STATUS_NOTIFICATION: lambda: maintenance.jobs.log_uploads.status,
            ExtendedMessageTrigger.FIRMWARE_STATUS_NOTIFICATION: lambda: maintenance.jobs.firmware.signed_status,
        }

    @property
    def rows(self) -> Rows:
        """The trigger."""
        return {ExtendedTriggerMessage: self._trigger}

    def _trigger(self, request: ExtendedTriggerMessage) -> Reply:
        wanted = request.requested_message
        own, shared = self._own.get(wanted), _SHARED.get(wanted)
        if own is not None:
            message = own()
            result = ExtendedTriggerMessageResult(status=TriggerMessageStatus.ACCEPTED)
            return Reply(result, lambda _now: self._send(message))
        if shared is None:
            return self._trigger_certificate()
        plain = TriggerMessage(requested_message=shared, connector_id=request.connector_id)
        status = self._triggers.judge(plain)
        if status is not TriggerMessageStatus.ACCEPTED:
            return Reply(ExtendedTriggerMessageResult(status=status))
        return Reply(ExtendedTriggerMessageResult(status=status), lambda now: self._triggers.send(plain, now))

    def _trigger_certificate(self) -> Reply:
        if not self._own_certificate.can_ask:
            return Reply(ExtendedTriggerMessageResult(status=TriggerMessageStatus.REJECTED))
        result = ExtendedTriggerMessageResult(status=TriggerMessageStatus.ACCEPTED)
        return Reply(result, self._own_certificate.ask)

    def _send(self, request: Request) -> None:
        self._calls.put(Errand(request, lambda _result, _now: None, lambda _failure, _now: None), urgent=True)
