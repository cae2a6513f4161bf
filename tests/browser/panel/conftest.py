"""The panel's own house and pages; browser, context and pictures are those of all browser tests."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.panel.house import STATION, PanelHouse, panel_house

expect.set_options(timeout=20_000)  # a busy machine is no failure


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(chromium: str) -> AsyncIterator[PanelHouse]:
    """One for all tests of a file: it takes seconds to open."""
    del chromium  # where there is no browser, nothing is started
    async with panel_house() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext, house: PanelHouse) -> Page:
    """The panel of the station that is online, with nothing plugged and nothing wrong."""
    page = await context.new_page()
    for outlet in house.station.rig.outlets:
        if house.station.rig.is_plugged(outlet):
            house.station.unplug(outlet)
    for dtc, place in list(house.station.rig.faults()):
        house.station.clear_fault(dtc, place)
    await page.goto(f"/stations/{STATION}")
    await expect(page.get_by_role("group", name="Side 1", exact=True)).to_contain_text("Ready")
    return page
