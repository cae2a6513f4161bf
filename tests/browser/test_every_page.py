"""Every page, in both themes: readable by everybody, quiet, and deaf to whatever a station calls itself.

The pictures of a run lie in build/pictures.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from contactor.base.ids import OutletNumber
from contactor.central.api.server import ApiServer
from contactor.virtual.driver import Visit, drive_in_turn
from tests.browser.house import BADGE, HOSTILE, STATION, House, station_in
from tests.browser.looking import WIDE, in_theme, serious_findings, settled
from tests.central.api.bench import API
from tests.central.bench import Json
from tests.central.test_server import station_at

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]

SCRIPT = "<img src=x onerror=window.pwned=1>"
SHORT = "<svg onload=pwned=1>"
"""As long as an idTag may be."""
PAGES = {
    "fleet": "/",
    "station": f"/stations/{STATION}",
    "hostile": f"/stations/{HOSTILE}",
    "alarms": "/alarms",
    "transactions": "/transactions",
    "transaction": "/transactions/1",
    "reservations": "/reservations",
    "sites": "/sites",
    "site": "/sites/rotterdam",
    "reports": "/reports",
    "webhooks": "/webhooks",
    "webhook": "/webhooks/billing",
    "messages": "/messages",
    "commands": "/commands",
    "tags": "/tags",
    "tariffs": "/tariffs",
    "tag-groups": "/tag-groups",
    "onboarding": "/onboarding",
    "templates": "/templates",
    "list-rules": "/list-rules",
    "firmware": "/firmware",
    "campaigns": "/campaigns",
    "campaign": "/campaigns/1",
    "alarm-rules": "/alarm-rules",
    "users": "/users",
    "account": "/account",
    "security": "/security",
    "audit": "/audit",
    "system": "/system",
}
TABS = (
    "Configuration",
    "Smart charging",
    "Faults",
    "Reservations",
    "Local list",
    "Files",
    "Certificates",
    "Commands",
    "Messages",
    "Quirks",
)
NARROWER = (1100, 400)


async def say(station: ClientConnection, action: str, payload: Json) -> Json:
    """Ask as the hostile station, answering nothing that is asked of it."""
    await station.send(json.dumps([2, f"id-{action}", action, payload]))
    while True:
        answer = json.loads(await asyncio.wait_for(station.recv(), 20))
        if answer[0] != 2:  # what we are asked meanwhile
            assert answer[:2] == [3, f"id-{action}"], answer
            return dict(answer[2])


@asynccontextmanager
async def hostile_station(house: House) -> AsyncIterator[None]:
    """A station whose every word is a script, and whose data has keys that NiceGUI would run."""
    async with station_at(house.central, HOSTILE) as station:
        boot: Json = {"chargePointVendor": SHORT, "chargePointModel": SHORT, "firmwareVersion": SCRIPT}
        await say(station, "BootNotification", {**boot, "chargePointSerialNumber": SHORT})
        status: Json = {"connectorId": 1, "errorCode": "OtherError", "status": "Faulted", "info": SCRIPT}
        await say(station, "StatusNotification", {**status, "vendorErrorCode": SCRIPT, "vendorId": SCRIPT})
        at = "2026-05-01T12:00:00Z"
        begun = {"connectorId": 1, "idTag": SHORT, "meterStart": 0, "timestamp": at}
        await say(station, "StartTransaction", begun)
        data = json.dumps({":onClick": "window.pwned=1", "text": SCRIPT})
        await say(station, "DataTransfer", {"vendorId": SCRIPT, "messageId": SCRIPT, "data": data})
        await say(station, "SecurityEventNotification", {"type": SCRIPT, "timestamp": at, "techInfo": SCRIPT})
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def busy_house(house: House, place: Path) -> AsyncIterator[House]:
    """A house where a car charges, somebody ordered something, and a hostile station is about."""
    tag: Json = {"id_tag": SHORT, "parent_id_tag": SHORT}
    assert (await house.admin.post(f"{API}/tags", json=tag)).is_success
    assert (await house.admin.post(f"{API}/tokens", json={"label": SCRIPT, "role": "viewer"})).is_success
    site: Json = {"site_id": "rotterdam", "name": SCRIPT, "limit_w": 100_000, "members": [{"station_id": STATION}]}
    assert (await house.admin.post(f"{API}/sites", json=site)).is_success
    template = {"stations": {"kind": "stations", "names": [HOSTILE]}, "values": {"HeartbeatInterval": "77"}}
    assert (await house.admin.put(f"{API}/configuration-templates/slow", json=template)).is_success
    assert (await house.admin.put(f"{API}/list-rules/everybody", json={})).is_success
    hook: Json = {"webhook_id": "billing", "url": "https://billing.example.com/hook", "is_active": False}
    assert (await house.admin.post(f"{API}/webhooks", json=hook)).is_success
    image = {"file_name": "evlink-3.4.0.bin", "version": "<b>3.4.0"}
    assert (await house.admin.post(f"{API}/firmware-images", params=image, content=b"image")).is_success
    campaign: Json = {"name": SCRIPT, "image_id": 1, "selection": {"stations": [HOSTILE]}}
    assert (await house.admin.post(f"{API}/campaigns", json=campaign)).is_success
    with contextlib.suppress(InvalidStatus):
        async with station_at(house.central, quote(SHORT, safe="")):
            pass
    async with hostile_station(house), station_in(house, place) as station:
        visits = [Visit(OutletNumber(1), BADGE, "saloon", 0.2, 60_000.0)]
        driving = asyncio.create_task(drive_in_turn(station, visits, pause_s=1.0))
        for order in ({"action": "GetConfiguration"}, {"action": "DataTransfer", "payload": {"vendorId": SCRIPT}}):
            body = {"station_id": STATION, "why": SCRIPT, **order}
            answer = await house.admin.post(f"{API}/commands", json=body, params={"wait": 20})
            assert answer.is_success, answer.text
        yield house
        driving.cancel()
        await asyncio.gather(driving, return_exceptions=True)


async def assert_text_stays_text(page: Page) -> None:
    assert await page.evaluate("window.pwned") is None
    assert await page.locator('img[src="x"], svg[onload]').count() == 0


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_is_sound_in_both_themes_at_every_width_and_runs_nothing_a_station_says(
    page: Page, busy_house: House, pictures: Path, name: str
) -> None:
    found: dict[str, list[str]] = {}
    await page.set_viewport_size(WIDE)
    await page.goto(PAGES[name])
    await settled(page)
    await assert_text_stays_text(page)
    for theme in ("light", "dark"):
        await in_theme(page, theme)
        found[theme] = await serious_findings(page, colors_only=theme == "dark")
        await page.screenshot(path=pictures / f"{name}-{theme}.png")
    for width in NARROWER:
        await page.set_viewport_size({"width": width, "height": 900})
        await page.screenshot(path=pictures / f"{name}-{width}.png")
        too_far = "document.documentElement.scrollWidth - window.innerWidth"
        assert await page.evaluate(too_far) <= 0, f"{width} px are not enough"
    assert found == {"light": [], "dark": []}


async def test_the_login_is_sound(context: BrowserContext, house: House, pictures: Path) -> None:
    page = await context.new_page()
    await page.goto("/login")
    await page.screenshot(path=pictures / "login-light.png")
    assert await serious_findings(page) == []


@pytest.mark.parametrize("station", [STATION, HOSTILE])
async def test_every_tab_of_a_station_is_sound_and_shows_scripts_as_text(
    page: Page, busy_house: House, pictures: Path, station: str
) -> None:
    found: dict[str, list[str]] = {}
    await page.set_viewport_size(WIDE)
    await page.goto(f"/stations/{station}")
    await settled(page)
    for tab in TABS:
        await page.get_by_role("tab", name=tab, exact=True).click()
        await expect(page.get_by_role("tabpanel", name=tab, exact=True).locator("> *").first).to_be_attached()
        await settled(page)
        await assert_text_stays_text(page)
        found[tab] = await serious_findings(page, "[role=tabpanel]")
        if station == STATION:
            await page.screenshot(path=pictures / f"station-{tab.lower().replace(' ', '-')}.png")
    assert {name: each for name, each in found.items() if each} == {}
    if station == HOSTILE:
        await expect(page.get_by_role("log").get_by_text(SCRIPT).first).to_be_visible()


async def test_hostile_words_are_seen_as_they_are(page: Page, busy_house: House) -> None:
    await page.goto("/")
    await expect(page.get_by_text(SHORT, exact=True).first).to_be_visible()
    await page.goto("/security")
    await expect(page.get_by_text(SCRIPT, exact=True).first).to_be_visible()
    await page.goto("/tags")
    await expect(page.get_by_text(SHORT, exact=True).first).to_be_visible()
    await assert_text_stays_text(page)


async def test_a_page_says_that_it_is_stale_while_the_central_system_is_away_and_heals_with_it(
    page: Page, busy_house: House
) -> None:
    await page.goto("/")
    await settled(page)
    await busy_house.api.stop()
    await expect(page.get_by_role("alert")).to_contain_text("What you see may be old.", timeout=30_000)
    await page.goto("/tags")
    failure = page.get_by_role("alert").filter(has_text="The central system does not answer (")
    await expect(failure.get_by_role("button", name="Try again")).to_be_visible()
    async with ApiServer(busy_house.central):
        await expect(page.get_by_role("table", name="Tags")).to_be_visible()
        await settled(page)
