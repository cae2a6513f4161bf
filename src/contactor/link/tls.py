"""SHELL: TLS as the security white paper wants it: versions, suites, files, and what a failed handshake means."""

import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from contactor.base.errors import BadSetting, LinkError
from contactor.link.link import CertificateRefused, LinkFailed, OwnCertificateRefused, TlsFault

logger = logging.getLogger("contactor.link")

# What every current peer can do; TLS 1.3 brings its own suites and needs no list.
ECDHE_SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
)
# SEC-21 demands them of a server although they have no forward secrecy; Python leaves them out unless named.
PLAIN_RSA_SUITES = ("AES128-GCM-SHA256", "AES256-GCM-SHA384")

# What OpenSSL says of a peer that does not speak TLS at all and would not understand an alert.
NOT_TLS = frozenset({"HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "WRONG_VERSION_NUMBER"})


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """A certificate with its chain, and its key; PEM, the key not encrypted."""

    certificate: Path
    key: Path


Told = Callable[[str], None]
"""Hears why a handshake was refused."""


class _TellingHandshake(ssl.SSLObject):
    """Tells of each refused handshake (SEC-26), and sees to it that the station learns the reason.

    On an error the loops, asyncio's as uvloop's, drop the connection before OpenSSL's alert is out, and the station
    could not tell an old version from a dead line (SEC-24). Claiming to want more input makes them send it; the station
    then hangs up, or the handshake limit does.
    """

    _refusal: ssl.SSLError | None = None

    def do_handshake(self) -> None:
        if self._refusal is not None:
            raise self._refusal
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            reason = _reason_of(error)
            logger.warning("a TLS handshake was refused: %s", reason)
            self._tell(reason)
            if error.reason in NOT_TLS:
                raise
            self._refusal = error
            raise ssl.SSLWantReadError from error

    def _tell(self, reason: str) -> None:
        """Nobody else wants to know."""


def _reason_of(error: ssl.SSLError) -> str:
    return str(getattr(error, "verify_message", None) or error.reason or error)


def _telling(told: Told) -> type[_TellingHandshake]:
    class ToldHandshake(_TellingHandshake):
        def _tell(self, reason: str) -> None:
            told(reason)

    return ToldHandshake


def server_context(
    *certificates: CertificateFiles, client_ca: Path | None = None, told: Told | None = None
) -> ssl.SSLContext:
    """Make the context of a listener.

    Give an ECDSA and an RSA certificate to serve all four suites of SEC-21; OpenSSL picks the one that fits the peer.
    With a `client_ca` stations are asked for a certificate, and one that it did not sign is refused; who must have one,
    the admission decides. `told` hears of every refused handshake.

    Raises:
        BadSetting: a file is missing, unreadable, or does not belong to the other.
    """
    assert certificates
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _harden(context, ECDHE_SUITES + PLAIN_RSA_SUITES)
    for files in certificates:
        _load_certificate(context, files)
    if client_ca is not None:
        _load_authorities(context, "client_ca", client_ca)
        context.verify_mode = ssl.CERT_OPTIONAL
    context.sslobject_class = _TellingHandshake if told is None else _telling(told)
    return context


def verified_chain(tls: ssl.SSLObject) -> str:
    """The certificates by which the peer was believed, as PEM: its own first, the one that is trusted last."""
    # Python gives them by a public name from 3.13 on only; what it calls there has been beneath since 3.10.
    chain = tls._sslobj.get_verified_chain()  # type: ignore[attr-defined]
    return "".join(each.public_bytes() for each in chain or ())


def valid_until(certificate: Path) -> datetime:
    """When a PEM file's first certificate ends: the one that is shown, before those it was signed by.

    Raises:
        BadSetting: the file is missing or holds no certificate.
    """
    from cryptography import x509  # slow to load, and only who serves TLS needs it

    _require_file("certificate", certificate)
    try:
        return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except ValueError as error:
        raise BadSetting("certificate", str(certificate), "a PEM file with a certificate is needed") from error


def client_context(
    ca_file: Path | None = None, certificate: CertificateFiles | None = None, *, trusts_system: bool = True
) -> ssl.SSLContext:
    """Make the context of a station: it trusts `ca_file` alone, or the system's authorities if there is none and
    `trusts_system`.

    It shows its own `certificate` to a central system that asks for one (security profile 3).

    Raises:
        BadSetting: the file is missing or holds no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _harden(context, ECDHE_SUITES)
    # SEC-23: the white paper puts the host name into the common name; it counts where there is no subjectAltName.
    context.hostname_checks_common_name = True
    if certificate is not None:
        _load_certificate(context, certificate)
    if ca_file is not None:
        _load_authorities(context, "ca_file", ca_file)
    elif trusts_system:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    return context


def _load_authorities(context: ssl.SSLContext, setting: str, path: Path) -> None:
    _require_file(setting, path)
    try:
        context.load_verify_locations(cafile=path)
    except ssl.SSLError as error:
        raise BadSetting(setting, str(path), "a PEM file with certificates is needed") from error


def _harden(context: ssl.SSLContext, suites: tuple[str, ...]) -> None:
    """SEC-20: TLS 1.2 at least, no compression."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION
    context.set_ciphers(":".join(suites))


def _load_certificate(context: ssl.SSLContext, files: CertificateFiles) -> None:
    _require_file("certificate", files.certificate)
    _require_file("key", files.key)
    try:
        # Without a password function OpenSSL would ask for one at the terminal, and wait.
        context.load_cert_chain(files.certificate, files.key, password=lambda: "")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            expected = f"it must be the key of {files.certificate}"
        else:
            expected = f"an unencrypted PEM key and the PEM certificate {files.certificate} are needed"
        raise BadSetting("key", str(files.key), expected) from error


def _require_file(setting: str, path: Path) -> None:
    try:
        path.open("rb").close()
    except OSError as error:
        raise BadSetting(setting, str(path), f"a readable file is needed: {error.strerror}") from error


# OpenSSL's numbers for what is wrong with a certificate (X509_V_ERR_..., x509_vfy.h).
CERTIFICATE_FAULTS = {
    2: TlsFault.UNKNOWN_AUTHORITY,
    9: TlsFault.NOT_YET_VALID,
    10: TlsFault.EXPIRED,
    18: TlsFault.UNKNOWN_AUTHORITY,
    19: TlsFault.UNKNOWN_AUTHORITY,
    20: TlsFault.UNKNOWN_AUTHORITY,
    21: TlsFault.UNKNOWN_AUTHORITY,
    62: TlsFault.WRONG_HOST,
    64: TlsFault.WRONG_HOST,
}

# OpenSSL's words for a handshake that found no common ground; newer versions spell the alerts differently.
HANDSHAKE_FAULTS = {
    "UNSUPPORTED_PROTOCOL": TlsFault.OLD_TLS_VERSION,
    "TLSV1_ALERT_PROTOCOL_VERSION": TlsFault.OLD_TLS_VERSION,
    "TLS_ALERT_PROTOCOL_VERSION": TlsFault.OLD_TLS_VERSION,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": TlsFault.NO_SHARED_CIPHER,
    "SSL/TLS_ALERT_HANDSHAKE_FAILURE": TlsFault.NO_SHARED_CIPHER,
    "TLSV1_ALERT_INSUFFICIENT_SECURITY": TlsFault.NO_SHARED_CIPHER,
    "TLS_ALERT_INSUFFICIENT_SECURITY": TlsFault.NO_SHARED_CIPHER,
    "WRONG_CIPHER_RETURNED": TlsFault.NO_SHARED_CIPHER,
    "UNKNOWN_CIPHER_RETURNED": TlsFault.NO_SHARED_CIPHER,
}


# The alerts by which a peer refuses the certificate that it was shown (RFC 8446, 6.2), as OpenSSL's words end.
CERTIFICATE_ALERTS = frozenset(
    {
        "ALERT_BAD_CERTIFICATE",
        "ALERT_UNSUPPORTED_CERTIFICATE",
        "ALERT_CERTIFICATE_REVOKED",
        "ALERT_CERTIFICATE_EXPIRED",
        "ALERT_CERTIFICATE_UNKNOWN",
        "ALERT_CERTIFICATE_REQUIRED",
        "ALERT_UNKNOWN_CA",
        "ALERT_ACCESS_DENIED",
        "ALERT_DECRYPT_ERROR",
    }
)


def refusal_of(error: ssl.SSLError) -> LinkError:
    """Say what a failed TLS handshake means for the one who dialled."""
    reason: str = getattr(error, "reason", None) or str(error)  # an error that no OpenSSL call made has none
    if isinstance(error, ssl.SSLCertVerificationError):
        fault = CERTIFICATE_FAULTS.get(error.verify_code, TlsFault.OTHER_CERTIFICATE_FAULT)
        return CertificateRefused(fault, error.verify_message)
    if reason in HANDSHAKE_FAULTS:
        return CertificateRefused(HANDSHAKE_FAULTS[reason], reason)
    if reason[reason.find("ALERT_") :] in CERTIFICATE_ALERTS:
        return OwnCertificateRefused(reason)
    return LinkFailed(f"TLS: {reason}")  # such as a peer that speaks no TLS at all
