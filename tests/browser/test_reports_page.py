"""Reports by their page: chosen, drawn, and saved; and a time in which nothing was is said to be empty."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.house import BADGE, HOSTILE, MODEL, House
from tests.browser.looking import settled
from tests.browser.test_every_page import say
from tests.central.api.bench import API
from tests.central.bench import Json
from tests.central.test_server import station_at

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(200)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def charged(house: House) -> AsyncIterator[House]:
    """A house where a station has charged 12 kWh, and then had a ground failure."""
    site: Json = {"site_id": "depot", "limit_w": 100_000, "members": [{"station_id": HOSTILE}]}
    assert (await house.admin.post(f"{API}/sites", json=site)).is_success
    async with station_at(house.central, HOSTILE) as station:
        await say(station, "BootNotification", {"chargePointVendor": "Schneider Electric", "chargePointModel": MODEL})
        at = datetime.now(UTC).isoformat()
        begun = await say(
            station, "StartTransaction", {"connectorId": 1, "idTag": BADGE, "meterStart": 0, "timestamp": at}
        )
        ended = {"transactionId": begun["transactionId"], "meterStop": 12_000, "timestamp": at}
        await say(station, "StopTransaction", ended)
        status = {"connectorId": 1, "errorCode": "GroundFailure", "status": "Faulted"}
        await say(station, "StatusNotification", status)
        yield house


async def test_a_report_is_chosen_drawn_and_saved(page: Page, charged: House, tmp_path: Path) -> None:
    await page.goto("/reports")
    await settled(page)
    table = page.get_by_role("table", name="Energy and use")
    await expect(table.get_by_role("row").filter(has_text=HOSTILE)).to_contain_text("12.0")
    await expect(table.get_by_role("row").last).to_contain_text("All together")
    bars = page.get_by_role("region", name="Energy", exact=True)
    await expect(bars.locator("div").filter(has_text=HOSTILE)).to_contain_text("12.0 kWh")
    await page.get_by_role("combobox", name="A line for each").click()
    await page.get_by_role("option", name="Site").click()
    await expect(table.get_by_role("row").filter(has_text="depot")).to_contain_text("12.0")
    async with page.expect_download() as saving:
        await page.get_by_role("button", name="CSV").click()
    saved = tmp_path / "saved.csv"
    await (await saving.value).save_as(saved)
    assert [line.split(",")[:3] for line in saved.read_text().splitlines() if "depot" in line] == [
        ["depot", "1", "12000"]
    ]


async def test_alarms_are_counted_and_an_empty_time_says_so(page: Page, charged: House) -> None:
    await page.goto("/reports")
    await settled(page)
    await page.get_by_role("combobox", name="Report").click()
    await page.get_by_role("option", name="Alarms").click()
    await expect(page.get_by_role("table", name="Alarms").get_by_role("row").filter(has_text=HOSTILE)).to_be_visible()
    await expect(page.get_by_role("button", name="CSV")).to_be_hidden()
    await page.get_by_role("combobox", name="Time").click()
    await page.get_by_role("option", name="Between two times").click()
    await page.get_by_label("Until").fill("2020-01-02T00:00")
    await page.get_by_label("From").fill("2020-01-01T00:00")
    await expect(page.get_by_text("Nothing in this time")).to_be_visible()
