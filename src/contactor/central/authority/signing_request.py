"""What a station's request for a certificate must be: its own signature, its key, its names (SEC-25, W A02)."""

from collections.abc import Collection

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

from contactor.central.authority.issued import RequestRefused

RSA_BITS_MIN = 2048
RSA_BITS_MAX = 4096
"""A longer key buys nothing, and checking what it signed takes the time of other stations."""
RSA_EXPONENT_MAX = 2**32
EC_BITS_MIN = 224
HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


def read_request(csr: str) -> tuple[x509.CertificateSigningRequest, PublicKey]:
    """The request and its key, once both are good and the one was signed with the other.

    Raises:
        RequestRefused: they are not.
    """
    try:
        request = x509.load_pem_x509_csr(csr.encode())
        key = _strong(request.public_key())
        if not isinstance(request.signature_hash_algorithm, HASHES):
            raise RequestRefused("it is signed over a hash that is not SHA-256, SHA-384 or SHA-512 (SEC-25)")
        is_its_own = request.is_signature_valid
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise RequestRefused("it is no PKCS 10 request in PEM that can be read") from error
    if not is_its_own:
        raise RequestRefused("it is not signed with the key that it names")
    return request, key


def check_names(request: x509.CertificateSigningRequest, organisation: str | None, names: Collection[str]) -> None:
    """Hold the subject to the white paper: CN is the station's serial number, O the operator (SEC-25).

    Raises:
        RequestRefused: it is another's, or nobody's.
    """
    common_name = _only(request, NameOID.COMMON_NAME, "common name")
    if common_name not in names:
        raise RequestRefused(f"its common name is {common_name!r}, and not the serial number {' or '.join(names)}")
    named = _only(request, NameOID.ORGANIZATION_NAME, "organisation")
    if organisation is not None and named != organisation:
        raise RequestRefused(f"its organisation is {named!r}, and not {organisation!r}; CpoName says it")


def _strong(key: object) -> PublicKey:
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.key_size < EC_BITS_MIN:
            raise RequestRefused(f"its EC key has {key.key_size} bits, fewer than {EC_BITS_MIN} (SEC-25)")
        return key
    if not isinstance(key, rsa.RSAPublicKey):
        raise RequestRefused("its key is neither RSA nor EC (SEC-25)")
    if not RSA_BITS_MIN <= key.key_size <= RSA_BITS_MAX:
        raise RequestRefused(f"its RSA key has {key.key_size} bits, not {RSA_BITS_MIN} to {RSA_BITS_MAX} (SEC-25)")
    if key.public_numbers().e > RSA_EXPONENT_MAX:
        raise RequestRefused("its RSA key has a public exponent that takes too long to compute with")
    return key


def _only(request: x509.CertificateSigningRequest, name: ObjectIdentifier, called: str) -> str:
    found = [str(each.value) for each in request.subject.get_attributes_for_oid(name)]
    if len(found) != 1 or not found[0]:
        raise RequestRefused(f"it has {len(found)} of what there must be one: {called}")
    return found[0]
