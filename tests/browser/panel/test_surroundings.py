"""What surrounds the charger: network, doors, supply, time; messages as they come; and what an ugly name may not do."""

import re
from urllib.parse import quote

import httpx
import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.panel.house import HOSTILE, STATION, PanelHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_network_is_cut_and_restored(page: Page, house: PanelHouse) -> None:
    surroundings = page.get_by_role("region", name="Surroundings")
    await surroundings.get_by_role("button", name="Cut clean").click()
    await expect(page.get_by_role("group", name="Screen")).to_contain_text("Offline")
    await surroundings.get_by_role("button", name="Works").click()
    await expect(page.get_by_role("group", name="Screen")).to_contain_text("Online")
    assert house.station.network is not None
    assert house.station.network.failure is None


@pytest.mark.parametrize(
    ("way", "told"),
    [("Silent", "stays open, every message vanishes"), ("Half-open", "nothing gets through, and neither end is told")],
)
async def test_a_connection_that_fails_unseen_is_shown_as_what_it_is(page: Page, way: str, told: str) -> None:
    surroundings = page.get_by_role("region", name="Surroundings")
    await surroundings.get_by_role("button", name=way).click()
    await expect(surroundings.get_by_role("button", name=way)).to_have_attribute("aria-pressed", "true")
    await expect(surroundings).to_contain_text(told)
    await expect(page.get_by_role("group", name="Screen")).to_contain_text("Online")  # nobody has told the station
    await surroundings.get_by_role("button", name="Works").click()
    await expect(surroundings).to_contain_text("Everything gets through.")


async def test_a_door_is_opened_and_closed(page: Page) -> None:
    door = page.get_by_role("switch", name="Door of the terminal open")
    await door.click()
    await expect(door).to_have_attribute("aria-checked", "true")
    await expect(page.get_by_role("region", name="Trouble")).to_contain_text(re.compile("door", re.IGNORECASE))
    await door.click()
    await expect(door).to_have_attribute("aria-checked", "false")


async def test_supply_and_time_are_changed(page: Page, house: PanelHouse) -> None:
    surroundings = page.get_by_role("region", name="Surroundings")
    await surroundings.get_by_label(re.compile("Left to this charger")).fill("60")
    await expect(surroundings).to_contain_text("60 kW")
    await surroundings.get_by_label(re.compile("Voltage")).fill("330")
    await expect(surroundings).to_contain_text("No module runs at this voltage.")
    await surroundings.get_by_label(re.compile("Voltage")).fill("400")
    await page.get_by_role("button", name="Time 300 times as fast").click()
    await expect(page.get_by_role("button", name="Time 300 times as fast")).to_have_attribute("aria-pressed", "true")
    assert house.station.rig.cabinet.supply.available_w == 60_000
    assert house.station.runner.hardware_time.speed == 300


async def test_messages_come_and_one_is_shown_whole(page: Page) -> None:
    await page.get_by_role("button", name="Restart").click()
    log = page.get_by_role("log", name="OCPP messages")
    await log.get_by_role("button", name="BootNotification").last.click()
    dialog = page.get_by_role("dialog", name="Message")
    await expect(dialog.locator("pre")).to_contain_text("chargePointModel")
    await dialog.get_by_role("button", name="Close").click()
    await page.get_by_role("searchbox", name="Filter messages").fill("no such message")
    await expect(log).to_contain_text("No message fits")


async def test_another_station_is_chosen_in_the_header(page: Page) -> None:
    await page.get_by_label("Station", exact=True).select_option(HOSTILE)
    await expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    await expect(page.get_by_role("group", name="Screen")).to_contain_text("Offline")


async def test_ugly_names_and_addresses_are_shown_as_text(context: BrowserContext) -> None:
    page = await context.new_page()
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    await page.goto(f"/stations/{quote(HOSTILE, safe='')}")
    await expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    await expect(page.get_by_text("ws://nobody/<script>alert(2)</script>")).to_be_visible()
    await page.get_by_label("Badge", exact=True).fill("<b>x</b>")
    await page.get_by_role("button", name="Hold to reader").click()
    await expect(page.get_by_role("button", name="Hold badge <b>x</b> to the reader")).to_be_visible()
    await page.goto("/stations/%3Cimg%20src=x%20onerror=alert(3)%3E")
    await expect(page.get_by_text("There is no station <img src=x onerror=alert(3)> here")).to_be_visible()
    assert await page.locator("img").count() == 0


async def test_a_page_of_another_site_can_do_nothing(house: PanelHouse) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    asked = {**upgrade, "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": "https://evil.example"}
    async with httpx.AsyncClient(base_url=house.url) as client:
        for path in (f"/live?topic=station:{STATION}", "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"):
            assert (await client.get(path, headers=asked)).status_code == 403
        # A name of theirs that leads to this machine makes their page no page of ours.
        assert (await client.get("/", headers={"Host": "evil.example"})).status_code == 403
