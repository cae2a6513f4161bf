"""Knows the station's own certificate, and has the next one signed: by order, or before it runs out (W A02).

The one before is kept until a connection stands by the new one: where the central system does not take that, the
station shows the one before again, as it does with keys (SEC-10).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from contactor.ocpp.enumerations import CertificateSignedStatus, CertificateUse, GenericStatus
from contactor.ocpp.messages import CertificateSigned, CertificateSignedResult, SignCertificate, SignCertificateResult
from contactor.station.calls import Calls, Errand, Failure
from contactor.station.configuration import Configuration, is_encrypted
from contactor.station.effects import Effects
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.present import Present
from contactor.station.reply import Reply, Rows
from contactor.station.security_log import SecurityEvent, SecurityLog
from contactor.station.store.port import Shelf, Store
from contactor.station.trust import Trust
from contactor.station.x509 import BadCertificate, check_path, names_of, read_chain

RENEW_BEFORE = timedelta(days=30)
RETRY_S = 3600.0
"""How long after a request that came to nothing a renewal is asked for again."""

RETRY_AFTER_FALLBACK_S = 86_400.0
"""The same after a certificate that did not do: whoever signs wrongly costs the station its connection once a day."""

REFUSALS_BEFORE_DOUBT = 3
"""So often a new certificate is refused before the one before it is shown as well."""

_REFUSED = frozenset({400, 403})
"""How servers say over HTTP that they do not take a certificate; 401 is about the key, which has its own way back."""

CHAIN_SIZE_MAX = 10_000
"""What the message itself allows, for a product that has no key for it."""

_OWN, _WANTED, _PREVIOUS = "own", "wanted", "previous"


class Held(msgspec.Struct, frozen=True):
    """A private key, and the chain of its certificate once that is signed.

    Of the one before the present one `is_good` says that it was taken where the present one was not. Without a key it
    is what came with the station.
    """

    private_key: str
    chain: str = ""
    is_good: bool = False


_CERTIFICATE = Shelf("own_certificate", Held)


class OwnCertificate:
    """At most one in use, the one before it and one asked for; the keys never leave the station."""

    __slots__ = ("_ask_at_s", "_calls", "_configuration", "_effects", "_present", "_refusals", "_renew_at", "_replaced",
                 "_security_log", "_serial", "_shows_previous", "_store", "_trust")  # fmt: skip

    def __init__(
        self,
        serial: str,
        store: Store,
        configuration: Configuration,
        trust: Trust,
        calls: Calls,
        security_log: SecurityLog,
        effects: Effects,
        present: Present,
        replaced: Callable[[], None],
    ) -> None:
        """Find what is kept; `replaced` hears of each certificate that was taken."""
        self._serial = serial
        self._store = store
        self._configuration = configuration
        self._trust = trust
        self._calls = calls
        self._security_log = security_log
        self._effects = effects
        self._present = present
        self._replaced = replaced
        own, previous = self._kept()
        self._renew_at = _renewal_of(previous if previous is not None and previous.is_good else own)
        self._ask_at_s = 0.0
        self._refusals = 0
        self._shows_previous = False

    @property
    def rows(self) -> Rows:
        """The request that brings the certificate."""
        return {CertificateSigned: self._signed}

    # Whom the station shows itself as

    def next_shown(self) -> Held | None:
        """What the next connection shows; None for what came with the station. It is read from the store."""
        own, previous = self._kept()
        if own is None or previous is None:
            self._shows_previous = False
            return own
        doubts = self._refusals - REFUSALS_BEFORE_DOUBT
        self._shows_previous = previous.is_good is not (doubts >= 0 and doubts % 2 == 0)
        shown = previous if self._shows_previous else own
        return shown if shown.private_key else None

    def refused(self, status: int | None, by_tls: bool) -> None:
        """An attempt to connect has failed: by the certificate, if TLS did not take it, or HTTP so says."""
        self._refusals += by_tls or status in _REFUSED

    def shown(self, now: Moment) -> None:
        """A connection stands, by what was shown."""
        self._refusals = 0
        if not is_encrypted(self._configuration.text(Key.SUPERVISION_URL) or ""):
            return
        own, previous = self._kept()
        if previous is None:
            return
        if not self._shows_previous:
            _CERTIFICATE.delete(self._store, _PREVIOUS)
            self._renew_at = _renewal_of(own)
        elif not previous.is_good:
            self._fall_back_on(previous, now)

    def _fall_back_on(self, previous: Held, now: Moment) -> None:
        _CERTIFICATE.put(self._store, _PREVIOUS, msgspec.structs.replace(previous, is_good=True))
        self._renew_at = _renewal_of(previous)
        self._ask_at_s = now.s + RETRY_AFTER_FALLBACK_S
        self._security_log.record(
            SecurityEvent.INVALID_CHARGE_POINT_CERTIFICATE,
            now,
            "the central system did not take the new certificate; the one before is shown again",
        )

    def _kept(self) -> tuple[Held | None, Held | None]:
        """The present certificate, and the one before it as long as it may be needed."""
        kept = _CERTIFICATE.records(self._store)
        return kept.get(_OWN), kept.get(_PREVIOUS)

    # How it comes by the next one

    @property
    def can_ask(self) -> bool:
        """Whether the station knows for whom it asks: the organisation is part of a request (SEC-25)."""
        return bool(self._configuration.text(Key.CPO_NAME))

    @property
    def deadline_s(self) -> float | None:
        """When a renewal is due."""
        if self._renew_at is None or not self.can_ask or not self._present.is_online:
            return None
        now = self._present.now
        return max(self._ask_at_s, now.s + (self._renew_at - now.instant).total_seconds())

    def settle(self, now: Moment) -> None:
        """Ask for the next certificate while the present one still counts."""
        deadline_s = self.deadline_s
        if deadline_s is not None and deadline_s <= now.s:
            self.ask(now)

    def ask(self, now: Moment) -> None:
        """Make a new key and have a certificate signed for it."""
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        _CERTIFICATE.put(self._store, _WANTED, Held(pem))
        subject = [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, self._configuration.text(Key.CPO_NAME) or ""),
            x509.NameAttribute(NameOID.COMMON_NAME, self._serial),
        ]
        request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject)).sign(key, hashes.SHA256())
        csr = request.public_bytes(serialization.Encoding.PEM).decode()
        self._ask_at_s = now.s + RETRY_S
        self._calls.put(Errand(SignCertificate(csr=csr), self._answered, self._failed), urgent=True)

    def _answered(self, result: SignCertificateResult, _now: Moment) -> None:
        if result.status is not GenericStatus.ACCEPTED:
            self._effects.note("certificate not signed", reason="the central system has it signed by nobody")

    def _failed(self, failure: Failure, _now: Moment) -> None:
        self._effects.note("certificate not signed", reason=str(failure.kind))

    def _signed(self, request: CertificateSigned) -> Reply:
        wanted = _CERTIFICATE.records(self._store).get(_WANTED)
        try:
            certificate = self._judged(request.certificate_chain, wanted)
        except BadCertificate as error:
            reason = str(error)
            refused = CertificateSignedResult(status=CertificateSignedStatus.REJECTED)
            return Reply(refused, lambda now: self._note_refusal(reason, now))
        assert wanted is not None, "a certificate is good only for the key it was asked for"
        held = Held(wanted.private_key, request.certificate_chain)
        accepted = CertificateSignedResult(status=CertificateSignedStatus.ACCEPTED)
        return Reply(accepted, lambda now: self._take(held, certificate, now))

    def _judged(self, pem: str, wanted: Held | None) -> x509.Certificate:
        key_of_size = Key.CERTIFICATE_SIGNED_MAX_CHAIN_SIZE
        has_key = self._configuration.has(key_of_size)
        size_max = self._configuration.number(key_of_size) if has_key else CHAIN_SIZE_MAX
        if len(pem) > size_max:
            raise BadCertificate(f"the chain has {len(pem)} characters, at most {size_max} are taken")
        if wanted is None:
            raise BadCertificate("none was asked for")
        chain = read_chain(pem)
        key = serialization.load_pem_private_key(wanted.private_key.encode(), password=None)
        if chain[0].public_key() != key.public_key():
            raise BadCertificate("it is for another key than the one asked for")
        if self._serial not in names_of(chain[0]):
            raise BadCertificate(f"it names {', '.join(names_of(chain[0])) or 'nobody'}, and not this station")
        check_path(chain, self._trust.roots(CertificateUse.CENTRAL_SYSTEM_ROOT_CERTIFICATE), self._present.now.instant)
        return chain[0]

    def _take(self, held: Held, certificate: x509.Certificate, now: Moment) -> None:
        own, previous = self._kept()
        works = previous or own or Held("")  # a present one that was never shown with success is nothing to go back to
        _CERTIFICATE.put(self._store, _PREVIOUS, msgspec.structs.replace(works, is_good=False))
        _CERTIFICATE.put(self._store, _OWN, held)
        _CERTIFICATE.delete(self._store, _WANTED)
        self._refusals = 0
        self._renew_at = certificate.not_valid_after_utc - RENEW_BEFORE
        self._ask_at_s = now.s + RETRY_S  # one that is short-lived from the start is not asked for again at once
        self._security_log.record(
            SecurityEvent.RECONFIGURATION_OF_SECURITY_PARAMETERS, now, "certificate of the station replaced"
        )
        self._replaced()

    def _note_refusal(self, reason: str, now: Moment) -> None:
        self._security_log.record(SecurityEvent.INVALID_CHARGE_POINT_CERTIFICATE, now, reason)


def _renewal_of(held: Held | None) -> datetime | None:
    """When the next one is asked for; None for what came with the station, which is not ours to renew."""
    return read_chain(held.chain)[0].not_valid_after_utc - RENEW_BEFORE if held is not None and held.chain else None
