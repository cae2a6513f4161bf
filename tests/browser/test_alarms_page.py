"""The page of alarms: a trouble in the guide's words, acknowledged with a note, and found again in the history."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.house import HOSTILE, MODEL, House
from tests.browser.looking import serious_findings, settled
from tests.browser.test_every_page import say
from tests.central.bench import Json
from tests.central.test_server import station_at

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(200)]

TITLE = "Vehicle connector lock control error"
NOTE = "the <b>electrician</b> comes at two"


async def test_an_operator_acknowledges_an_alarm_and_finds_it_in_the_history(
    page: Page, house: House, pictures: Path
) -> None:
    async with station_at(house.central, HOSTILE) as station:
        await say(station, "BootNotification", {"chargePointVendor": "Schneider Electric", "chargePointModel": MODEL})
        status: Json = {"connectorId": 1, "errorCode": "InternalError", "status": "Faulted"}
        await say(station, "StatusNotification", {**status, "vendorErrorCode": "0x100205"})
        await page.goto("/alarms")
        await settled(page)
        await expect(page.get_by_role("row").filter(has_text=TITLE)).to_contain_text("critical")
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            await page.reload()
            await settled(page)
            await expect(page.get_by_role("row").filter(has_text=TITLE)).to_be_visible()
            await page.screenshot(path=pictures / f"alarms-open-{theme}.png")
            assert await serious_findings(page, colors_only=theme == "dark") == []
        await page.get_by_role("button", name="Acknowledge 1", exact=True).click()
        await page.get_by_label("Note").fill(NOTE)
        await page.screenshot(path=pictures / "alarm-dialog-dark.png")
        await page.get_by_role("dialog", name="Alarm").get_by_role("button", name="Acknowledge").click()
        await expect(page.get_by_role("row").filter(has_text=TITLE)).to_contain_text("acknowledged")
        await say(station, "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
        await page.get_by_role("button", name="Refresh").click()
        await expect(page.get_by_text("No alarm fits")).to_be_visible()
        await page.get_by_role("combobox", name="Which").click()
        await page.get_by_role("option", name="Closed: the history").click()
        await page.get_by_role("button", name=TITLE).click()
        await expect(page.get_by_label("Note")).to_have_value(NOTE)
        await expect(page.get_by_role("dialog", name="Alarm")).to_contain_text("no error reported")
