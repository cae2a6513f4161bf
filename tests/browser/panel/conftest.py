"""The panel's own house and pages; browser and pictures are those of all browser tests."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.browser.conftest import visitor
from tests.browser.panel.house import STATION, PanelHouse, panel_house

WIDE: ViewportSize = {"width": 1600, "height": 1000}

expect.set_options(timeout=20_000)  # a busy machine is no failure


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(chromium: str) -> AsyncIterator[PanelHouse]:
    """One for all tests of a file: it takes seconds to open."""
    del chromium  # where there is no browser, nothing is started
    async with panel_house() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def context(house: PanelHouse, browser: Browser) -> AsyncIterator[BrowserContext]:
    """One visitor for all tests of a file: what a browser has fetched and compiled it needs not fetch again."""
    async with visitor(house, browser) as context:
        yield context


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def window(context: BrowserContext) -> Page:
    """Where the visitor looks."""
    return await context.new_page()


@pytest_asyncio.fixture(loop_scope="session")
async def page(window: Page, house: PanelHouse) -> Page:
    """The panel of the station that is online, as somebody new sees it, with nothing plugged and nothing wrong."""
    page = window
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    await page.set_viewport_size(WIDE)
    for outlet in house.station.rig.outlets:
        if house.station.rig.is_plugged(outlet):
            house.station.unplug(outlet)
    for dtc, place in list(house.station.rig.faults()):
        house.station.clear_fault(dtc, place)
    await page.goto(f"/stations/{STATION}")
    if await page.evaluate("localStorage.length"):
        await page.evaluate("localStorage.clear()")
        await page.reload()
    await expect(page.get_by_role("group", name="Side 1", exact=True)).to_contain_text("Ready")
    return page
