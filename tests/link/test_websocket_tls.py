"""wss, end to end: what is accepted, and that each kind of refusal is told apart (SEC-20 to SEC-26)."""

import socket
import ssl
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509

from contactor.link.link import (
    CertificateRefused,
    Closure,
    DialledLink,
    InstalledTls,
    LinkFailed,
    OwnCertificateRefused,
    Target,
    TlsFault,
)
from contactor.link.tls import ECDHE_SUITES, PLAIN_RSA_SUITES, CertificateFiles, client_context, server_context
from contactor.link.websocket_client import DialSettings, WebSocketDialer
from contactor.link.websocket_server import ListenerSettings, WebSocketListener
from tests.link.ears import PATIENCE_S, Ear, Porter
from tests.link.raw import RawPeer, raw_client, raw_server


@dataclass
class Authority:
    """A certificate authority with a folder to put files in."""

    folder: Path
    ca: trustme.CA

    @property
    def ca_file(self) -> Path:
        path = self.folder / "ca.pem"
        self.ca.cert_pem.write_to_path(path)
        return path

    def issue(
        self,
        *hosts: str,
        key_type: trustme.KeyType = trustme.KeyType.ECDSA,
        common_name: str | None = None,
        not_after: datetime | None = None,
    ) -> CertificateFiles:
        issued = self.ca.issue_cert(*hosts, common_name=common_name, key_type=key_type, not_after=not_after)
        stem = f"{key_type.name}-{common_name}-{'-'.join(hosts)}"
        files = CertificateFiles(self.folder / f"{stem}.pem", self.folder / f"{stem}.key")
        issued.private_key_pem.write_to_path(files.key)
        for index, blob in enumerate(issued.cert_chain_pems):
            blob.write_to_path(files.certificate, append=index > 0)
        return files


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, trustme.CA())


@asynccontextmanager
async def listening(
    tls: ssl.SSLContext | None, porter: Porter | None = None, *, handshake_limit_s: float = 5
) -> AsyncIterator[WebSocketListener]:
    settings = ListenerSettings(handshake_limit_s=handshake_limit_s)
    listener = WebSocketListener(porter or Porter(), tls=tls, settings=settings)
    await listener.start()
    try:
        yield listener
    finally:
        await listener.close()


async def dial(port: int, trusted: ssl.SSLContext, ear: Ear, host: str = "localhost", scheme: str = "wss") -> Ear:
    dialer = WebSocketDialer(tls=trusted, settings=DialSettings(connect_limit_s=5))
    await dialer.dial(Target(f"{scheme}://{host}:{port}", "RDAM", b"0123456789abcdef"), ear)
    return ear


async def refusal(port: int, trusted: ssl.SSLContext, host: str = "localhost") -> CertificateRefused:
    ear = Ear()
    with pytest.raises(CertificateRefused) as refused:
        await dial(port, trusted, ear, host)
    assert ear.history == []
    return refused.value


async def test_m04_the_chain_by_which_the_peer_was_believed_ends_with_its_root(authority: Authority) -> None:
    files = authority.issue("localhost")
    async with listening(server_context(files)) as listener:
        ear = await dial(listener.port, client_context(authority.ca_file), Ear())
        assert isinstance(ear.link, DialledLink)
        own, root = x509.load_pem_x509_certificates(ear.link.peer_chain().encode())
        assert own == x509.load_pem_x509_certificate(files.certificate.read_bytes())
        assert root == x509.load_pem_x509_certificate(authority.ca_file.read_bytes())


