"""The contexts themselves, and files that cannot be used."""

import ssl
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from contactor.base.errors import BadSetting
from contactor.link.link import CertificateRefused, LinkFailed, TlsFault
from contactor.link.tls import CertificateFiles, client_context, refusal_of, server_context


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def files(ca: trustme.CA, tmp_path: Path) -> CertificateFiles:
    issued = ca.issue_cert("localhost")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "own.pem")
    issued.private_key_pem.write_to_path(tmp_path / "own.key")
    return CertificateFiles(tmp_path / "own.pem", tmp_path / "own.key")


def suites_of_tls_1_2(context: ssl.SSLContext) -> set[str]:
    return {suite["name"] for suite in context.get_ciphers() if suite["protocol"] == "TLSv1.2"}


def test_sec_20_both_ends_want_tls_1_2_and_no_compression(files: CertificateFiles) -> None:
    for context in (server_context(files), client_context()):
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
        assert context.options & ssl.OP_NO_COMPRESSION


def test_sec_21_the_server_serves_the_four_suites_of_the_white_paper(files: CertificateFiles) -> None:
    assert suites_of_tls_1_2(server_context(files)) >= {
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "AES128-GCM-SHA256",
        "AES256-GCM-SHA384",
    }


def test_sec_22_the_station_offers_only_suites_with_forward_secrecy() -> None:
    suites = suites_of_tls_1_2(client_context())
    assert suites >= {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"}
    assert all(suite.startswith("ECDHE-") for suite in suites)


def test_sec_23_the_station_checks_host_and_path() -> None:
    context = client_context()
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED


@pytest.mark.parametrize("missing", ["certificate", "key"])
def test_a_missing_file_is_named(files: CertificateFiles, missing: str) -> None:
    path: Path = getattr(files, missing)
    path.unlink()
    with pytest.raises(BadSetting, match=rf"{missing}: '{path}' .*No such file") as bad:
        server_context(files)
    assert bad.value.setting == missing


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"ca_file: .*Is a directory"):
        client_context(tmp_path)


def test_a_key_of_another_certificate_is_told(ca: trustme.CA, files: CertificateFiles) -> None:
    ca.issue_cert("localhost").private_key_pem.write_to_path(files.key)
    with pytest.raises(BadSetting, match=f"it must be the key of {files.certificate}"):
        server_context(files)


@pytest.mark.parametrize("broken", ["certificate", "key"])
def test_a_file_that_is_no_pem_is_told(files: CertificateFiles, broken: str) -> None:
    path: Path = getattr(files, broken)
    path.write_text("not a PEM file\n")
    with pytest.raises(BadSetting, match="an unencrypted PEM key and the PEM certificate"):
        server_context(files)


def test_an_encrypted_key_is_refused_and_not_asked_for_at_the_terminal(files: CertificateFiles) -> None:
    key = load_pem_private_key(files.key.read_bytes(), None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    files.key.write_bytes(locked)
    with pytest.raises(BadSetting, match="unencrypted"):
        server_context(files)


def test_a_ca_file_without_a_certificate_is_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing\n")
    with pytest.raises(BadSetting, match=r"ca_file: .*ca\.pem.*PEM file with certificates"):
        client_context(tmp_path / "ca.pem")


@pytest.mark.parametrize(
    ("verify_code", "fault"),
    [
        (9, TlsFault.NOT_YET_VALID),
        (10, TlsFault.EXPIRED),
        (18, TlsFault.UNKNOWN_AUTHORITY),
        (19, TlsFault.UNKNOWN_AUTHORITY),
        (20, TlsFault.UNKNOWN_AUTHORITY),
        (62, TlsFault.WRONG_HOST),
        (64, TlsFault.WRONG_HOST),
        (23, TlsFault.OTHER_CERTIFICATE_FAULT),
    ],
)
def test_sec_24_openssl_s_numbers_are_told_apart(verify_code: int, fault: TlsFault) -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = verify_code
    error.verify_message = "as OpenSSL puts it"
    refused = refusal_of(error)
    assert isinstance(refused, CertificateRefused)
    assert (refused.fault, refused.reason) == (fault, "as OpenSSL puts it")


def test_a_failure_that_says_nothing_about_security_is_an_ordinary_failure() -> None:
    assert isinstance(refusal_of(ssl.SSLError(1, "[SSL] record layer failure")), LinkFailed)
