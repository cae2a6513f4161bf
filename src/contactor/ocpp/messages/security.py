"""The eleven operations that the security white paper adds to OCPP 1.6; PEM texts throughout."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from contactor.ocpp.datatypes import CertificateHashData, Firmware, LogParameters
from contactor.ocpp.enumerations import (
    CertificateSignedStatus,
    CertificateUse,
    DeleteCertificateStatus,
    ExtendedMessageTrigger,
    GenericStatus,
    GetInstalledCertificateStatus,
    InstallCertificateStatus,
    LogStatus,
    LogType,
    SignedFirmwareStatus,
    SignedUpdateFirmwareStatus,
    TriggerMessageStatus,
    UploadLogStatus,
)
from contactor.ocpp.field_types import (
    Connector,
    Instant,
    Integer,
    Request,
    Result,
    Text50,
    Text255,
    Text5500,
    Text10000,
    settle_instant,
)


class SecurityEventNotification(Request, frozen=True, kw_only=True):
    """Station: something happened that bears on security; the types are an open list (SE-05)."""

    type: Text50
    timestamp: Instant
    tech_info: Text255 | UnsetType = UNSET

    def __post_init__(self) -> None:
        settle_instant(self, "timestamp")


class SecurityEventNotificationResult(Result, frozen=True, kw_only=True):
    """Received."""


class SignCertificate(Request, frozen=True, kw_only=True):
    """Station: have this signing request signed."""

    csr: Text5500


class SignCertificateResult(Result, frozen=True, kw_only=True):
    """Whether it will be."""

    status: GenericStatus


class CertificateSigned(Request, frozen=True, kw_only=True):
    """Central system: your new certificate, with its chain."""

    certificate_chain: Text10000


class CertificateSignedResult(Result, frozen=True, kw_only=True):
    """Whether the certificate was good."""

    status: CertificateSignedStatus


class InstallCertificate(Request, frozen=True, kw_only=True):
    """Central system: trust this root certificate."""

    certificate_type: CertificateUse
    certificate: Text5500


class InstallCertificateResult(Result, frozen=True, kw_only=True):
    """Whether it is trusted now."""

    status: InstallCertificateStatus


class DeleteCertificate(Request, frozen=True, kw_only=True):
    """Central system: trust this certificate no more."""

    certificate_hash_data: CertificateHashData


class DeleteCertificateResult(Result, frozen=True, kw_only=True):
    """Whether it is gone."""

    status: DeleteCertificateStatus


class GetInstalledCertificateIds(Request, frozen=True, kw_only=True):
    """Central system: which root certificates do you hold?"""

    certificate_type: CertificateUse


class GetInstalledCertificateIdsResult(Result, frozen=True, kw_only=True):
    """The certificates of that use; none at all is NotFound, never an empty list."""

    status: GetInstalledCertificateStatus
    certificate_hash_data: Annotated[tuple[CertificateHashData, ...], Meta(min_length=1)] | UnsetType = UNSET


class ExtendedTriggerMessage(Request, frozen=True, kw_only=True):
    """Central system: send me this message now."""

    requested_message: ExtendedMessageTrigger
    connector_id: Connector | UnsetType = UNSET


class ExtendedTriggerMessageResult(Result, frozen=True, kw_only=True):
    """Whether the station will."""

    status: TriggerMessageStatus


class GetLog(Request, frozen=True, kw_only=True):
    """Central system: upload a log; `retry_interval` in seconds."""

    log: LogParameters
    log_type: LogType
    request_id: Integer
    retries: Integer | UnsetType = UNSET
    retry_interval: Integer | UnsetType = UNSET


class GetLogResult(Result, frozen=True, kw_only=True):
    """Whether it will be uploaded, and under which name (spelt `filename` here, unlike GetDiagnostics)."""

    status: LogStatus
    filename: Text255 | UnsetType = UNSET


class LogStatusNotification(Request, frozen=True, kw_only=True):
    """Station: how the upload of a log is going."""

    status: UploadLogStatus
    request_id: Integer | UnsetType = UNSET


class LogStatusNotificationResult(Result, frozen=True, kw_only=True):
    """Received."""


class SignedUpdateFirmware(Request, frozen=True, kw_only=True):
    """Central system: fetch, verify and install this firmware; `retry_interval` in seconds."""

    request_id: Integer
    firmware: Firmware
    retries: Integer | UnsetType = UNSET
    retry_interval: Integer | UnsetType = UNSET


class SignedUpdateFirmwareResult(Result, frozen=True, kw_only=True):
    """Whether the station will; the certificate has been checked by then."""

    status: SignedUpdateFirmwareStatus


class SignedFirmwareStatusNotification(Request, frozen=True, kw_only=True):
    """Station: how the signed update is going."""

    status: SignedFirmwareStatus
    request_id: Integer | UnsetType = UNSET


class SignedFirmwareStatusNotificationResult(Result, frozen=True, kw_only=True):
    """Received."""
