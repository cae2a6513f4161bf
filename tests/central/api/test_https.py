"""The API over TLS, certificates renewed by whoever may, and what each station must show, set by an operator."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import trustme
from structlog.testing import capture_logs

from contactor.base.instants import to_text
from contactor.central.api.role import Role
from contactor.central.api.server import ApiServer
from contactor.central.authority.new_authority import new_authority
from contactor.central.security_mode import SecurityMode
from contactor.central.server import CentralServer
from tests.central.api.bench import API, api_in, log_in, problem_of, served
from tests.central.bench import STATION
from tests.central.test_server import BOOT, ask, station_at


def put(authority: trustme.CA, place: Path, not_after: datetime | None = None) -> dict[str, str]:
    """Write a certificate for this machine, and return the settings that name it."""
    issued = authority.issue_cert("127.0.0.1", not_after=not_after)
    certificate, key = place / "api.pem", place / "api.key"
    certificate.write_bytes(issued.cert_chain_pems[0].bytes())
    key.write_bytes(issued.private_key_pem.bytes())
    return {"api_tls_certificate": str(certificate), "api_tls_key": str(key)}


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_over_tls_the_cookie_of_a_login_is_for_tls_only_and_certificates_are_renewed(tmp_path: Path) -> None:
    old, new = trustme.CA(), trustme.CA()
    given = served(tmp_path, **put(old, tmp_path))
    async with CentralServer(given) as central, ApiServer(central) as api:
        assert api.url.startswith("https://")
        async with httpx.AsyncClient(base_url=api.url, verify=trusting(old)) as admin:
            identity = await log_in(admin, "admin", str(api.first_password))
            answer = await admin.post(f"{API}/login", json={"name": "admin", "password": str(api.first_password)})
            assert "; Secure" in answer.headers["Set-Cookie"]
            admin.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
            assert identity["role"] == "admin"
            (tmp_path / "api.key").write_text("no key")
            problem = problem_of(await admin.post(f"{API}/system/certificates"), 409)
            assert "api.key" in str(problem["detail"])
            assert (await admin.get("/livez")).status_code == 200
            put(new, tmp_path)
            renewed = await admin.post(f"{API}/system/certificates")
            assert renewed.json() == {"files": [given.api_tls_certificate, given.api_tls_key]}
            lines = (await admin.get("/metrics")).text.splitlines()
            assert 'contactor_certificate_renewals_total{outcome="renewed"} 1.0' in lines
            assert 'contactor_certificate_renewals_total{outcome="refused"} 1.0' in lines
        async with httpx.AsyncClient(base_url=api.url, verify=trusting(new)) as somebody:
            assert (await somebody.get("/livez")).status_code == 200


async def test_the_end_of_a_certificate_is_a_number_and_near_it_a_warning(tmp_path: Path) -> None:
    authority = trustme.CA()
    soon = (datetime.now(UTC) + timedelta(days=20)).replace(microsecond=0)
    later = (datetime.now(UTC) + timedelta(days=22)).replace(microsecond=0)
    given = served(tmp_path, **put(authority, tmp_path, soon))
    async with (
        CentralServer(given) as central,
        ApiServer(central) as api,
        httpx.AsyncClient(base_url=api.url, verify=trusting(authority)) as somebody,
    ):
        assert (await somebody.get("/readyz")).json() == {
            "status": "ok",
            "warnings": [f"certificate api.pem ends at {to_text(soon)}"],
        }
        assert await told_end(somebody, str(given.api_tls_certificate)) == soon.timestamp()
        put(authority, tmp_path, later)
        central.certificates.renew_changed()
        assert (await somebody.get("/readyz")).json()["warnings"] == []
        assert await told_end(somebody, str(given.api_tls_certificate)) == later.timestamp()


@pytest.mark.parametrize(("days_left", "is_told"), [(89, True), (91, False), (-1, True)])
async def test_the_end_of_the_authority_of_client_certificates_is_a_number_and_near_it_a_warning(
    tmp_path: Path, days_left: int, is_told: bool
) -> None:
    """Of several in the file the first to end counts: the certificates that it signed are refused from then on."""
    ends = (datetime.now(UTC) + timedelta(days=days_left)).replace(microsecond=0)
    authority = tmp_path / "stations.pem"
    lasting, ending = (
        new_authority("Chargers Ltd", name, end - timedelta(days=3650), timedelta(days=3650)).certificate
        for name, end in (("New", ends + timedelta(days=3000)), ("Old", ends))
    )
    authority.write_text(lasting + ending)
    certificate = put(trustme.CA(), tmp_path, datetime.now(UTC) + timedelta(days=365))
    shown = {"tls_certificate": certificate["api_tls_certificate"], "tls_key": certificate["api_tls_key"]}
    word = "ends" if days_left > 0 else "ended"
    told = [
        f"client authority stations.pem {word} at {to_text(ends)}, and then nothing that it signed lets a station in"
    ]
    with capture_logs() as logged:
        async with api_in(tmp_path, **shown, tls_client_ca=str(authority)) as bench:
            assert (await bench.admin.get("/readyz")).json()["warnings"] == (told if is_told else [])
            assert await told_end(bench.admin, str(authority)) == ends.timestamp()
            authority.write_text(lasting)
            bench.central.certificates.renew_changed()
            assert (await bench.admin.get("/readyz")).json()["warnings"] == []
    assert [each["reason"] for each in logged if "ends soon" in each["event"]] == (told if is_told else [])


async def told_end(somebody: httpx.AsyncClient, file: str) -> float:
    start = f'contactor_certificate_ends_seconds{{file="{file}"}} '
    (line,) = [line for line in (await somebody.get("/metrics")).text.splitlines() if line.startswith(start)]
    return float(line.removeprefix(start))


async def test_an_operator_says_what_a_station_must_show_and_it_has_to_come_again(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench, station_at(bench.central, STATION) as station:
        await ask(station, "BootNotification", BOOT)
        operator = await bench.client(Role.OPERATOR)
        path = f"{API}/stations/{STATION}"
        seen = await operator.get(path)
        assert seen.json()["security"] is None
        operator.headers["If-Match"] = seen.headers["ETag"]
        changed = await operator.patch(path, json={"security": "tls_basic"})
        assert changed.json()["security"] == "tls_basic"
        assert changed.json()["registration"] == "Accepted"
        await asyncio.wait_for(station.wait_closed(), 20)
        assert station.close_code == 1012
        member = bench.central.roster.find(STATION)
        assert member is not None
        assert member.security is SecurityMode.TLS_BASIC
        problem_of(await operator.patch(path, json={"security": "high"}), 422)
        problem_of(await operator.patch(path, json={}), 422)
        operator.headers["If-Match"] = changed.headers["ETag"]
        assert (await operator.patch(path, json={"security": "default"})).json()["security"] is None


async def test_a_station_is_registered_with_what_it_must_show_and_that_outlives_a_restart(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        made = await bench.admin.post(f"{API}/stations", json={"station_id": "NEW", "security": "tls_certificate"})
        assert made.json()["security"] == "tls_certificate"
    async with CentralServer(served(tmp_path)) as central:
        member = central.roster.find("NEW")
        assert member is not None
        assert member.security is SecurityMode.TLS_CERTIFICATE
