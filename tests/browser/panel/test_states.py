"""How the panel looks in the states of a charger, in both themes and three widths, and with nothing to show."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from contactor.cli.panel_process import PanelProcess
from contactor.virtual.control.server import ControlServer
from tests.browser.looking import in_theme, serious_findings
from tests.browser.panel.house import BADGE, STATION, PanelHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTHS = (1600, 1100, 400)


async def _idle(page: Page) -> None:
    await expect(page.get_by_text("Plug in your car to begin.")).to_be_visible()


async def _charging(page: Page) -> None:
    await page.get_by_role("button", name="Plug in at side 1").click()
    await page.get_by_role("button", name=f"Hold badge {BADGE} to the reader").click()
    await expect(page.get_by_role("button", name="Stop side 1")).to_be_visible()
    await page.get_by_role("button", name="Plug in at side 2").click()
    await expect(page.get_by_role("group", name="Side 2", exact=True)).to_contain_text("Hold your badge")


async def _emergency_stop(page: Page) -> None:
    await page.get_by_role("button", name="Emergency stop, terminal").click()
    await expect(page.get_by_text("Emergency stop pressed")).to_be_visible()


async def _fault(page: Page) -> None:
    await page.get_by_role("button", name="Raise").click()
    await expect(page.get_by_text("Out of order")).to_be_visible()


STATES: Mapping[str, Callable[[Page], Awaitable[None]]] = {
    "idle": _idle,
    "charging": _charging,
    "emergency-stop": _emergency_stop,
    "fault": _fault,
}


@pytest.mark.parametrize("state", STATES)
async def test_no_state_has_serious_findings_nor_scrolls_sideways_in_any_theme(
    page: Page, pictures: Path, state: str
) -> None:
    await STATES[state](page)
    for theme in ("light", "dark"):
        await in_theme(page, theme)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 1000})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            await page.screenshot(path=pictures / f"panel-{state}-{theme}-{width}.png", full_page=True)
        assert await serious_findings(page, colors_only=theme == "dark") == []


async def test_everything_can_be_reached_by_keyboard(page: Page) -> None:
    await page.get_by_role("button", name="Plug in at side 1").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("group", name="Side 1", exact=True)).to_contain_text("Hold your badge")
    badge = page.get_by_label("Badge", exact=True)
    await badge.focus()
    await page.keyboard.type(BADGE)
    await page.keyboard.press("Enter")
    stop = page.get_by_role("button", name="Stop side 1")
    await expect(stop).to_be_visible()
    await stop.focus()
    await page.keyboard.press("Space")
    await expect(page.get_by_role("group", name="Side 1", exact=True)).to_contain_text("Finished")


async def test_when_the_control_api_is_gone_the_page_says_so_and_comes_back_with_it(
    page: Page, context: BrowserContext, house: PanelHouse
) -> None:
    port = house.control.port
    await house.control.stop()
    await expect(page.get_by_text("What you see may be old.")).to_be_visible()
    other = await context.new_page()
    await other.goto("/")
    await expect(other.get_by_role("alert")).to_contain_text("does not answer")
    async with ControlServer([house.station, house.hostile], port=port):
        await expect(page.get_by_text("What you see may be old.")).to_have_count(0)
        await other.get_by_role("button", name="Try again").click()
        await expect(other.get_by_role("heading", level=1)).to_have_text(STATION)


async def test_where_no_station_is_served_the_page_says_what_to_do(browser: Browser) -> None:
    async with (
        ControlServer([], port=0) as control,
        PanelProcess(control.url, port=0) as panel,
        await browser.new_context() as visitor,
    ):
        page = await visitor.new_page()
        await page.goto(panel.url)
        await expect(page.get_by_text("No station is served here")).to_be_visible()
