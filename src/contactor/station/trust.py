"""Knows which root certificates the central system has installed: whom the station believes (white paper, M05)."""

from collections.abc import Mapping

import msgspec
from cryptography import x509

from contactor.ocpp.datatypes import CertificateHashData
from contactor.ocpp.enumerations import (
    CertificateUse,
    DeleteCertificateStatus,
    GetInstalledCertificateStatus,
    InstallCertificateStatus,
)
from contactor.ocpp.messages import (
    DeleteCertificate,
    DeleteCertificateResult,
    GetInstalledCertificateIds,
    GetInstalledCertificateIdsResult,
    InstallCertificate,
    InstallCertificateResult,
)
from contactor.station.configuration import Configuration
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.present import Present
from contactor.station.reply import Reply, Rows
from contactor.station.security_log import SecurityEvent, SecurityLog
from contactor.station.store.port import Shelf, Store
from contactor.station.x509 import BadCertificate, as_pem, check_root, hash_data, read_chain

ROOTS_MAX = 8
"""How many a product holds that has no key for it."""


class _Root(msgspec.Struct, frozen=True):
    use: CertificateUse
    pem: str


_ROOTS = Shelf("root_certificates", _Root)


class Trust:
    """The installed roots; they are read from the store whenever somebody asks, which is seldom."""

    __slots__ = ("_configuration", "_present", "_security_log", "_store")

    def __init__(self, store: Store, configuration: Configuration, security_log: SecurityLog, present: Present) -> None:
        self._store = store
        self._configuration = configuration
        self._security_log = security_log
        self._present = present

    @property
    def rows(self) -> Rows:
        """The requests about root certificates."""
        return {
            InstallCertificate: self._install,
            DeleteCertificate: self._delete,
            GetInstalledCertificateIds: self._list,
        }

    def roots(self, use: CertificateUse) -> list[x509.Certificate]:
        """The roots trusted for a use."""
        return [certificate for kept, certificate in self._kept().values() if kept is use]

    def _kept(self) -> Mapping[str, tuple[CertificateUse, x509.Certificate]]:
        return {key: (each.use, read_chain(each.pem)[0]) for key, each in _ROOTS.records(self._store).items()}

    def _install(self, request: InstallCertificate) -> Reply:
        try:
            certificate = self._judged(request.certificate)
        except BadCertificate as error:
            reason = str(error)
            refused = InstallCertificateResult(status=InstallCertificateStatus.REJECTED)
            return Reply(refused, lambda now: self._note_refusal(request.certificate_type, reason, now))
        key = f"{request.certificate_type} {hash_data(certificate).issuer_key_hash} {certificate.serial_number:x}"
        kept, room_for = self._kept(), self._room()
        if key not in kept and len(kept) >= room_for:
            return Reply(InstallCertificateResult(status=InstallCertificateStatus.REJECTED))
        root = _Root(request.certificate_type, as_pem([certificate]))
        accepted = InstallCertificateResult(status=InstallCertificateStatus.ACCEPTED)
        return Reply(accepted, lambda now: self._keep(key, root, now))

    def _room(self) -> int:
        key = Key.CERTIFICATE_STORE_MAX_LENGTH
        return self._configuration.number(key) if self._configuration.has(key) else ROOTS_MAX

    def _judged(self, pem: str) -> x509.Certificate:
        certificate, *others = read_chain(pem)
        if others:
            raise BadCertificate("more than one certificate was sent")
        check_root(certificate, self._present.now.instant)
        return certificate

    def _keep(self, key: str, root: _Root, now: Moment) -> None:
        _ROOTS.put(self._store, key, root)
        self._security_log.record(SecurityEvent.RECONFIGURATION_OF_SECURITY_PARAMETERS, now, f"{root.use} installed")

    def _note_refusal(self, use: CertificateUse, reason: str, now: Moment) -> None:
        if use is CertificateUse.CENTRAL_SYSTEM_ROOT_CERTIFICATE:
            self._security_log.record(SecurityEvent.INVALID_CENTRAL_SYSTEM_CERTIFICATE, now, reason)

    def _delete(self, request: DeleteCertificate) -> Reply:
        wanted = _folded(request.certificate_hash_data)
        algorithm = request.certificate_hash_data.hash_algorithm
        named = [
            (key, use)
            for key, (use, certificate) in self._kept().items()
            if _folded(hash_data(certificate, algorithm)) == wanted
        ]
        if not named:
            return Reply(DeleteCertificateResult(status=DeleteCertificateStatus.NOT_FOUND))
        return Reply(
            DeleteCertificateResult(status=DeleteCertificateStatus.ACCEPTED), lambda now: self._remove(named, now)
        )

    def _remove(self, named: list[tuple[str, CertificateUse]], now: Moment) -> None:
        for key, use in named:
            _ROOTS.delete(self._store, key)
            self._security_log.record(SecurityEvent.RECONFIGURATION_OF_SECURITY_PARAMETERS, now, f"{use} deleted")

    def _list(self, request: GetInstalledCertificateIds) -> Reply:
        held = tuple(hash_data(each) for each in self.roots(request.certificate_type))
        if not held:
            return Reply(GetInstalledCertificateIdsResult(status=GetInstalledCertificateStatus.NOT_FOUND))
        return Reply(
            GetInstalledCertificateIdsResult(status=GetInstalledCertificateStatus.ACCEPTED, certificate_hash_data=held)
        )


def _folded(named: CertificateHashData) -> tuple[str, str, str]:
    """Hexadecimal texts without regard to case, and numbers without leading zeros."""
    serial = named.serial_number.casefold().lstrip("0")
    return named.issuer_name_hash.casefold(), named.issuer_key_hash.casefold(), serial