async def test_without_tls_there_is_no_chain(authority: Authority) -> None:
    async with listening(None) as listener:
        ear = await dial(listener.port, client_context(authority.ca_file), Ear(), scheme="ws")
        assert isinstance(ear.link, DialledLink)
        assert ear.link.peer_chain() == ""


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_station_learns_that_its_certificate_was_refused(
    authority: Authority, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    """In TLS 1.3 only after its own handshake was over (RFC 8446, 4.4.2.4); that nobody is there is told apart."""
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other", trustme.CA())
    tls = server_context(authority.issue("localhost"), client_ca=authority.ca_file)
    tls.maximum_version = version
    async with listening(tls) as listener:
        with pytest.raises(OwnCertificateRefused, match="UNKNOWN_CA"):
            await dial(listener.port, client_context(authority.ca_file, other.issue("RDAM")), Ear())
        await dial(listener.port, client_context(authority.ca_file, authority.issue("RDAM")), Ear())
    with pytest.raises(LinkFailed):
        await dial(listener.port, client_context(authority.ca_file, other.issue("RDAM")), Ear())


async def test_an_installed_certificate_that_openssl_does_not_take_is_refused_before_anybody_is_dialled(
    authority: Authority,
) -> None:
    chain, key = authority.issue("RDAM"), authority.issue("AMS")
    tls = InstalledTls(authority.ca_file.read_text(), chain.certificate.read_text(), key.key.read_text())
    with pytest.raises(OwnCertificateRefused, match="KEY_VALUES_MISMATCH"):
        await WebSocketDialer().dial(Target("wss://localhost:1", "RDAM", tls=tls), Ear())


async def test_sec_01_text_goes_both_ways_over_tls_and_the_listener_knows_it_is_encrypted(authority: Authority) -> None:
    porter = Porter()
    async with listening(server_context(authority.issue("localhost")), porter) as listener:
        ear = await dial(listener.port, client_context(authority.ca_file), Ear())
        ear.link.send(b"x" * 300_000)
        assert await porter.ears[0].text() == b"x" * 300_000
        porter.ears[0].link.send(b"answer")
        assert await ear.text() == b"answer"
        assert porter.handshakes[0].is_encrypted
        assert porter.handshakes[0].password == b"0123456789abcdef"
        ear.link.close(4001, "bye")
        assert await ear.closed() == await porter.ears[0].closed() == Closure(4001, "bye", clean=True)


async def test_sec_23_another_host_name_is_refused(authority: Authority) -> None:
    async with listening(server_context(authority.issue("central.test"))) as listener:
        assert (await refusal(listener.port, client_context(authority.ca_file))).fault is TlsFault.WRONG_HOST


async def test_sec_23_an_address_that_is_not_in_the_certificate_is_refused(authority: Authority) -> None:
    async with listening(server_context(authority.issue("localhost"))) as listener:
        refused = await refusal(listener.port, client_context(authority.ca_file), host="127.0.0.1")
        assert refused.fault is TlsFault.WRONG_HOST


async def test_sec_23_an_unknown_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other", trustme.CA())
    async with listening(server_context(authority.issue("localhost"))) as listener:
        assert (await refusal(listener.port, client_context(other.ca_file))).fault is TlsFault.UNKNOWN_AUTHORITY


async def test_sec_23_without_a_ca_file_the_system_decides_and_refuses_ours(authority: Authority) -> None:
    async with listening(server_context(authority.issue("localhost"))) as listener:
        assert (await refusal(listener.port, client_context())).fault is TlsFault.UNKNOWN_AUTHORITY


async def test_sec_23_an_expired_certificate_is_refused(authority: Authority) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    async with listening(server_context(authority.issue("localhost", not_after=yesterday))) as listener:
        assert (await refusal(listener.port, client_context(authority.ca_file))).fault is TlsFault.EXPIRED


async def test_sec_23_the_common_name_counts_where_there_is_no_alternative_name(authority: Authority) -> None:
    async with listening(server_context(authority.issue(common_name="localhost"))) as listener:
        ear = await dial(listener.port, client_context(authority.ca_file), Ear())
        assert ear.was_opened


async def test_sec_20_sec_24_a_server_of_tls_1_1_is_refused(authority: Authority) -> None:
    files = authority.issue("localhost")
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.set_ciphers("ALL:@SECLEVEL=0")
    allow_tls_1_1_only(old)
    old.load_cert_chain(files.certificate, files.key)
    with alerting_server(old) as port:
        assert (await refusal(port, client_context(authority.ca_file))).fault is TlsFault.OLD_TLS_VERSION


async def test_sec_24_a_server_without_a_cipher_of_ours_is_refused(authority: Authority) -> None:
    odd = server_context(authority.issue("localhost"))
    odd.maximum_version = ssl.TLSVersion.TLSv1_2
    odd.set_ciphers("ECDHE-ECDSA-CHACHA20-POLY1305")
    with alerting_server(odd) as port:
        assert (await refusal(port, client_context(authority.ca_file))).fault is TlsFault.NO_SHARED_CIPHER


async def test_sec_20_sec_26_a_station_of_tls_1_1_is_refused_and_that_is_logged(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    old = ssl.create_default_context(cafile=authority.ca_file)
    old.set_ciphers("ALL:@SECLEVEL=0")
    allow_tls_1_1_only(old)
    async with listening(server_context(authority.issue("localhost"))) as listener:
        assert (await refusal(listener.port, old)).fault is TlsFault.OLD_TLS_VERSION
    assert "a TLS handshake was refused: UNSUPPORTED_PROTOCOL" in caplog.text


async def test_sec_24_sec_26_a_station_without_a_cipher_of_ours_is_told_so(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    odd = client_context(authority.ca_file)
    odd.maximum_version = ssl.TLSVersion.TLSv1_2
    odd.set_ciphers("ECDHE-ECDSA-CHACHA20-POLY1305")
    async with listening(server_context(authority.issue("localhost"))) as listener:
        assert (await refusal(listener.port, odd)).fault is TlsFault.NO_SHARED_CIPHER
    assert caplog.text.count("a TLS handshake was refused: NO_SHARED_CIPHER") == 1


def allow_tls_1_1_only(context: ssl.SSLContext) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is deprecated is the point of the test
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1


@contextmanager
def alerting_server(tls: ssl.SSLContext) -> Iterator[int]:
    """A server that tells why it refuses; asyncio's own drop the connection before their alert is out."""

    def serve_one(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, pytest.raises(ssl.SSLError):
            tls.wrap_socket(connection, server_side=True)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve_one, args=(listening,))
        thread.start()
        yield listening.getsockname()[1]
        thread.join(PATIENCE_S)


@pytest.mark.parametrize("suite", ECDHE_SUITES + PLAIN_RSA_SUITES)
async def test_sec_21_with_two_certificates_every_suite_is_served(authority: Authority, suite: str) -> None:
    tls = server_context(
        authority.issue("localhost", key_type=trustme.KeyType.ECDSA),
        authority.issue("localhost", key_type=trustme.KeyType.RSA),
    )
    station = client_context(authority.ca_file)
    station.maximum_version = ssl.TLSVersion.TLSv1_2
    station.set_ciphers(suite)
    async with listening(tls) as listener:
        ear = await dial(listener.port, station, Ear())
        assert ear.was_opened


@pytest.mark.parametrize(
    ("key_type", "suites"), [(trustme.KeyType.ECDSA, ECDHE_SUITES[:2]), (trustme.KeyType.RSA, ECDHE_SUITES[2:])]
)
async def test_sec_22_the_station_reaches_a_server_of_either_pair(
    authority: Authority, key_type: trustme.KeyType, suites: tuple[str, ...]
) -> None:
    tls = server_context(authority.issue("localhost", key_type=key_type))
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    tls.set_ciphers(":".join(suites))
    async with listening(tls) as listener:
        ear = await dial(listener.port, client_context(authority.ca_file), Ear())
        assert ear.was_opened


async def test_tls_towards_a_port_that_speaks_none_is_a_failure_but_no_security_event(authority: Authority) -> None:
    async def central(peer: RawPeer) -> None:
        peer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await peer.end()

    async with raw_server(central) as port:
        with pytest.raises(LinkFailed, match="TLS: "):
            await dial(port, client_context(authority.ca_file), Ear())


async def test_tls_towards_a_plain_listener_is_a_failure(authority: Authority) -> None:
    async with listening(None, handshake_limit_s=0.1) as listener:
        with pytest.raises(LinkFailed):
            await dial(listener.port, client_context(authority.ca_file), Ear())


async def test_plain_towards_a_tls_port_is_a_failure(authority: Authority) -> None:
    async with listening(server_context(authority.issue("localhost"))) as listener:
        with pytest.raises(LinkFailed):
            await dial(listener.port, client_context(authority.ca_file), Ear(), scheme="ws")


async def test_a_peer_that_never_begins_tls_is_cut_off(authority: Authority) -> None:
    tls = server_context(authority.issue("localhost"))
    async with listening(tls, handshake_limit_s=0.1) as listener, raw_client(listener.port) as peer:
        await peer.end()


@pytest.mark.parametrize("end", [lambda ear: ear.link.abort(), lambda ear: ear.link.close()])
async def test_either_end_learns_of_an_end_over_tls(authority: Authority, end: Callable[[Ear], None]) -> None:
    porter = Porter()
    async with listening(server_context(authority.issue("localhost")), porter) as listener:
        ear = await dial(listener.port, client_context(authority.ca_file), Ear())
        end(porter.ears[0])
        await ear.closed()
        await porter.ears[0].closed()
