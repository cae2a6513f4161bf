"""A generic station and the central system over real TLS: certificates signed, shown, and believed or not."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import CliRunner

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.central.settings import StationSetting
from contactor.cli.main import app
from contactor.guide.load import load_product
from contactor.link.station_tls import StationTls
from contactor.link.websocket_client import WebSocketDialer
from contactor.station.effects import Note
from contactor.station.settings import StationSettings
from contactor.station.store.memory import MemoryStore
from contactor.virtual.virtual_station import VirtualStation
from tests.central.api.bench import API, Bench, api_in
from tests.central.bench import STATION, Json
from tests.station.generic.authority import Authority

KEY = bytes(range(20))
YESTERDAY = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
CENTRAL_ROOT = "CentralSystemRootCertificate"
LIMIT_S = 60
"""Out of all proportion: what is waited for comes in well under a second."""


class Place:
    """The files of a central system for `localhost`, whose certificate can be put in another's place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.certificate, self.key = folder / "central.pem", folder / "central.key"

    def certify(self, authority: Authority) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        self.certificate.write_text(authority.vouches_for(key, "localhost"))
        self.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def root(self, authority: Authority) -> Path:
        file = self._folder / f"{authority.certificate.serial_number}.pem"
        file.write_text(authority.pem)
        return file


