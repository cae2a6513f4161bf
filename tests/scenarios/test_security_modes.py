"""The guide's four ways to connect, and everything that must not connect, over real TLS and real sockets."""

import asyncio
import datetime as dt
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from typer.testing import CliRunner

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.base.ids import StationId
from contactor.central.roster import Member
from contactor.central.security_mode import SecurityMode
from contactor.central.server import CentralServer
from contactor.central.settings import CentralSettings, StationSetting
from contactor.cli.main import app
from contactor.guide.load import load_product
from contactor.link.link import CertificateRefused, Dialer, DialledLink, Receiver, Target, TlsFault
from contactor.link.tls import CertificateFiles, client_context
from contactor.link.websocket_client import WebSocketDialer
from contactor.station.effects import Note
from contactor.station.security_log import SecurityEntry, SecurityEvent
from contactor.station.settings import StationSettings
from contactor.station.store.memory import MemoryStore
from contactor.station.store.port import Shelf
from contactor.virtual.virtual_station import VirtualStation

KEY = bytes(range(20))
OTHER_KEY = bytes(reversed(KEY))
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


class Authority:
    """A certificate authority and the files it writes."""

    def __init__(self, place: Path, name: str = "authority") -> None:
        self._place = place
        self._authority = trustme.CA()
        self.file = place / f"{name}.pem"
        self._authority.cert_pem.write_to_path(str(self.file))

    def certify(self, host: str, not_after: dt.datetime | None = None) -> tuple[str, str]:
        certificate = self._authority.issue_cert(host, common_name=host, not_after=not_after)
        chain, key = self._place / f"{host}.pem", self._place / f"{host}.key"
        certificate.private_key_pem.write_to_path(str(key))
        for number, blob in enumerate(certificate.cert_chain_pems):
            blob.write_to_path(str(chain), append=number > 0)
        return str(chain), str(key)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@asynccontextmanager
async def a_central_system(
    place: Path, *, key: bytes | None, tls: tuple[str, str] | None = None
) -> AsyncIterator[CentralServer]:
    certificate, certificate_key = tls or (None, None)
    settings = CentralSettings(
        listen_port=0,
        database=str(place / "ledger.sqlite"),
        stations=(StationSetting(StationId("CP-1"), key),),
        tls_certificate=certificate,
        tls_key=certificate_key,
    )
    async with CentralServer(settings) as central:
        yield central


class Attempt:
    """One station that tries to connect; what it notes is kept."""

    def __init__(
        self, url: str, *, key: bytes | None, ca_file: Path | None = None, dialer: Dialer | None = None
    ) -> None:
        self.store = MemoryStore()
        self.notes: asyncio.Queue[Note] = asyncio.Queue()
        initial = {"SupervisionUrl": url, "BoxIdentifier": "CP-1"}
        if key is not None:
            initial["AuthorizationKey"] = key.hex()
        self.station = VirtualStation(
            "CP-1",
            load_product(),
            StationSettings(model="EVD1S180TBB", serial="SN-1", initial=initial),
            self.store,
            dialer or WebSocketDialer(tls=client_context(ca_file)),
            clock=SystemClock(),
            dice=Dice(1),
            observe=self.notes.put_nowait,
        )

    async def outcome(self) -> str:
        """`accepted`, or `connection failed`: whichever comes first."""
        self.station.switch_on()
        try:
            while True:
                note = await self.notes.get()
                if note.event in ("accepted", "connection failed"):
                    return note.event
        finally:
            await self.station.shut_down()

    def logged(self) -> list[SecurityEvent]:
        return [entry.event for entry in Shelf("security_log", SecurityEntry).records(self.store).values()]


@pytest.mark.parametrize("key", [None, KEY], ids=["no Basic", "Basic"])
@pytest.mark.parametrize("encrypted", [False, True], ids=["no TLS", "TLS"])
async def test_sec_01_each_of_the_four_modes_connects(
    tmp_path: Path, authority: Authority, encrypted: bool, key: bytes | None
) -> None:
    """SEC-01, SEC-05, SEC-06, D-22, TC_085_CS, TC_086_CS."""
    tls = authority.certify("localhost") if encrypted else None
    async with a_central_system(tmp_path, key=key, tls=tls) as central:
        scheme = "wss" if encrypted else "ws"
        attempt = Attempt(f"{scheme}://localhost:{central.port}/ocpp", key=key, ca_file=authority.file)
        assert await attempt.outcome() == "accepted"


