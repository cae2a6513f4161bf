"""SHELL: reads an authority from its two files, and says of either what is wrong with it."""

from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from contactor.base.errors import BadSetting
from contactor.central.authority.authority import Authority, PrivateKey

_CERTIFICATE, _KEY = "station_authority_certificate", "station_authority_key"


def read_authority(certificate: str, key: str, validity: timedelta) -> Authority:
    """The authority whose certificate and key stand in these files.

    Raises:
        BadSetting: one cannot be read, is no authority's, or does not belong to the other.
    """
    try:
        chain = x509.load_pem_x509_certificates(_bytes_of(_CERTIFICATE, certificate))
    except ValueError as error:
        raise BadSetting(_CERTIFICATE, certificate, "a PEM file with a certificate is needed") from error
    if not _is_authority(chain[0]):
        raise BadSetting(_CERTIFICATE, certificate, "its first certificate is no authority's (basicConstraints CA)")
    own_key = _private_key(key)
    if own_key.public_key() != chain[0].public_key():
        raise BadSetting(_KEY, key, f"it must be the key of {certificate}")
    return Authority(chain, own_key, validity)


def _private_key(path: str) -> PrivateKey:
    try:
        key = serialization.load_pem_private_key(_bytes_of(_KEY, path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:  # TypeError: it is encrypted
        raise BadSetting(_KEY, path, "an unencrypted PEM key is needed") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise BadSetting(_KEY, path, "an RSA or EC key is needed (SEC-25)")
    return key


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _bytes_of(setting: str, path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise BadSetting(setting, path, f"a readable file is needed: {error.strerror}") from error
