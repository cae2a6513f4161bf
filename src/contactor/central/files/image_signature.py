"""Whether a signature was made over an image with the key of its signing certificate (W L01): RSA or ECDSA, SHA-256.

The station judges who vouches for the certificate, by its ManufacturerRootCertificates; here it is only seen that the
three belong together, before a whole fleet is told of them.
"""

import base64
import binascii
from collections.abc import Callable
from functools import partial

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from contactor.central.files.image_rows import Signature

_DIGEST = Prehashed(hashes.SHA256())
_RSA_PADDINGS = (padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO), padding.PKCS1v15())


class BadSignature(ValueError):
    """A signature cannot go with an image: `field` is what is wrong, the message says why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def check_image_signature(signature: Signature, sha256: str) -> None:
    """Hold a signature and its certificate to the checksum of an image.

    Raises:
        BadSignature: they do not belong together.
    """
    try:
        raw = base64.b64decode(signature.signature, validate=True)
    except binascii.Error as error:
        raise BadSignature("signature", "it is not in Base64") from error
    if not _fits(_key_of(signature.certificate), raw, bytes.fromhex(sha256)):
        raise BadSignature("signature", "it was not made over this image with the certificate's key")


def _key_of(certificate: str) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    try:
        key = x509.load_pem_x509_certificates(certificate.encode())[0].public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadSignature("signing_certificate", "it is no certificate in PEM") from error
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise BadSignature("signing_certificate", "its key is neither RSA nor EC (SEC-25)")
    return key


def _fits(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, raw: bytes, digest: bytes) -> bool:
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _verifies(lambda: key.verify(raw, digest, ec.ECDSA(_DIGEST)))
    return any(_verifies(partial(key.verify, raw, digest, each, _DIGEST)) for each in _RSA_PADDINGS)


def _verifies(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except InvalidSignature:
        return False
    return True
