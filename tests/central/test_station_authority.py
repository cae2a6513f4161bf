"""What the authority signs and what it does not: the white paper's demands on keys and names (SEC-25, W A00, A02)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from structlog.testing import capture_logs

from contactor.base.errors import BadSetting
from contactor.base.instants import to_text
from contactor.central.authority.authority import Authority
from contactor.central.authority.authority_files import read_authority
from contactor.central.authority.issued import Issued, RequestRefused
from contactor.central.authority.new_authority import NewAuthority, new_authority
from tests.central.api.bench import API, api_in

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)
MADE = new_authority("Chargers Ltd", "Stations", NOW - timedelta(days=1), 3 * YEAR)
SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def request(
    *names: tuple[x509.ObjectIdentifier, str], key: SigningKey = KEY, digest: hashes.HashAlgorithm | None = None
) -> str:
    subject = x509.Name([x509.NameAttribute(kind, value) for kind, value in names or (O, CN)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        signed = builder.sign(key, None)
    else:
        signed = builder.sign(key, digest or hashes.SHA256())  # type: ignore[arg-type]  # one test uses a bad one
    return signed.public_bytes(serialization.Encoding.PEM).decode()


O = (NameOID.ORGANIZATION_NAME, "Chargers Ltd")  # noqa: E741 - as X.509 calls it
CN = (NameOID.COMMON_NAME, "SN-1")


def kept(place: Path, made: NewAuthority = MADE) -> tuple[str, str]:
    files = place / "authority.pem", place / "authority.key"
    for file, text in zip(files, made, strict=True):
        file.write_text(text)
    return str(files[0]), str(files[1])


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return read_authority(*kept(tmp_path), YEAR)


def signed(authority: Authority, csr: str, now: datetime = NOW) -> Issued:
    return authority.sign(csr, "CP-1", ["SN-1"], now)


@pytest.mark.parametrize("key", [KEY, RSA_KEY], ids=["EC", "RSA"])
def test_sec_25_a_good_request_becomes_a_client_certificate_of_that_key_serial_number_and_identity(
    authority: Authority, key: SigningKey
) -> None:
    issued = signed(authority, request(key=key))
    (certificate,) = x509.load_pem_x509_certificates(issued.chain.encode())
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(MADE.certificate.encode()))
    assert certificate.public_key() == key.public_key()
    assert certificate.subject.rfc4514_string() == issued.subject == "CN=SN-1,O=Chargers Ltd"
    assert certificate.not_valid_after_utc == issued.valid_until == NOW + YEAR
    assert f"{certificate.serial_number:x}" == issued.serial_number
    extensions = certificate.extensions
    assert extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName) == [
        "CP-1"
    ]
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def _broken(csr: str) -> str:
    der = bytearray(x509.load_pem_x509_csr(csr.encode()).public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    try:
        return x509.load_der_x509_csr(bytes(der)).public_bytes(serialization.Encoding.PEM).decode()
    except ValueError:
        pytest.fail("only the signature was to be broken")


BAD: dict[str, tuple[Callable[[], str], str]] = {
    "no request": (lambda: "-----BEGIN", "no PKCS 10 request"),
    "a certificate": (lambda: MADE.certificate, "no PKCS 10 request"),
    "another's signature": (lambda: _broken(request(key=RSA_KEY)), "not signed with the key"),
    "RSA of 1024 bits": (lambda: request(key=rsa.generate_private_key(65537, 1024)), "1024 bits"),
    "EC of 192 bits": (lambda: request(key=ec.generate_private_key(ec.SECP192R1())), "192 bits"),
    "Ed25519": (lambda: request(key=ed25519.Ed25519PrivateKey.generate()), "neither RSA nor EC"),
    "SHA-224": (lambda: request(digest=hashes.SHA224()), "hash that is not"),
    "another serial number": (lambda: request(O, (NameOID.COMMON_NAME, "SN-2")), "'SN-2', and not the serial number"),
    "two common names": (lambda: request(O, CN, CN), "common name"),
    "no common name": (lambda: request(O), "common name"),
    "another organisation": (lambda: request((NameOID.ORGANIZATION_NAME, "Others"), CN), "'Others', and not"),
    "no organisation": (lambda: request(CN), "organisation"),
}


@pytest.mark.parametrize("wrong", BAD)
def test_sec_25_a_request_with_a_weak_key_or_other_names_is_not_signed(authority: Authority, wrong: str) -> None:
    made, reason = BAD[wrong]
    with pytest.raises(RequestRefused, match=reason):
        signed(authority, made())


@pytest.mark.parametrize(("days_left", "is_told"), [(89, True), (91, False), (-1, True)])
async def test_the_end_of_the_authority_is_told_at_the_start_in_numbers_and_as_a_warning(
    tmp_path: Path, days_left: int, is_told: bool
) -> None:
    """Ninety days before: what it signs ends with it, and stations have to be given the next one's root."""
    now = datetime.now(UTC).replace(microsecond=0)
    ends = now + timedelta(days=days_left)
    certificate, key = kept(tmp_path, new_authority("Chargers Ltd", "Root", ends - YEAR, YEAR))
    files = {"station_authority_certificate": certificate, "station_authority_key": key}
    word = "ends" if days_left > 0 else "ended"
    told = [f"station authority authority.pem {word} at {to_text(ends)}, and nothing it signs outlives it"]
    with capture_logs() as logged:
        async with api_in(tmp_path, **files) as bench:
            warnings = (await bench.admin.get("/readyz")).json()["warnings"]
            system = (await bench.admin.get(f"{API}/system")).json()
            numbers = (await bench.admin.get("/metrics")).text
    assert warnings == system["warnings"] == (told if is_told else [])
    (number,) = [line for line in numbers.splitlines() if line.startswith("contactor_certificate_ends_seconds{")]
    name, _, value = number.rpartition(" ")
    assert (name, float(value)) == (f'contactor_certificate_ends_seconds{{file="{certificate}"}}', ends.timestamp())
    assert [each["reason"] for each in logged if "ends soon" in each["event"]] == warnings


