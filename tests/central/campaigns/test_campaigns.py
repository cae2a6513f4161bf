"""Campaigns closed-loop: virtual stations fetch the image over HTTP(S), one fails, one charges until later."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import trustme

from contactor.base.ids import IdTag, OutletNumber, StationId
from contactor.central import business
from contactor.central.api.campaign_shapes import CampaignBody
from contactor.central.api.role import Role
from contactor.central.api.server import ApiServer
from contactor.central.campaigns.campaign import CampaignState, JobState
from contactor.central.campaigns.campaign_rows import find_campaign
from contactor.central.campaigns.job_rows import find_jobs, move_job
from contactor.central.server import CentralServer
from contactor.central.settings import StationSetting
from contactor.central.store.database import for_writing
from contactor.central.tags import Tag
from contactor.guide.load import load_product
from contactor.rig.garage import vehicle_model
from contactor.rig.vehicle import Vehicle
from contactor.station.file_transfer import NetworkFiles
from contactor.station.firmware_image import make_image
from contactor.virtual.virtual_station import VirtualStation
from tests.central.api.bench import API, Bench, api_in, log_in, problem_of, served
from tests.central.api.test_commands import send, virtual_station
from tests.central.api.test_https import put, trusting
from tests.central.bench import NOON, STATION, Json
from tests.central.files.test_exchange import until_event, upload

NEW = "9.9.9"
IMAGE = make_image(load_product().name, NEW, b"z" * 100_000)
STATIONS = tuple(StationSetting(StationId(name)) for name in ("A", "B", "C", STATION))
QUICK_S = 0.5


@pytest.fixture(autouse=True)
def _rounds_are_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(business, "CAMPAIGN_PERIOD_S", QUICK_S)


@asynccontextmanager
async def with_image(place: Path | str, **changes: object) -> AsyncIterator[Bench]:
    async with api_in(place, stations=STATIONS, tags=(Tag(IdTag("ANNA")),), **changes) as bench:
        assert (await upload(bench, IMAGE, version=NEW)).status_code == 201
        yield bench


def wanted(*stations: str, **rules: object) -> Json:
    chosen: Json = {"stations": list(stations)} if stations else {"is_every_station": True}
    return {"name": "all new", "image_id": 1, "selection": chosen, "rules": {"retry_after_s": 0, **rules}}


async def begun(bench: Bench, *stations: str, **rules: object) -> str:
    answer = await bench.admin.post(f"{API}/campaigns", json=wanted(*stations, **rules))
    assert answer.status_code == 201, answer.text
    path = f"{API}/campaigns/{answer.json()['campaign_id']}"
    assert answer.headers["Location"] == path
    return path


async def shown(bench: Bench, path: str) -> CampaignBody:
    answer = await bench.admin.get(path)
    assert answer.status_code == 200, answer.text
    return CampaignBody.model_validate(answer.json())


async def report(bench: Bench, path: str) -> dict[str, Json]:
    items = (await bench.admin.get(f"{path}/stations")).json()["items"]
    return {each["station_id"]: each for each in items}


async def until_job(bench: Bench, station: str, state: str) -> Json:
    async with asyncio.timeout(60), bench.central.events.subscribe(0) as events:
        async for event in events:
            if event.kind == "campaign_job_changed" and event.station_id == station and event.facts["state"] == state:
                return dict(event.facts)
    raise AssertionError("the feed has ended")


async def until_campaign(bench: Bench, state: str) -> Json:
    return await until_event(bench, lambda kind, facts: kind == "campaign_changed" and facts["state"] == state)


async def charging(bench: Bench, station: VirtualStation) -> object:
    """The number of a transaction that runs."""
    outlet = OutletNumber(1)
    station.plug(outlet, Vehicle(vehicle_model("saloon"), soc=0.2))
    await send(bench, "RemoteStartTransaction", connectorId=1, idTag="ANNA")
    facts = await until_event(bench, lambda kind, _: kind == "transaction_started")
    return facts["transaction_id"]


async def test_waves_go_on_past_a_failure_they_allow_and_wait_for_the_car(database: str) -> None:
    """FW-01 to FW-08: A installs, B is of another product and cannot, RDAM-01 charges until its car is let go."""
    async with with_image(database) as bench, AsyncExitStack() as stack:
        for name, product, model in (("A", "evlink_pro_dc", "EVD1S180TBB"), ("B", "generic_dc", "GDC150-2")):
            one = virtual_station(bench, name=name, product=product, model=model, firmware_install_s=0.1)
            await stack.enter_async_context(one)
        busy = await stack.enter_async_context(virtual_station(bench, firmware_install_s=0.1))
        transaction = await charging(bench, busy)
        path = await begun(bench, "A", "B", STATION, waves=["2"], failures_max=1, tries_max=2)
        await until_job(bench, STATION, "waiting_for_idle")
        found = await report(bench, path)
        assert (found["A"]["state"], found["A"]["failures"], found["A"]["wave"]) == ("installed", 0, 1)
        assert (found["B"]["state"], found["B"]["failures"]) == ("failed", 2)
        assert found["B"]["detail"] == "it could not install the image"
        assert (found[STATION]["state"], found[STATION]["detail"], found[STATION]["wave"]) == (
            "waiting_for_idle",
            "a car charges",
            2,
        )
        command = (await bench.admin.get(f"{API}/commands/{found['A']['command_id']}")).json()
        assert (command["action"], command["by"]) == ("UpdateFirmware", "campaign:1")
        assert ":***@" in command["request"]["location"]
        await send(bench, "RemoteStopTransaction", transactionId=transaction)
        busy.unplug(OutletNumber(1))
        await until_campaign(bench, "done")
        view = await shown(bench, path)
        assert view.counts == {JobState.INSTALLED: 2, JobState.FAILED: 1}
        assert [(wave.stations, wave.over) for wave in view.waves] == [(2, 2), (1, 1)]
        station = (await bench.admin.get(f"{API}/stations/{STATION}")).json()
        assert station["firmware_version"] == NEW


async def test_a_campaign_by_ftp_brings_the_image_to_its_stations(tmp_path: Path) -> None:
    """FW-11: each fetches from a place of its own, one after the other, and boots with the new version."""
    async with with_image(tmp_path, ftp_port=0) as bench, AsyncExitStack() as stack:
        for name in ("A", "B"):
            await stack.enter_async_context(virtual_station(bench, name=name, firmware_install_s=0.1))
        path = await begun(bench, "A", "B", waves=["1"], via="ftp")
        await until_campaign(bench, "done")
        assert (await shown(bench, path)).counts == {JobState.INSTALLED: 2}
        locations = []
        for job in (await report(bench, path)).values():
            command = (await bench.admin.get(f"{API}/commands/{job['command_id']}")).json()
            locations.append(urlsplit(command["request"]["location"]))
        assert {(each.scheme, each.port) for each in locations} == {("ftp", bench.api.ftp_port)}
        assert len({each.path for each in locations}) == 2


async def test_too_many_failures_stop_it_and_a_person_may_go_on(database: str) -> None:
    async with with_image(database) as bench, AsyncExitStack() as stack:
        for name, product, model in (("A", "generic_dc", "GDC150-2"), ("B", "evlink_pro_dc", "EVD1S180TBB")):
            one = virtual_station(bench, name=name, product=product, model=model, firmware_install_s=0.1)
            await stack.enter_async_context(one)
        path = await begun(bench, waves=["1"], tries_max=1)
        facts = await until_campaign(bench, "stopped")
        assert facts["detail"] == "1 of 1 stations of wave 1 failed"
        assert (await report(bench, path))["B"]["state"] == "queued"
        assert (await bench.admin.post(f"{path}/resume", json={})).json()["state"] == "running"
        await until_job(bench, "B", "installed")
        assert (await report(bench, path))["A"]["state"] == "failed"
        cancelled = (await bench.admin.post(f"{path}/cancel")).json()
        assert cancelled["state"] == "cancelled"
        skipped = await until_job(bench, STATION, "skipped")
        assert skipped["detail"] == "the campaign was cancelled"
        async with asyncio.timeout(30):
            while (await shown(bench, path)).ended_at is None:
                await bench.admin.get("/livez")
        deeds = [each["what"] for each in (await bench.admin.get(f"{API}/audit")).json()["items"]]
        assert {"campaign.begin", "campaign.resume", "campaign.cancel"} <= set(deeds)
        assert (await bench.admin.delete(path)).status_code == 204
        problem_of(await bench.admin.get(path), 404)


async def test_it_goes_on_after_a_restart_of_the_central_system(database: str) -> None:
    async with with_image(database) as bench:
        path = await begun(bench, "A", "B")
        await until_job(bench, "A", "queued")
        # As if the process had died between writing that A is told and giving the order.
        with for_writing(bench.central.engine).begin() as connection:
            (first, _) = find_jobs(connection, 1)
            cut = replace(first, state=JobState.SENT, orders=1, sent_at_ms=1)
            assert move_job(connection, 1, cut, first, NOON)
        password = bench.api.first_password
    async with api_in(database, stations=STATIONS) as bench:
        login = {"name": "admin", "password": password}
        assert (await bench.admin.post(f"{API}/login", json=login)).status_code == 200
        async with AsyncExitStack() as stack:
            for name in ("A", "B"):
                await stack.enter_async_context(virtual_station(bench, name=name, firmware_install_s=0.1))
            await until_campaign(bench, "done")
            found = await report(bench, path)
            assert [each["state"] for each in found.values()] == ["installed", "installed"]
            assert found["A"]["tries"] == 2
            assert found["B"]["tries"] == 1


async def test_the_image_is_fetched_by_https_too(tmp_path: Path) -> None:
    authority = trustme.CA()
    given = served(tmp_path, **put(authority, tmp_path), stations=STATIONS)
    async with CentralServer(given) as central, ApiServer(central) as api:
        admin = httpx.AsyncClient(base_url=api.url, verify=trusting(authority), timeout=30)
        bench = Bench(central, api, admin)
        try:
            identity = await log_in(admin, "admin", str(api.first_password))
            admin.headers["X-CSRF-Token"] = str(identity["csrf_token"])
            assert (await upload(bench, IMAGE, version=NEW)).status_code == 201
            files = NetworkFiles(tls=trusting(authority))
            async with virtual_station(bench, firmware_install_s=0.1, files=files):
                path = await begun(bench, STATION)
                await until_campaign(bench, "done")
                assert (await report(bench, path))[STATION]["state"] == "installed"
        finally:
            await bench.close()


async def test_a_paused_campaign_tells_nobody_and_its_image_stays(tmp_path: Path) -> None:
    async with with_image(tmp_path) as bench:
        path = await begun(bench, "A")
        assert (await bench.admin.post(f"{path}/pause")).json()["state"] == "paused"
        problem_of(await bench.admin.post(f"{path}/pause"), 409)
        said = problem_of(await bench.admin.delete(f"{API}/firmware-images/1"), 409)
        assert said["detail"] == "campaign 'all new' needs it"
        problem_of(await bench.admin.delete(path), 409)
        busy = problem_of(await bench.admin.post(f"{API}/campaigns", json=wanted("A")), 409)
        assert busy["value"] == "A"
        async with virtual_station(bench, name="A"):
            await until_event(bench, lambda kind, _: kind == "station_booted")
            with bench.central.engine.connect() as connection:
                found = find_campaign(connection, 1)
                assert found is not None
                assert found.state is CampaignState.PAUSED
            assert (await report(bench, path))["A"]["tries"] == 0


async def test_what_it_would_do_is_shown_before_and_bad_wishes_are_refused(tmp_path: Path) -> None:
    async with with_image(tmp_path) as bench:
        plan = (await bench.admin.post(f"{API}/campaigns/plan", json=wanted(waves=["1", "50%"]))).json()
        assert [each["stations"] for each in plan["waves"]] == [["A"], ["B", "C"], [STATION]]
        assert (await bench.admin.get(f"{API}/campaigns")).json()["items"] == []
        for change, field in (
            ({"image_id": 5}, "image_id"),
            ({"selection": {"stations": ["nobody"]}}, "selection.stations"),
            ({"selection": {"versions": ["0.0"]}}, "selection"),
            ({"selection": {}}, "selection"),
            ({"selection": {"stations": ["A", "A"]}}, "selection"),
            ({"rules": {"waves": ["0"]}}, "rules.waves.0"),
            ({"rules": {"hours": {"from_minute": 0, "until_minute": 1, "time_zone": "Mars/North"}}}, "rules.hours"),
            ({"rules": {"via": "ftp"}}, "via"),
        ):
            answer = await bench.admin.post(f"{API}/campaigns", json={**wanted(), **change})
            assert 400 <= answer.status_code < 500, (change, answer.text)
            assert field in answer.text, (change, answer.text)
        viewer = await bench.client(Role.VIEWER)
        problem_of(await viewer.post(f"{API}/campaigns", json=wanted()), 403)
        assert (await viewer.post(f"{API}/campaigns/plan", json=wanted())).status_code == 200
