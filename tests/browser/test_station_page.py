"""A station's page before a real station: commands and their answers, live figures, configuration, profiles."""

import re
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from contactor.base.ids import OutletNumber
from contactor.console.fields import fields_of
from contactor.virtual.driver import Visit, drive
from contactor.virtual.virtual_station import VirtualStation
from tests.browser.conftest import ZONE
from tests.browser.forms import fill
from tests.browser.house import BADGE, STATION, House, station_in
from tests.central.api.bench import API

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def station(house: House, place: Path) -> AsyncIterator[VirtualStation]:
    async with station_in(house, place) as station:
        yield station


@pytest_asyncio.fixture(loop_scope="session")
async def at_station(page: Page, station: VirtualStation) -> Page:
    await page.goto(f"/stations/{STATION}")
    await expect(page.get_by_role("heading", name=STATION, level=1)).to_be_visible()
    return page


async def opened(page: Page, title: str) -> Locator:
    """The dialog of a command from the menu."""
    await page.get_by_role("button", name="Commands", exact=True).click()
    await page.locator(".q-menu .q-item").filter(has_text=re.compile(f"^{title}$")).click()
    dialog = page.get_by_role("dialog", name=title)
    await expect(dialog).to_be_visible()
    return dialog


async def test_a_command_goes_to_the_station_and_its_answer_comes_back(at_station: Page) -> None:
    dialog = await opened(at_station, "Trigger message")
    await dialog.get_by_label("Requested message").click()
    await at_station.get_by_role("option", name="Heartbeat").click()
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog.locator(".verdict")).to_contain_text("The station answers Accepted.")


async def test_what_the_guide_forbids_is_not_sent_but_marked_at_its_field(at_station: Page) -> None:
    dialog = await opened(at_station, "Fetch diagnostics")
    await dialog.get_by_label("Location").fill("gopher://files.example/")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog.get_by_text(re.compile("begin with ftp or"))).to_be_visible()
    await expect(dialog.locator(".verdict")).to_contain_text("Not sent")


async def test_a_destructive_command_says_what_it_will_do(at_station: Page) -> None:
    await at_station.get_by_role("button", name="Reset", exact=True).click()
    dialog = at_station.get_by_role("dialog", name="Reset")
    await expect(dialog).to_contain_text("No transaction is running.")
    await dialog.get_by_role("button", name="Close").click()
    await expect(dialog).to_have_count(0)


async def test_a_command_is_tried_on_a_twin_before_it_is_sent(at_station: Page, house: House) -> None:
    dialog = await opened(at_station, "Change availability")
    await fill(dialog, fields_of("ChangeAvailability"), {"connectorId": 2, "type": "Inoperative"})
    await dialog.get_by_role("button", name="What would it do?").click()
    await expect(dialog).to_contain_text("Available → Unavailable")
    await expect(dialog).to_contain_text("StatusNotification")
    sent = (await house.admin.get(f"{API}/commands", params={"station_id": STATION, "limit": 500})).json()["items"]
    assert [each for each in sent if each["action"] == "ChangeAvailability"] == []


async def test_times_are_local_and_tell_utc_to_whoever_looks_closer(at_station: Page, house: House) -> None:
    booted = (await house.admin.get(f"{API}/stations/{STATION}")).json()["booted_at"]
    at = datetime.fromisoformat(booted)
    shown = at_station.locator(f"b[title='{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC']")
    await expect(shown).to_have_text(f"{at.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M:%S}")


async def test_a_charge_shows_live_from_the_plug_to_the_stop(at_station: Page, station: VirtualStation) -> None:
    card = at_station.get_by_role("region", name="Connector 1")
    await expect(card).to_contain_text("Available")
    assert await drive(station, Visit(OutletNumber(1), BADGE, "saloon", 0.2, 2_000.0))
    log = at_station.get_by_role("log", name="OCPP messages")
    for action in ("StartTransaction", "MeterValues", "StopTransaction"):
        await expect(log.get_by_role("button", name=action).first).to_be_visible()
    await log.get_by_role("button", name="StopTransaction").last.click()
    dialog = at_station.get_by_role("dialog", name="Message")
    await expect(dialog.locator("pre")).to_contain_text('"transactionId"')


