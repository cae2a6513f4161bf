"""Campaigns of signed firmware closed-loop: who knows SignedUpdateFirmware, who does not, and who does not believe."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from contactor.base.ids import StationId
from contactor.central import business
from contactor.central.settings import StationSetting
from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.api.test_commands import virtual_station
from tests.central.bench import STATION, Json
from tests.central.campaigns.test_campaigns import begun, report, until_campaign, until_job, wanted
from tests.central.files.test_exchange import upload
from tests.central.files.test_signed_images import IMAGE, maker_is_known, signed_image
from tests.central.test_server import station_at

GENERIC, EVLINK = ("generic_dc", "GDC150-2"), ("evlink_pro_dc", "EVD1S180TBB")
STATIONS = tuple(StationSetting(StationId(name)) for name in ("A", "B", STATION))


@pytest.fixture(autouse=True)
def _rounds_are_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(business, "CAMPAIGN_PERIOD_S", 0.3)


async def orders_of(bench: Bench, job: Json) -> list[str]:
    """The actions that a station was ordered, the last first."""
    page = (await bench.admin.get(f"{API}/commands", params={"station_id": str(job["station_id"])})).json()["items"]
    return [each["action"] for each in page if "UpdateFirmware" in each["action"]]


async def test_w_l01_each_station_is_told_by_the_message_that_it_knows(database: str) -> None:
    """One installs signed firmware, one does not trust the signer, one is told by UpdateFirmware (for an EVlink)."""
    async with api_in(database, stations=STATIONS) as bench, AsyncExitStack() as stack:
        for name, (product, model) in ((STATION, GENERIC), ("A", GENERIC), ("B", EVLINK)):
            one = virtual_station(bench, name=name, product=product, model=model, firmware_install_s=0.1)
            await stack.enter_async_context(one)
        await signed_image(bench)
        await maker_is_known(bench)
        path = await begun(bench, signed="preferred", tries_max=1, failures_max=3)
        await until_campaign(bench, "done")
        found = await report(bench, path)
        assert (found[STATION]["state"], found[STATION]["tries"]) == ("installed", 1)
        assert await orders_of(bench, found[STATION]) == ["SignedUpdateFirmware"]
        assert (found["A"]["state"], found["A"]["detail"], found["A"]["tries"]) == (
            "failed",
            "it does not trust whoever signed the image (InvalidCertificate)",
            1,
        )
        assert found["B"]["is_told_unsigned"]
        assert found["B"]["detail"] == "it could not install the image"
        assert await orders_of(bench, found["B"]) == ["UpdateFirmware"]
        assert (await bench.admin.get(path)).json()["rules"]["signed"] == "preferred"


class OtherStation:
    """A station of a product nobody knows, which says what the test says."""

    def __init__(self, wire: ClientConnection) -> None:
        self._wire = wire

    async def tell(self, action: str, **payload: object) -> None:
        """Call, and wait for the answer."""
        await self._wire.send(json.dumps([2, f"id-{action}", action, payload]))
        while (await self._next())[:2] != [3, f"id-{action}"]:
            pass

    async def hears(self, action: str, answer: Json | None) -> Json:
        """Wait for a call and answer it; without an answer it is NotSupported, as is every other call meanwhile."""
        while True:
            frame = await self._next()
            if frame[0] == 2 and frame[2] == action:
                await self._wire.send(json.dumps(_not_supported(frame) if answer is None else [3, frame[1], answer]))
                return dict(frame[3])
            if frame[0] == 2:
                await self._wire.send(json.dumps(_not_supported(frame)))

    async def _next(self) -> list[Any]:
        return list(json.loads(await asyncio.wait_for(self._wire.recv(), 60)))


def _not_supported(frame: list[Any]) -> list[object]:
    return [4, frame[1], "NotSupported", "", {}]


@asynccontextmanager
async def other_station(bench: Bench) -> AsyncIterator[OtherStation]:
    async with station_at(bench.central, STATION) as wire:
        station = OtherStation(wire)
        await station.tell("BootNotification", chargePointVendor="Somebody", chargePointModel="OTHER")
        yield station


async def test_what_a_station_says_of_another_update_moves_nothing(tmp_path: Path) -> None:
    """SignedFirmwareStatusNotification names the request that it is about."""
    async with api_in(tmp_path, stations=STATIONS) as bench, other_station(bench) as station:
        await signed_image(bench)
        path = await begun(bench, STATION, signed="required")
        number = (await station.hears("SignedUpdateFirmware", {"status": "AcceptedCanceled"}))["requestId"]
        assert isinstance(number, int)
        await station.tell("SignedFirmwareStatusNotification", status="Downloading", requestId=number)
        await station.tell("SignedFirmwareStatusNotification", status="DownloadFailed", requestId=number + 1)
        await until_job(bench, STATION, "downloading")
        assert (await report(bench, path))[STATION]["failures"] == 0
        await station.tell("SignedFirmwareStatusNotification", status="SignatureVerified", requestId=number)
        assert (await until_job(bench, STATION, "downloaded"))["detail"] == "the signature is good"


async def test_a_station_of_which_nothing_is_known_is_asked_and_then_told_in_the_other_way(tmp_path: Path) -> None:
    async with api_in(tmp_path, stations=STATIONS) as bench, other_station(bench) as station:
        await signed_image(bench)
        path = await begun(bench, STATION, signed="preferred")
        await station.hears("SignedUpdateFirmware", None)
        await station.hears("UpdateFirmware", {})
        await station.tell("FirmwareStatusNotification", status="Downloading")
        await until_job(bench, STATION, "downloading")
        (job,) = (await report(bench, path)).values()
        assert (job["tries"], job["failures"], job["is_told_unsigned"]) == (2, 0, True)
        assert await orders_of(bench, job) == ["UpdateFirmware", "SignedUpdateFirmware"]


async def test_where_it_is_required_a_station_that_does_not_know_it_has_failed(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench, virtual_station(bench):
        await signed_image(bench)
        path = await begun(bench, STATION, signed="required")
        await until_campaign(bench, "done")
        (job,) = (await report(bench, path)).values()
        assert (job["state"], job["failures"]) == ("failed", 1)
        assert job["detail"] == "it does not know SignedUpdateFirmware: this product answers NotSupported (D-32)"
        assert await orders_of(bench, job) == []


async def test_an_image_without_a_signature_cannot_be_brought_so(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        await upload(bench, IMAGE, "gdc.bin", "2.0.0")
        for path in (f"{API}/campaigns", f"{API}/campaigns/plan"):
            problem = problem_of(await bench.admin.post(path, json=wanted(signed="required")), 409)
            assert (problem["field"], problem["detail"]) == (
                "rules.signed",
                "gdc.bin has no signature; give it one first",
            )
        problem_of(await bench.admin.post(f"{API}/campaigns", json=wanted(signed="perhaps")), 422)