@pytest.mark.parametrize("offered", [None, OTHER_KEY], ids=["no key", "another key"])
async def test_tr_08_tr_09_a_wrong_key_is_answered_401_and_logged(
    tmp_path: Path, authority: Authority, offered: bytes | None
) -> None:
    """SEC-02, SEC-08, TR-08, TR-09."""
    async with a_central_system(tmp_path, key=KEY) as central:
        attempt = Attempt(f"ws://localhost:{central.port}/ocpp", key=offered)
        assert await attempt.outcome() == "connection failed"
        assert central.sessions.find(StationId("CP-1")) is None
    assert attempt.logged()[-1] is SecurityEvent.FAILED_TO_AUTHENTICATE_AT_CENTRAL_SYSTEM


@pytest.mark.parametrize(
    ("host", "not_after", "trusts_another"),
    [("other.example", None, False), ("localhost", None, True), ("localhost", LONG_AGO, False)],
    ids=["wrong host", "unknown authority", "expired"],
)
async def test_sec_23_sec_24_a_bad_certificate_is_refused_and_logged(
    tmp_path: Path, authority: Authority, host: str, not_after: dt.datetime | None, trusts_another: bool
) -> None:
    """SEC-23, SEC-24: nothing is sent, and the security log says why."""
    trusted = Authority(tmp_path, "another").file if trusts_another else authority.file
    async with a_central_system(tmp_path, key=KEY, tls=authority.certify(host, not_after)) as central:
        attempt = Attempt(f"wss://localhost:{central.port}/ocpp", key=KEY, ca_file=trusted)
        assert await attempt.outcome() == "connection failed"
        assert central.sessions.find(StationId("CP-1")) is None
    assert SecurityEvent.INVALID_CENTRAL_SYSTEM_CERTIFICATE in attempt.logged()
    assert SecurityEvent.CENTRAL_SYSTEM_FAILED_TO_AUTHENTICATE in attempt.logged()


class RefusingDialer:
    """Finds one fault in every server's TLS; the link's own tests show that real servers bring each about."""

    def __init__(self, fault: TlsFault) -> None:
        self._fault = fault

    async def dial(self, _target: Target, _receiver: Receiver) -> DialledLink:
        raise CertificateRefused(self._fault, "seen in a test")


@pytest.mark.parametrize(
    ("fault", "event"),
    [
        (TlsFault.OLD_TLS_VERSION, SecurityEvent.INVALID_TLS_VERSION),
        (TlsFault.NO_SHARED_CIPHER, SecurityEvent.INVALID_TLS_CIPHER_SUITE),
        (TlsFault.NOT_YET_VALID, SecurityEvent.INVALID_CENTRAL_SYSTEM_CERTIFICATE),
        (TlsFault.OTHER_CERTIFICATE_FAULT, SecurityEvent.INVALID_CENTRAL_SYSTEM_CERTIFICATE),
    ],
)
async def test_sec_24_each_fault_of_tls_is_logged_as_its_event(fault: TlsFault, event: SecurityEvent) -> None:
    """SEC-20, SEC-24."""
    attempt = Attempt("wss://localhost:1/ocpp", key=KEY, dialer=RefusingDialer(fault))
    assert await attempt.outcome() == "connection failed"
    assert event in attempt.logged()


async def test_ws_and_wss_serve_a_mixed_fleet_side_by_side_and_one_station_may_be_held_to_tls(
    tmp_path: Path, authority: Authority
) -> None:
    """SEC-01: each station's own mode decides at either door."""
    certificate, key = authority.certify("localhost")
    settings = CentralSettings(
        listen_port=0,
        plain_port=0,
        database=str(tmp_path / "ledger.sqlite"),
        stations=(StationSetting(StationId("CP-1"), KEY, security=SecurityMode.TLS_BASIC),),
        tls_certificate=certificate,
        tls_key=key,
    )
    async with CentralServer(settings) as central:
        plain = Attempt(f"ws://localhost:{central.doors.plain_port}/ocpp", key=KEY)
        assert await plain.outcome() == "connection failed"
        assert central.doorman.refusals.counts == {"no TLS": 1}
        secure = Attempt(f"wss://localhost:{central.port}/ocpp", key=KEY, ca_file=authority.file)
        assert await secure.outcome() == "accepted"
        central.roster.put(replace(_known(central), security=SecurityMode.BASIC))
        again = Attempt(f"ws://localhost:{central.doors.plain_port}/ocpp", key=KEY)
        assert await again.outcome() == "accepted"