class Charger:
    """A generic charger, and what it notes."""

    def __init__(self, bench: Bench, tls: StationTls, **initial: str) -> None:
        self.bench = bench
        self.store = MemoryStore()
        self.notes: list[Note] = []
        self.station = VirtualStation(
            STATION,
            load_product("generic_dc"),
            StationSettings(
                model="GDC150-2",
                serial="SN-1",
                reconnect_first_s=0.01,
                initial={
                    "SupervisionUrl": f"wss://localhost:{bench.central.port}/ocpp",
                    "BoxIdentifier": STATION,
                    "AuthorizationKey": KEY.hex(),
                    "CpoName": "Chargers Ltd",
                    **initial,
                },
            ),
            self.store,
            WebSocketDialer(tls=tls),
            clock=SystemClock(),
            dice=Dice(1),
            observe=self.notes.append,
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        await asyncio.wait_for(self.station.until(condition), LIMIT_S)

    async def online(self) -> None:
        await self.until(lambda: self.station.station.is_online)

    async def order(self, action: str, **payload: object) -> str:
        """The word of the answer to an order."""
        body: Json = {"station_id": STATION, "action": action, "payload": payload}
        answer = await self.bench.admin.post(f"{API}/commands", json=body, params={"wait": 30})
        assert answer.status_code == 201, answer.text
        assert answer.json()["state"] == "answered", answer.text
        return str(answer.json()["status"])

    async def reconnect(self) -> None:
        """Cut the line, and be there again."""
        before = self.connections
        session = self.bench.central.sessions.find(STATION)
        assert session is not None
        session.end(1012, "to see it come again")
        await self.connected_after(before)

    @property
    def connections(self) -> int:
        """How often it has connected."""
        return sum(note.event == "connected" for note in self.notes)

    async def connected_after(self, before: int) -> None:
        """Wait until it has connected once more, and was accepted."""
        await self.until(lambda: self.connections > before and self.station.station.is_online)

    async def refuses_the_central_system(self) -> None:
        """Cut the line, and wait for the attempt that fails."""
        seen = len(self.notes)
        session = self.bench.central.sessions.find(STATION)
        assert session is not None
        session.end(1012, "to see it stay away")
        await self.until(lambda: any(note.event == "connection failed" for note in self.notes[seen:]))

    async def installed(self) -> Json:
        """The newest certificate, once the station has taken it."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                page = (await self.bench.admin.get(f"{API}/stations/{STATION}/certificates")).json()
                if page["items"] and page["items"][0]["state"] != "signed":
                    return dict(page["items"][0])


@asynccontextmanager
async def switched_on(charger: Charger) -> AsyncIterator[Charger]:
    charger.station.switch_on()
    try:
        await charger.online()
        yield charger
    finally:
        await charger.station.shut_down()


@asynccontextmanager
async def central(folder: Path, place: Place, **more: object) -> AsyncIterator[Bench]:
    async with api_in(
        folder,
        stations=(StationSetting(STATION, KEY),),
        tls_certificate=str(place.certificate),
        tls_key=str(place.key),
        **more,
    ) as bench:
        yield bench


@pytest.fixture
def old() -> Authority:
    return Authority("Old", begins=YESTERDAY)


@pytest.fixture
def new() -> Authority:
    return Authority("New", begins=YESTERDAY)


@pytest.fixture
def place(tmp_path: Path, old: Authority) -> Place:
    made = Place(tmp_path)
    made.certify(old)
    return made


async def test_tc_074_a_station_asks_is_signed_for_and_comes_again_by_its_certificate_alone(
    tmp_path: Path, place: Place, old: Authority
) -> None:
    """W A02 end to end: ExtendedTriggerMessage, SignCertificate, CertificateSigned, and security profile 3."""
    made = CliRunner().invoke(
        app, ["authority", "make", str(tmp_path), "--organisation", "Chargers Ltd"], catch_exceptions=False
    )
    assert made.exit_code == 0
    root, key = tmp_path / "authority.pem", tmp_path / "authority.key"
    files = {"station_authority_certificate": str(root), "station_authority_key": str(key)}
    async with central(tmp_path, place, tls_client_ca=str(root), **files) as bench:
        async with switched_on(Charger(bench, StationTls(place.root(old)))) as charger:
            words = {"certificateType": CENTRAL_ROOT, "certificate": root.read_text()}
            assert await charger.order("InstallCertificate", **words) == "Accepted"
            asked = {"requestedMessage": "SignChargePointCertificate"}
            assert await charger.order("ExtendedTriggerMessage", **asked) == "Accepted"
            installed = await charger.installed()
            assert (installed["state"], installed["subject"]) == ("installed", "CN=SN-1,O=Chargers Ltd")
            held = json.loads(charger.store.rows("own_certificate")["own"])
            shown = x509.load_pem_x509_certificate(held["chain"].encode())
            assert f"{shown.serial_number:x}" == installed["serial_number"]

            seen = (await bench.admin.get(f"{API}/stations/{STATION}")).headers["ETag"]
            before = charger.connections
            body = {"security": "tls_certificate"}
            changed = await bench.admin.patch(f"{API}/stations/{STATION}", json=body, headers={"If-Match": seen})
            assert changed.status_code == 200, changed.text
            await charger.connected_after(before)
            assert bench.central.doorman.refusals.counts == {}
            history = (await bench.admin.get(f"{API}/commands", params={"station_id": STATION})).json()["items"]
            signed = [each for each in history if each["action"] == "CertificateSigned"]
            assert [(each["by"], each["state"], each["status"]) for each in signed] == [
                ("central system", "answered", "Accepted")
            ]
        async with asyncio.timeout(LIMIT_S):
            bare = Charger(bench, StationTls(place.root(old)))
            bare.station.switch_on()
            await bare.until(lambda: any(note.event == "connection failed" for note in bare.notes))
            await bare.station.shut_down()
        assert bench.central.doorman.refusals.counts == {"no client certificate": 1}


async def test_w_a02_a_certificate_that_the_central_system_signed_and_does_not_take_costs_no_connection(
    tmp_path: Path, place: Place, old: Authority, new: Authority
) -> None:
    """It believes another authority's certificates than those it signs; the station shows none again, and says why."""
    CliRunner().invoke(app, ["authority", "make", str(tmp_path), "--organisation", "Chargers Ltd"])
    root, key = tmp_path / "authority.pem", tmp_path / "authority.key"
    files = {"station_authority_certificate": str(root), "station_authority_key": str(key)}
    async with (
        central(tmp_path, place, tls_client_ca=str(place.root(new)), **files) as bench,
        switched_on(Charger(bench, StationTls(place.root(old)))) as charger,
    ):
        words = {"certificateType": CENTRAL_ROOT, "certificate": root.read_text()}
        assert await charger.order("InstallCertificate", **words) == "Accepted"
        before = charger.connections
        asked = {"requestedMessage": "SignChargePointCertificate"}
        assert await charger.order("ExtendedTriggerMessage", **asked) == "Accepted"
        await charger.connected_after(before)
        refusals = [note for note in charger.notes if note.event == "connection failed"]
        assert ["certificate shown was refused" in str(note.facts["reason"]) for note in refusals] == [True] * 3
        await charger.reconnect()
        assert sum(note.event == "connection failed" for note in charger.notes) == 3
        await charger.until(
            lambda: not any(json.loads(row)["is_owed"] for row in charger.store.rows("security_log").values())
        )
        (told,) = await _security_events(bench)
        assert "the one before is shown again" in str(told["details"])
        (signed,) = (await bench.admin.get(f"{API}/stations/{STATION}/certificates")).json()["items"]
        assert (signed["state"], signed["detail"]) == ("abandoned", told["details"])


async def test_without_an_authority_the_station_is_told_so_and_keeps_its_password(
    tmp_path: Path, place: Place, old: Authority
) -> None:
    async with central(tmp_path, place) as bench, switched_on(Charger(bench, StationTls(place.root(old)))) as charger:
        asked = {"requestedMessage": "SignChargePointCertificate"}
        assert await charger.order("ExtendedTriggerMessage", **asked) == "Accepted"
        await charger.until(lambda: any(note.event == "certificate not signed" for note in charger.notes))
        await charger.reconnect()
        alarms = (await bench.admin.get(f"{API}/alarms", params={"station_id": STATION})).json()["items"]
        assert "CertificateRequestRefused" in [each["subject"] for each in alarms]


async def test_m05_a_root_that_was_installed_is_believed_and_one_that_was_deleted_is_not(
    tmp_path: Path, place: Place, old: Authority, new: Authority
) -> None:
    async with central(tmp_path, place) as bench, switched_on(Charger(bench, StationTls(place.root(old)))) as charger:
        words = {"certificateType": CENTRAL_ROOT, "certificate": new.pem}
        assert await charger.order("InstallCertificate", **words) == "Accepted"
        await charger.reconnect()  # the central system still shows the old one's, which the factory trusts
        place.certify(new)
        bench.central.certificates.renew()
        await charger.reconnect()
        (named,) = await _ids(charger)
        assert await charger.order("DeleteCertificate", certificateHashData=named) == "Failed"  # M04: it is in use
        place.certify(old)
        bench.central.certificates.renew()
        await charger.reconnect()
        assert await charger.order("DeleteCertificate", certificateHashData=named) == "Accepted"
        place.certify(new)
        bench.central.certificates.renew()
        await charger.refuses_the_central_system()
        place.certify(old)
        bench.central.certificates.renew()
        await charger.online()


async def test_m05_the_additional_check_leads_from_one_root_to_the_next_with_the_old_one_to_fall_back_on(
    tmp_path: Path, place: Place, old: Authority, new: Authority
) -> None:
    async with (
        central(tmp_path, place) as bench,
        switched_on(Charger(bench, StationTls(place.root(old)), AdditionalRootCertificateCheck="true")) as charger,
    ):
        outcomes = [
            await charger.order("InstallCertificate", certificateType=CENTRAL_ROOT, certificate=pem)
            for pem in (old.pem, new.pem, old.followed_by(new))
        ]
        assert outcomes == ["Accepted", "Rejected", "Accepted"]
        await charger.reconnect()
        assert len(await _ids(charger)) == 2
        place.certify(new)
        bench.central.certificates.renew()
        await charger.reconnect()
        assert len(await _ids(charger)) == 1
        place.certify(old)
        bench.central.certificates.renew()
        await charger.refuses_the_central_system()  # neither the old one nor the factory's counts any more


async def _ids(charger: Charger) -> list[Json]:
    body: Json = {
        "station_id": STATION,
        "action": "GetInstalledCertificateIds",
        "payload": {"certificateType": CENTRAL_ROOT},
    }
    answer = await charger.bench.admin.post(f"{API}/commands", json=body, params={"wait": 30})
    return list(answer.json()["answer"]["certificateHashData"])


async def _security_events(bench: Bench) -> list[Json]:
    """What the station has told of its certificates."""
    page = (await bench.admin.get(f"{API}/security-events", params={"station_id": STATION})).json()
    return [each for each in page["items"] if each["type"] == "InvalidChargePointCertificate"]
