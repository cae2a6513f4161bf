"""An authority for tests: a root of its own, and what it signs."""

import base64
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
A_YEAR = timedelta(days=365)


def named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


class Authority:
    """Signs for one year from January 2026, or from when and as long as it is told."""

    def __init__(
        self, name: str, *, lasts: timedelta = A_YEAR, is_authority: bool = True, begins: datetime = BEGINS
    ) -> None:
        self._begins = begins
        self.name = named(name)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = (
            self._builder(self.name, self.key.public_key(), lasts)
            .add_extension(_constraints(is_authority), critical=True)
            .sign(self.key, hashes.SHA256())
        )

    @property
    def pem(self) -> str:
        return as_pem(self.certificate)

    def signed(self, csr_pem: str, *, lasts: timedelta = A_YEAR, name: str | None = None) -> str:
        """The certificate that a signing request asks for, or one of another name."""
        request = x509.load_pem_x509_csr(csr_pem.encode())
        subject, key = request.subject if name is None else named(name), request.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey), "a station asks for a key on a curve"
        return as_pem(self._builder(subject, key, lasts).sign(self.key, hashes.SHA256()))

    def vouches_for(self, key: Key, name: str = "Firmware signer") -> str:
        """A certificate for a key."""
        return as_pem(self._builder(named(name), key.public_key(), A_YEAR).sign(self.key, hashes.SHA256()))

    def followed_by(self, other: "Authority") -> str:
        """The root of another authority, signed by this one (AdditionalRootCertificateCheck)."""
        builder = self._builder(other.name, other.key.public_key(), A_YEAR)
        return as_pem(builder.add_extension(_constraints(True), critical=True).sign(self.key, hashes.SHA256()))

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, lasts: timedelta
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._begins)
            .not_valid_after(self._begins + lasts)
        )


def _constraints(is_authority: bool) -> x509.BasicConstraints:
    return x509.BasicConstraints(ca=is_authority, path_length=None)


def as_pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def signature_of(key: Key, content: bytes, *, pss: bool = False) -> str:
    """A signature in Base64, over the SHA-256 of some content."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return base64.b64encode(key.sign(content, ec.ECDSA(hashes.SHA256()))).decode()
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if pss else padding.PKCS1v15()
    return base64.b64encode(key.sign(content, scheme, hashes.SHA256())).decode()
