"""Knows which root certificates the central system has installed: whom the station believes (white paper, M05).

With AdditionalRootCertificateCheck there is one for the central system at a time: the next must be signed by the one it
replaces, which is kept to fall back on until the central system has shown a certificate of the next.

What the present connection is believed by is not deleted (DeleteCertificate is answered Failed): the white paper leaves
open when a deletion fails, and a station that believes nobody any more has to be visited (docs/decisions).
"""

from collections.abc import Mapping, Sequence

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
from contactor.station.configuration import Configuration, is_encrypted
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.present import Present
from contactor.station.reply import Reply, Rows
from contactor.station.security_log import SecurityEvent, SecurityLog
from contactor.station.store.port import Shelf, Store
from contactor.station.x509 import (
    BadCertificate,
    as_pem,
    check_path,
    check_root,
    check_successor,
    hash_data,
    read_chain,
)

ROOTS_MAX = 8
"""How many a product holds that has no key for it."""


_CENTRAL = CertificateUse.CENTRAL_SYSTEM_ROOT_CERTIFICATE


class _Root(msgspec.Struct, frozen=True):
    use: CertificateUse
    pem: str
    is_fallback: bool = False


_ROOTS = Shelf("root_certificates", _Root)


class Trust:
    """The installed roots; they are read from the store whenever somebody asks, which is seldom."""

    __slots__ = ("_configuration", "_doubts", "_in_use", "_peer_chain", "_present", "_security_log", "_store")

    def __init__(self, store: Store, configuration: Configuration, security_log: SecurityLog, present: Present) -> None:
        self._store = store
        self._configuration = configuration
        self._security_log = security_log
        self._present = present
        self._doubts = False
        self._in_use = ""
        self._peer_chain = ""

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

    # Whom the station connects to

    @property
    def is_single(self) -> bool:
        """Whether one root at a time counts for the central system, and no other beside it."""
        key = Key.ADDITIONAL_ROOT_CERTIFICATE_CHECK
        return self._configuration.has(key) and self._configuration.flag(key)

    @property
    def dialled(self) -> str:
        """The roots that the next connection trusts, as PEM; empty where the factory's count."""
        roots = [each for each in _ROOTS.records(self._store).values() if each.use is _CENTRAL]
        if self.is_single:
            fallbacks = [each for each in roots if each.is_fallback]
            present = [each for each in roots if not each.is_fallback]
            roots = fallbacks if self._doubts else present or fallbacks
        return "".join(each.pem for each in roots)

    def central_system_doubted(self) -> None:
        """The central system's certificate was refused: the other root may be the one, and then this one again."""
        self._doubts = self.is_single and not self._doubts

    def central_system_believed(self, peer_chain: str, now: Moment) -> None:
        """A connection stands: if it was by the present root, there is nothing to fall back on any more.

        `peer_chain` are the certificates by which it does, as PEM, the root last.
        """
        self._peer_chain = peer_chain
        if not self.is_single or not self._is_encrypted:
            return
        self._in_use = self.dialled
        if self._doubts:
            return
        for key, each in _ROOTS.records(self._store).items():
            if each.is_fallback:
                self._remove([(key, each.use)], now)

    @property
    def _is_encrypted(self) -> bool:
        return is_encrypted(self._configuration.text(Key.SUPERVISION_URL) or "")

    # What the central system orders

    def _kept(self) -> Mapping[str, tuple[CertificateUse, x509.Certificate]]:
        return {key: (each.use, read_chain(each.pem)[0]) for key, each in _ROOTS.records(self._store).items()}

    def _install(self, request: InstallCertificate) -> Reply:
        try:
            certificate = self._judged(request)
        except BadCertificate as error:
            reason = str(error)
            refused = InstallCertificateResult(status=InstallCertificateStatus.REJECTED)
            return Reply(refused, lambda now: self._note_refusal(request.certificate_type, reason, now))
        key = f"{request.certificate_type} {hash_data(certificate).issuer_key_hash} {certificate.serial_number:x}"
        given_up = self._given_up_for(request.certificate_type, key)
        if len(self._kept().keys() - given_up | {key}) > self._room():
            return Reply(InstallCertificateResult(status=InstallCertificateStatus.REJECTED))
        root = _Root(request.certificate_type, as_pem([certificate]))
        accepted = InstallCertificateResult(status=InstallCertificateStatus.ACCEPTED)
        return Reply(accepted, lambda now: self._keep(key, root, given_up, now))

    def _room(self) -> int:
        key = Key.CERTIFICATE_STORE_MAX_LENGTH
        return self._configuration.number(key) if self._configuration.has(key) else ROOTS_MAX

    def _judged(self, request: InstallCertificate) -> x509.Certificate:
        certificate, *others = read_chain(request.certificate)
        if others:
            raise BadCertificate("more than one certificate was sent")
        old = self._present_one(request.certificate_type)
        if old is None:
            check_root(certificate, self._present.now.instant)
        elif certificate != old:
            check_successor(certificate, old, self._present.now.instant)
        return certificate

    def _present_one(self, use: CertificateUse) -> x509.Certificate | None:
        """The root that another one would replace; None where roots stand side by side, or there is none."""
        if use is not _CENTRAL or not self.is_single:
            return None
        roots = (each for each in _ROOTS.records(self._store).values() if each.use is use and not each.is_fallback)
        return next((read_chain(each.pem)[0] for each in roots), None)

    def _given_up_for(self, use: CertificateUse, key: str) -> set[str]:
        """The fallbacks that go when another root comes: there is one at most."""
        if use is not _CENTRAL or not self.is_single:
            return set()
        return {name for name, each in _ROOTS.records(self._store).items() if each.is_fallback and name != key}

    def _keep(self, key: str, root: _Root, given_up: set[str], now: Moment) -> None:
        for name, each in _ROOTS.records(self._store).items():
            if name in given_up:
                _ROOTS.delete(self._store, name)
            elif root.use is _CENTRAL and each.use is _CENTRAL and name != key and self.is_single:
                _ROOTS.put(self._store, name, msgspec.structs.replace(each, is_fallback=True))
        self._doubts = False
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
        if self._is_needed([key for key, _ in named]):
            return Reply(DeleteCertificateResult(status=DeleteCertificateStatus.FAILED))
        return Reply(
            DeleteCertificateResult(status=DeleteCertificateStatus.ACCEPTED), lambda now: self._remove(named, now)
        )

    def _is_needed(self, keys: Sequence[str]) -> bool:
        """Whether the central system of this very connection would not be believed without these."""
        if any(_ROOTS.records(self._store)[key].pem == self._in_use for key in keys):
            return True
        if not self._peer_chain:
            return False
        kept = self._kept()
        others = [certificate for key, (use, certificate) in kept.items() if use is _CENTRAL and key not in keys]
        try:
            *chain, root = read_chain(self._peer_chain)
            if root in (certificate for key, (_, certificate) in kept.items() if key in keys):
                check_path(chain, others, self._present.now.instant)
        except BadCertificate:
            return True
        return False

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