@pytest.mark.parametrize(
    ("common_name", "signed_by", "outcome", "reason"),
    [
        ("CP-1", "stations", "accepted", None),
        ("CP-2", "stations", "connection failed", "the client certificate is another's"),
        (None, None, "connection failed", "no client certificate"),
        ("CP-1", "others", "connection failed", "TLS handshake refused"),
    ],
)
async def test_profile_3_lets_a_station_in_by_a_certificate_in_its_name(
    tmp_path: Path,
    authority: Authority,
    common_name: str | None,
    signed_by: str | None,
    outcome: str,
    reason: str | None,
) -> None:
    """The white paper's profile 3: TLS with a certificate on either side, and no password."""
    authorities = {name: Authority(tmp_path, name) for name in ("stations", "others")}
    certificate, key = authority.certify("localhost")
    settings = CentralSettings(
        listen_port=0,
        database=str(tmp_path / "ledger.sqlite"),
        stations=(StationSetting(StationId("CP-1"), security=SecurityMode.TLS_CERTIFICATE),),
        tls_certificate=certificate,
        tls_key=key,
        tls_client_ca=str(authorities["stations"].file),
    )
    own = None
    if common_name is not None and signed_by is not None:
        own = CertificateFiles(*map(Path, authorities[signed_by].certify(common_name)))
    async with CentralServer(settings) as central:
        dialer = WebSocketDialer(tls=client_context(authority.file, own))
        attempt = Attempt(f"wss://localhost:{central.port}/ocpp", key=None, dialer=dialer)
        assert await attempt.outcome() == outcome
        assert central.doorman.refusals.counts == ({} if reason is None else {reason: 1})


async def test_profile_3_from_the_command_line_of_a_station_to_a_central_system_that_demands_it(
    tmp_path: Path, authority: Authority
) -> None:
    """`contactor station --certificate` in a process of its own, which shows what the central system asks for."""
    stations = Authority(tmp_path, "stations")
    certificate, key = authority.certify("localhost")
    settings = CentralSettings(
        listen_port=0,
        database=str(tmp_path / "ledger.sqlite"),
        stations=(StationSetting(StationId("CP-1"), security=SecurityMode.TLS_CERTIFICATE),),
        tls_certificate=certificate,
        tls_key=key,
        tls_client_ca=str(stations.file),
    )
    own, own_key = stations.certify("CP-1")
    async with CentralServer(settings) as central:
        words = ["--url", f"wss://localhost:{central.port}/ocpp", "--id", "CP-1", "--ca-file", str(authority.file)]
        words += ["--certificate", own, "--certificate-key", own_key]
        station = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "contactor", "station", *words, stderr=asyncio.subprocess.PIPE
        )
        try:
            assert station.stderr is not None
            async with asyncio.timeout(60):
                while b"accepted" not in (line := await station.stderr.readline()):
                    assert line, "the station ended"
            assert central.sessions.find(StationId("CP-1")) is not None
            assert central.doorman.refusals.counts == {}
        finally:
            station.terminate()
            await station.wait()


@pytest.mark.parametrize(
    ("given", "missing"), [("--certificate", "--certificate-key"), ("--certificate-key", "--certificate")]
)
def test_a_certificate_without_its_key_is_refused_before_anything_is_dialled(
    tmp_path: Path, given: str, missing: str
) -> None:
    words = ["station", "--url", "wss://localhost:1/ocpp", "--id", "CP-1", given, str(tmp_path / "own.pem")]
    with pytest.raises(BadSetting, match=r"own\.pem needs both") as refused:
        CliRunner().invoke(app, words, catch_exceptions=False)
    assert refused.value.setting == missing


def _known(central: CentralServer) -> Member:
    member = central.roster.find("CP-1")
    assert member is not None
    return member