async def test_a_configuration_key_is_changed_in_place_and_the_station_takes_it(at_station: Page) -> None:
    await at_station.get_by_role("tab", name="Configuration").click()
    await at_station.get_by_role("button", name="Read again").click()
    value = at_station.get_by_role("button", name="Edit ConnectionTimeOut")
    await value.click()
    await at_station.get_by_role("textbox", name="ConnectionTimeOut").fill("77")
    await at_station.get_by_role("button", name="Send", exact=True).click()
    await expect(at_station.get_by_text("ConnectionTimeOut: Accepted.")).to_be_visible()
    await expect(value).to_have_text("77")


async def test_a_value_beyond_the_guides_limits_is_refused_and_the_old_one_stays(at_station: Page) -> None:
    await at_station.get_by_role("tab", name="Configuration").click()
    await at_station.get_by_role("button", name="Read again").click()
    value = at_station.get_by_role("button", name="Edit HeartbeatInterval")
    before = await value.text_content()
    await value.click()
    await at_station.get_by_role("textbox", name="HeartbeatInterval").fill("-5")
    await at_station.get_by_role("button", name="Send", exact=True).click()
    await expect(at_station.get_by_text(re.compile("HeartbeatInterval is not sent: expected at least"))).to_be_visible()
    await expect(value).to_have_text(before or "")


async def test_a_profile_is_checked_drawn_sent_and_listed(at_station: Page) -> None:
    await at_station.get_by_role("tab", name="Smart charging").click()
    await at_station.get_by_role("button", name="Add profile").click()
    dialog = at_station.get_by_role("dialog", name="Charging profile")
    await dialog.get_by_label("Limit, kW").fill("0.5")
    await dialog.get_by_role("button", name="Send profile").click()
    await expect(dialog.locator(".verdict")).to_contain_text("0, or at least 1000 W (D-15)")
    await dialog.get_by_label("Limit, kW").fill("22")
    await dialog.get_by_role("button", name="Add period").click()
    await dialog.get_by_label("Limit, kW").nth(1).fill("50")
    await dialog.get_by_role("button", name="What would it do?").click()
    await expect(dialog).to_contain_text("the station itself was not asked")
    await expect(dialog.get_by_role("img", name="Composite schedules now and then")).to_be_visible()
    await dialog.get_by_role("button", name="Send profile").click()
    await expect(dialog.locator(".verdict")).to_contain_text("The station answers Accepted.")
    await dialog.get_by_role("button", name="Close").click()
    await expect(at_station.get_by_text("22.0–50.0 kW")).to_be_visible()
    await at_station.get_by_role("button", name="Ask the station").click()
    await expect(at_station.get_by_text("Composite, as the station says").first).to_be_visible()


async def test_diagnostics_are_asked_for_arrive_and_are_saved(at_station: Page, tmp_path: Path) -> None:
    await at_station.get_by_role("tab", name="Files").click()
    await at_station.get_by_role("button", name="Get diagnostics").click()
    dialog = at_station.get_by_role("dialog", name="Get diagnostics")
    await dialog.get_by_role("button", name="Get them").click()
    row = at_station.get_by_role("table", name="Diagnostics").get_by_role("row").nth(1)
    await expect(row).to_contain_text("arrived")
    async with at_station.expect_download() as saving:
        await row.get_by_role("button", name="Download").click()
    await (await saving.value).save_as(tmp_path / "diagnostics.zip")
    assert zipfile.is_zipfile(tmp_path / "diagnostics.zip")


async def test_the_fleet_shows_the_station_and_reacts_to_it(page: Page, station: VirtualStation) -> None:
    await page.goto("/")
    row = page.locator(f'.ag-center-cols-container .ag-row[row-id="{STATION}"]')
    await expect(page.get_by_role("link", name=STATION)).to_be_visible()
    station.raise_fault("0x100202", OutletNumber(2))
    await expect(row).to_contain_text("Faulted")
    await expect(row).to_contain_text("0x100202")
    station.clear_fault("0x100202", OutletNumber(2))
    await expect(row).not_to_contain_text("Faulted")
