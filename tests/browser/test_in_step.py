"""A station's tabs say where it is not as rules and templates want it, and put it right."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.house import BADGE, STATION, House, station_in
from tests.browser.looking import serious_findings, settled
from tests.central.api.bench import API

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(200)]


async def pictured(page: Page, pictures: Path, tab: str) -> None:
    """Open a tab in each theme, and stay in the light one."""
    for theme in ("dark", "light"):
        await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        await page.goto(f"/stations/{STATION}")
        await page.get_by_role("tab", name=tab).click()
        await settled(page)
        picture = pictures / f"in-step-{tab.lower().replace(' ', '-')}-{theme}.png"
        await page.locator("section.card").last.screenshot(path=picture)
        assert await serious_findings(page, colors_only=theme == "dark") == []


async def test_drift_is_shown_and_repaired(page: Page, house: House, place: Path, pictures: Path) -> None:
    wanted = {"stations": {"kind": "stations", "names": [STATION]}, "values": {"HeartbeatInterval": "77"}}
    async with station_in(house, place):
        read = {"station_id": STATION, "action": "GetConfiguration"}
        assert (await house.admin.post(f"{API}/commands", json=read, params={"wait": 20})).is_success
        answer = await house.admin.put(f"{API}/configuration-templates/slow", json=wanted)
        assert answer.is_success, answer.text
        await pictured(page, pictures, "Configuration")
        await expect(page.get_by_text("Not as its templates want it: 1 of 1 keys.")).to_be_visible()
        await page.get_by_role("button", name="Repair").click()
        await expect(page.get_by_text("Changes ordered: 1.")).to_be_visible()
        again = {"station_id": STATION, "action": "GetConfiguration"}  # orders go one at a time: this is answered last
        assert (await house.admin.post(f"{API}/commands", json=again, params={"wait": 20})).is_success
        await page.reload()
        await page.get_by_role("tab", name="Configuration").click()
        await expect(page.get_by_text("In step with its templates: 1 of 1 keys.")).to_be_visible()


async def test_a_local_list_is_shown_as_wanted_and_as_held(
    page: Page, house: House, place: Path, pictures: Path
) -> None:
    async with station_in(house, place):
        rule = await house.admin.put(f"{API}/list-rules/everybody", json={})
        assert rule.is_success, rule.text
        await pictured(page, pictures, "Local list")
        panel = page.get_by_role("tabpanel").last
        await expect(panel).to_contain_text("everybody")
        await expect(panel.get_by_role("row").filter(has_text=BADGE)).to_contain_text("Accepted")