def test_an_authority_ends_with_the_first_of_those_that_vouch_for_it(tmp_path: Path) -> None:
    above = new_authority("Chargers Ltd", "Above", NOW, timedelta(days=10))
    files = kept(tmp_path, NewAuthority(MADE.certificate + above.certificate, MADE.key))
    assert read_authority(*files, YEAR).ends == NOW + timedelta(days=10)


def test_a_certificate_never_outlives_the_authority_that_signed_it(authority: Authority) -> None:
    ends = NOW - timedelta(days=1) + 3 * YEAR
    assert signed(authority, request(), NOW + 2.5 * YEAR).valid_until == ends
    with pytest.raises(RequestRefused, match="counts until"):
        signed(authority, request(), ends)


def test_an_identity_that_no_certificate_can_name_gets_none(authority: Authority) -> None:
    with pytest.raises(RequestRefused, match="letters"):
        authority.sign(request(), "Säule-1", ["SN-1"], NOW)


def test_an_authority_below_another_sends_its_own_certificate_and_not_the_root(tmp_path: Path) -> None:
    """W A02: the station is to find the way to the root it has; a chain in another order would not lead there."""
    root_key = serialization.load_pem_private_key(MADE.key.encode(), password=None)
    assert isinstance(root_key, ec.EllipticCurvePrivateKey)
    root = x509.load_pem_x509_certificate(MADE.certificate.encode())
    below = ec.generate_private_key(ec.SECP256R1())
    between = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Between")]))
        .issuer_name(root.subject)
        .public_key(below.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + YEAR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    pem = between.public_bytes(serialization.Encoding.PEM).decode()
    key = below.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    files = kept(tmp_path, NewAuthority(pem + MADE.certificate, key))
    issued = read_authority(*files, YEAR).sign(request(O, CN), "CP-1", ["SN-1"], NOW)
    leaf, above = x509.load_pem_x509_certificates(issued.chain.encode())
    leaf.verify_directly_issued_by(above)
    assert above == between


def test_a_chain_that_no_message_takes_is_refused(tmp_path: Path) -> None:
    """CertificateSigned carries 10,000 characters at most: the station would never hear of it."""
    key = serialization.load_pem_private_key(MADE.key.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    own = x509.load_pem_x509_certificate(MADE.certificate.encode())
    bulky = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"x" * 8000)
    other = (
        x509.CertificateBuilder()
        .subject_name(own.subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Above")]))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + YEAR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(bulky, critical=False)
        .sign(key, hashes.SHA256())
    )
    files = kept(tmp_path, NewAuthority(other.public_bytes(serialization.Encoding.PEM).decode(), MADE.key))
    with pytest.raises(RequestRefused, match="no message takes"):
        signed(read_authority(*files, YEAR), request())


def test_files_that_make_no_authority_are_named_with_what_is_wrong(tmp_path: Path) -> None:
    certificate, key = kept(tmp_path)
    other = tmp_path / "other"
    for text, setting, reason in (
        ("nothing", "station_authority_certificate", "PEM file"),
        (signed(read_authority(certificate, key, YEAR), request()).chain, "station_authority_certificate", "CA"),
        (new_authority("Others", "Others", NOW, YEAR).certificate, "station_authority_key", "the key of"),
    ):
        other.write_text(text)
        with pytest.raises(BadSetting, match=reason) as refused:
            read_authority(str(other), key, YEAR)
        assert refused.value.setting == setting
    with pytest.raises(BadSetting, match="unencrypted PEM key"):
        read_authority(certificate, certificate, YEAR)
    with pytest.raises(BadSetting, match="No such file"):
        read_authority(certificate, str(tmp_path / "none"), YEAR)
