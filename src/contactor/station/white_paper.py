"""Answers what the security white paper adds to OCPP 1.6, where the product offers it.

A station without a store of certificates trusts none that it is sent: it says so in each message's own words.
"""

from collections.abc import Callable, Mapping

from contactor.ocpp.enumerations import (
    CertificateSignedStatus,
    DeleteCertificateStatus,
    ExtendedMessageTrigger,
    GetInstalledCertificateStatus,
    InstallCertificateStatus,
    MessageTrigger,
    SignedFirmwareStatus,
    SignedUpdateFirmwareStatus,
    TriggerMessageStatus,
)
from contactor.ocpp.messages import (
    CertificateSigned,
    CertificateSignedResult,
    DeleteCertificate,
    DeleteCertificateResult,
    ExtendedTriggerMessage,
    ExtendedTriggerMessageResult,
    GetInstalledCertificateIds,
    GetInstalledCertificateIdsResult,
    InstallCertificate,
    InstallCertificateResult,
    Request,
    SignedFirmwareStatusNotification,
    SignedUpdateFirmware,
    SignedUpdateFirmwareResult,
    TriggerMessage,
)
from contactor.station.calls import Calls, Errand
from contactor.station.log_uploads import LogUploads
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
    """The requests that no other part has a row for."""

    __slots__ = ("_calls", "_own", "_triggers")

    def __init__(self, triggers: Triggers, log_uploads: LogUploads, calls: Calls) -> None:
        self._triggers = triggers
        self._calls = calls
        self._own: Mapping[ExtendedMessageTrigger, Callable[[], Request]] = {
            ExtendedMessageTrigger.LOG_STATUS_NOTIFICATION: lambda: log_uploads.status,
            ExtendedMessageTrigger.FIRMWARE_STATUS_NOTIFICATION: lambda: SignedFirmwareStatusNotification(
                status=SignedFirmwareStatus.IDLE
            ),
        }

    @property
    def rows(self) -> Rows:
        """What inbound requests these are."""
        return {
            ExtendedTriggerMessage: self._trigger,
            CertificateSigned: lambda _: Reply(CertificateSignedResult(status=CertificateSignedStatus.REJECTED)),
            InstallCertificate: lambda _: Reply(InstallCertificateResult(status=InstallCertificateStatus.REJECTED)),
            DeleteCertificate: lambda _: Reply(DeleteCertificateResult(status=DeleteCertificateStatus.NOT_FOUND)),
            GetInstalledCertificateIds: lambda _: Reply(
                GetInstalledCertificateIdsResult(status=GetInstalledCertificateStatus.NOT_FOUND)
            ),
            SignedUpdateFirmware: lambda _: Reply(
                SignedUpdateFirmwareResult(status=SignedUpdateFirmwareStatus.INVALID_CERTIFICATE)
            ),
        }

    def _trigger(self, request: ExtendedTriggerMessage) -> Reply:
        own, shared = self._own.get(request.requested_message), _SHARED.get(request.requested_message)
        if own is not None:
            message = own()
            result = ExtendedTriggerMessageResult(status=TriggerMessageStatus.ACCEPTED)
            return Reply(result, lambda _now: self._send(message))
        if shared is None:
            return Reply(ExtendedTriggerMessageResult(status=TriggerMessageStatus.NOT_IMPLEMENTED))
        plain = TriggerMessage(requested_message=shared, connector_id=request.connector_id)
        status = self._triggers.judge(plain)
        if status is not TriggerMessageStatus.ACCEPTED:
            return Reply(ExtendedTriggerMessageResult(status=status))
        return Reply(ExtendedTriggerMessageResult(status=status), lambda now: self._triggers.send(plain, now))

    def _send(self, request: Request) -> None:
        self._calls.put(Errand(request, lambda _result, _now: None, lambda _failure, _now: None), urgent=True)
