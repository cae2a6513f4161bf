"""What certificates say: whose they are, until when they count, who vouches for them (SEC-25, RFC 5280 section 6)."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from contactor.base.errors import ContactorError
from contactor.ocpp.datatypes import CertificateHashData
from contactor.ocpp.enumerations import HashAlgorithm

CHAIN_MAX = 8
RSA_BITS_MIN = 2048
EC_BITS_MIN = 224

_DIGESTS = {
    HashAlgorithm.SHA256: hashlib.sha256,
    HashAlgorithm.SHA384: hashlib.sha384,
    HashAlgorithm.SHA512: hashlib.sha512,
}


class BadCertificate(ContactorError):
    """A certificate cannot be read, or must not be trusted; the message says why."""


def read_chain(pem: str) -> list[x509.Certificate]:
    """The certificates of a PEM text, the first one first.

    Raises:
        BadCertificate: there is none, too many, or a key too weak to count (SEC-25).
    """
    try:
        chain = x509.load_pem_x509_certificates(pem.encode())
        bits = [_key_bits(each) for each in chain]
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadCertificate("the text is no certificate") from error
    if len(chain) > CHAIN_MAX:
        raise BadCertificate(f"a chain of {len(chain)} certificates is longer than {CHAIN_MAX}")
    if not all(bits):
        raise BadCertificate(f"a key has fewer than {RSA_BITS_MIN} bits (RSA) or {EC_BITS_MIN} bits (EC)")
    return chain


def check_root(certificate: x509.Certificate, at: datetime) -> None:
    """Hold a certificate to what a root is: an authority's, signed by itself, and of this time.

    Raises:
        BadCertificate: it is none.
    """
    _check_time(certificate, at)
    if not _is_issued_by(certificate, certificate):
        raise BadCertificate("it is not signed by itself, and so no root")


def check_successor(certificate: x509.Certificate, old: x509.Certificate, at: datetime) -> None:
    """Hold a root that is to replace another to what AdditionalRootCertificateCheck demands: the old one signed it.

    Raises:
        BadCertificate: it did not, or the new one is no authority's or not of this time.
    """
    _check_time(certificate, at)
    if not _is_authority(certificate) or not _is_issued_by(certificate, old):
        raise BadCertificate("it is not an authority's that the root it is to replace has signed")


def check_path(chain: Sequence[x509.Certificate], roots: Iterable[x509.Certificate], at: datetime) -> None:
    """Follow a chain from its first certificate to one that was signed by a root.

    Raises:
        BadCertificate: it does not lead to any, or something on the way does not count at that instant.
    """
    trusted = list(roots)
    for certificate, issuer in zip(chain, [*chain[1:], None], strict=True):
        _check_time(certificate, at)
        if any(_is_issued_by(certificate, root) for root in trusted):
            return
        if issuer is None or not _is_issued_by(certificate, issuer):
            break
    raise BadCertificate("it does not lead to a root that is trusted here")


def check_signature(signer: x509.Certificate, signature: str, content: bytes) -> None:
    """Hold content to a signature in Base64: RSA (PSS or PKCS 1) or ECDSA, over its SHA-256.

    Raises:
        BadCertificate: it was not made with the signer's key, or not over this content.
    """
    try:
        raw = base64.b64decode(signature, validate=True)
    except binascii.Error as error:
        raise BadCertificate("the signature is not in Base64") from error
    if not any(_fits(signer, raw, content, scheme) for scheme in _schemes_of(signer)):
        raise BadCertificate("the signature is not the signer's over this file")


def names_of(certificate: x509.Certificate) -> list[str]:
    """The common names of whom it is about."""
    return [str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]


def hash_data(root: x509.Certificate, algorithm: HashAlgorithm = HashAlgorithm.SHA256) -> CertificateHashData:
    """What names a root certificate on the wire; the hashes are of its name and its key, as for OCSP."""
    digest = _DIGESTS[algorithm]
    return CertificateHashData(
        hash_algorithm=algorithm,
        issuer_name_hash=digest(root.issuer.public_bytes()).hexdigest(),
        issuer_key_hash=digest(_key_octets(root)).hexdigest(),
        serial_number=f"{root.serial_number:x}",
    )


def as_pem(certificates: Iterable[x509.Certificate]) -> str:
    """Certificates as one PEM text."""
    return "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in certificates)


def _check_time(certificate: x509.Certificate, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise BadCertificate(f"it counts from {certificate.not_valid_before_utc} to {certificate.not_valid_after_utc}")


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return _is_authority(issuer)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _key_bits(certificate: x509.Certificate) -> int:
    """The size of a key that is strong enough, else 0."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size if key.key_size >= RSA_BITS_MIN else 0
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.key_size if key.key_size >= EC_BITS_MIN else 0
    return 0


def _key_octets(certificate: x509.Certificate) -> bytes:
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)


_Scheme = padding.PSS | padding.PKCS1v15 | ec.ECDSA


def _schemes_of(signer: x509.Certificate) -> tuple[_Scheme, ...]:
    if isinstance(signer.public_key(), ec.EllipticCurvePublicKey):
        return (ec.ECDSA(hashes.SHA256()),)
    return padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO), padding.PKCS1v15()


def _fits(signer: x509.Certificate, signature: bytes, content: bytes, scheme: _Scheme) -> bool:
    key = signer.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(scheme, ec.ECDSA):
            key.verify(signature, content, scheme)
            return True
        if isinstance(key, rsa.RSAPublicKey) and not isinstance(scheme, ec.ECDSA):
            key.verify(signature, content, scheme, hashes.SHA256())
            return True
    except InvalidSignature:
        pass
    return False
