"""Certificates renewed under a listener that serves: nobody falls out, and a bad one changes nothing."""

import ssl
from pathlib import Path

import pytest
import trustme

from contactor.base.errors import BadSetting, LinkError
from contactor.link.link import CertificateRefused, ClientCertificate
from contactor.link.served_certificates import ServedCertificates
from contactor.link.tls import CertificateFiles, client_context
from tests.link.ears import Ear, Porter
from tests.link.test_websocket_tls import Authority, dial, listening


def put(authority: trustme.CA, files: CertificateFiles, *hosts: str, key: bytes | None = None) -> None:
    """Write a certificate over those files."""
    issued = authority.issue_cert(*hosts)
    files.certificate.write_bytes(issued.cert_chain_pems[0].bytes())
    files.key.write_bytes(issued.private_key_pem.bytes() if key is None else key)


@pytest.fixture
def files(tmp_path: Path) -> CertificateFiles:
    return CertificateFiles(tmp_path / "central.pem", tmp_path / "central.key")


def authority_in(place: Path, name: str) -> Authority:
    (place / name).mkdir()
    return Authority(place / name, trustme.CA())


async def test_who_is_connected_stays_and_who_comes_next_sees_the_new_certificate(
    tmp_path: Path, files: CertificateFiles
) -> None:
    old, new = authority_in(tmp_path, "old"), authority_in(tmp_path, "new")
    put(old.ca, files, "localhost")
    served = ServedCertificates([files])
    porter = Porter()
    async with listening(served.context, porter) as listener:
        first = await dial(listener.port, client_context(old.ca_file), Ear())
        assert not served.renew_if_changed()
        put(new.ca, files, "localhost")
        assert served.renew_if_changed()
        await dial(listener.port, client_context(new.ca_file), Ear())
        with pytest.raises(CertificateRefused):
            await dial(listener.port, client_context(old.ca_file), Ear())
        first.link.send(b"still here")
        assert await porter.ears[0].text() == b"still here"


async def test_an_address_dialled_without_a_name_sees_the_new_certificate_too(
    tmp_path: Path, files: CertificateFiles
) -> None:
    """TLS names no address in its greeting, and no name means the callback is still asked."""
    old, new = authority_in(tmp_path, "old"), authority_in(tmp_path, "new")
    put(old.ca, files, "127.0.0.1")
    served = ServedCertificates([files])
    async with listening(served.context) as listener:
        put(new.ca, files, "127.0.0.1")
        served.renew()
        await dial(listener.port, client_context(new.ca_file), Ear(), host="127.0.0.1")


async def test_a_renewal_that_cannot_be_used_changes_nothing_and_is_told_once(
    tmp_path: Path, files: CertificateFiles
) -> None:
    authority = authority_in(tmp_path, "one")
    put(authority.ca, files, "localhost")
    served = ServedCertificates([files])
    async with listening(served.context) as listener:
        put(authority.ca, files, "localhost", key=trustme.CA().issue_cert("x").private_key_pem.bytes())
        with pytest.raises(BadSetting, match=r"central\.key.*it must be the key of"):
            served.renew_if_changed()
        assert not served.renew_if_changed()
        files.key.unlink()
        with pytest.raises(BadSetting, match="No such file"):
            served.renew_if_changed()
        await dial(listener.port, client_context(authority.ca_file), Ear())


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_renewed_authorities_judge_the_certificates_of_stations(
    tmp_path: Path, files: CertificateFiles, version: ssl.TLSVersion
) -> None:
    """The white paper's profile 3."""
    authority, stations, others = (authority_in(tmp_path, name) for name in ("server", "stations", "others"))
    put(authority.ca, files, "localhost")
    refused: list[str] = []
    served = ServedCertificates([files], client_ca=stations.ca_file, told=refused.append)
    porter = Porter()

    def station(of: Authority) -> ssl.SSLContext:
        context = client_context(authority.ca_file, of.issue("station.example", common_name="RDAM"))
        context.maximum_version = version
        return context

    async with listening(served.context, porter) as listener:
        await dial(listener.port, station(stations), Ear())
        assert porter.handshakes[0].certificate == ClientCertificate(("RDAM",), ("station.example",))
        with pytest.raises(LinkError):
            await dial(listener.port, station(others), Ear())
        assert refused == ["unable to get local issuer certificate"]
        (tmp_path / "stations" / "ca.pem").write_bytes(others.ca.cert_pem.bytes())
        assert served.renew_if_changed()
        await dial(listener.port, station(others), Ear())
        await dial(listener.port, client_context(authority.ca_file), Ear())
        assert porter.handshakes[-1].certificate is None
