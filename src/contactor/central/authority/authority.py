"""An authority's certificate and key, and what it signs with them: client certificates of stations (W A02)."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contactor.central.authority.issued import Issued, RequestRefused
from contactor.central.authority.signing_request import PublicKey, check_names, read_request

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
CHAIN_SIZE_MAX = 10_000
"""What CertificateSigned takes."""
CLOCKS_DIFFER = timedelta(hours=1)
"""So much earlier than now a certificate begins: a station whose clock is behind takes it all the same."""


class Authority:
    """Signs for stations with the first of its certificates; the others are those that vouch for it."""

    def __init__(self, certificates: Sequence[x509.Certificate], key: PrivateKey, validity: timedelta) -> None:
        self._own = certificates[0]
        self._all = certificates
        self._above = [each for each in certificates if each.issuer != each.subject]
        self._key = key
        self._validity = validity

    @property
    def organisation(self) -> str | None:
        """For whom it signs; None where its certificate names nobody, and it signs for all."""
        named = self._own.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return str(named[0].value) if named else None

    @property
    def ends(self) -> datetime:
        """When the first of its certificates ends: from then on what it signed leads nowhere."""
        return min(each.not_valid_after_utc for each in self._all)

    def sign(self, csr: str, identity: str, names: Collection[str], now: datetime) -> Issued:
        """Sign a request of a station, see `Signer`.

        The certificate also names the identity (a DNS name): the white paper has the serial number as the common name,
        and a connection says the identity and no more.
        """
        request, key = read_request(csr)
        check_names(request, self.organisation, names)
        if not self._own.not_valid_before_utc <= now < self._own.not_valid_after_utc:
            raise RequestRefused(f"the authority's own certificate counts until {self._own.not_valid_after_utc} only")
        ends = min(now + self._validity, self._own.not_valid_after_utc)
        certificate = self._certificate(request.subject, key, identity, (now - CLOCKS_DIFFER, ends))
        chain = "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in (certificate, *self._above))
        if len(chain) > CHAIN_SIZE_MAX:
            raise RequestRefused(f"with those above it it has {len(chain)} characters, and no message takes so many")
        return Issued(
            chain, f"{certificate.serial_number:x}", request.subject.rfc4514_string(), certificate.not_valid_after_utc
        )

    def _certificate(
        self, subject: x509.Name, key: PublicKey, identity: str, period: tuple[datetime, datetime]
    ) -> x509.Certificate:
        if not identity.isascii():
            raise RequestRefused("the station's identity has letters that no certificate can name")
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._own.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(period[0])
            .not_valid_after(period[1])
        )
        for extension, is_critical in _extensions(self._own, key, identity):
            builder = builder.add_extension(extension, critical=is_critical)
        return builder.sign(self._key, hashes.SHA256())


def _extensions(issuer: x509.Certificate, key: PublicKey, identity: str) -> Sequence[tuple[x509.ExtensionType, bool]]:
    issuer_key = issuer.public_key()
    assert isinstance(issuer_key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey), "its file was read so"
    return (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage(signs_certificates=False), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        (x509.SubjectAlternativeName([x509.DNSName(identity)]), False),
        (x509.SubjectKeyIdentifier.from_public_key(key), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), False),
    )


def key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """What a key is for: an authority's to sign certificates, another's to sign what it says."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
