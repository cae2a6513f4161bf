"""Who gets in, what each role may do, and what happens to tabs when somebody leaves."""

import httpx
import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.house import STATION, House

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_wrong_password_is_said_to_be_wrong_and_nobody_is_let_in(context: BrowserContext, house: House) -> None:
    page = await context.new_page()
    await page.goto("/transactions")
    await expect(page).to_have_url(f"{house.url}/login?next=%2Ftransactions")
    await page.get_by_label("Name").fill("admin")
    await page.get_by_label("Password").fill("wrong horse")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    await page.goto("/")
    await expect(page).to_have_url(f"{house.url}/login?next=%2F")


async def test_who_signs_in_comes_to_where_they_wanted_to_go(context: BrowserContext, house: House) -> None:
    page = await context.new_page()
    await page.goto("/tags")
    await page.get_by_label("Name").fill("admin")
    await page.get_by_label("Password").fill(house.password("admin"))
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Tags", level=1)).to_be_visible()


@pytest.mark.parametrize("goal", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_no_link_leads_through_the_login_to_somewhere_else(house: House, goal: str) -> None:
    async with httpx.AsyncClient(base_url=house.url) as client:
        form = {"name": "admin", "password": house.password("admin"), "goal": goal}
        answer = await client.post("/login", data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")


async def test_a_viewer_looks_and_orders_nothing(context: BrowserContext, house: House) -> None:
    await house.add_user("vera", "viewer")
    page = await context.new_page()
    await house.sign_in(page, "vera")
    await expect(page.get_by_role("button", name="Group command")).to_have_count(0)
    await page.goto(f"/stations/{STATION}")
    await expect(page.get_by_role("heading", name=STATION, level=1)).to_be_visible()
    for name in ("Commands", "Reset"):
        await expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    await page.goto("/audit")
    await expect(page.get_by_text("This page needs the role admin; you are viewer.")).to_be_visible()


async def test_a_role_that_is_taken_away_is_asked_for_in_the_handler_of_an_open_tab(
    context: BrowserContext, house: House
) -> None:
    await house.add_user("olga", "operator")
    page = await context.new_page()
    await house.sign_in(page, "olga")
    await page.goto("/tags")
    await page.get_by_role("button", name="Add tag").click()
    await page.get_by_label("Tag *", exact=True).fill("NEW-1")
    await house.change_role("olga", "viewer")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("needs the role operator")).to_be_visible()


async def test_whoever_signs_out_is_signed_out_in_every_tab(context: BrowserContext, house: House) -> None:
    await house.add_user("otto", "operator")
    page, other = await context.new_page(), await context.new_page()
    await house.sign_in(page, "otto")
    await other.goto("/transactions")
    await expect(other.get_by_text("Live", exact=True)).to_be_visible()
    await page.get_by_role("button", name="otto").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in to Contactor")).to_be_visible()
    await expect(other.get_by_role("heading", name="Sign in to Contactor")).to_be_visible()


async def test_a_page_of_another_site_can_write_nothing_and_listen_to_nothing(page: Page, house: House) -> None:
    cookies = {str(each["name"]): str(each["value"]) for each in await page.context.cookies()}
    other = {"Origin": "https://evil.example"}
    async with httpx.AsyncClient(base_url=house.url, cookies=cookies) as client:
        assert (await client.post("/logout", headers=other)).status_code == 403
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        for path in ("/live?topic=fleet", "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"):
            asked = {**other, **upgrade, "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
            assert (await client.get(path, headers=asked)).status_code == 403
        assert (await client.get("/api/v1/stations")).status_code == 200
    async with httpx.AsyncClient(base_url=house.url) as nobody:
        assert (await nobody.get("/api/v1/stations")).status_code == 401
        assert (await nobody.get("/fleet/rows")).status_code == 401


async def test_no_secret_of_the_api_reaches_the_browser(context: BrowserContext, house: House) -> None:
    page = await context.new_page()
    await house.sign_in(page, "admin")
    cookies = {str(each["name"]): each for each in await page.context.cookies()}
    assert set(cookies) == {"contactor_console", "contactor_zone"}
    console = cookies["contactor_console"]
    assert (console["httpOnly"], console["sameSite"]) == (True, "Strict")
    assert "csrf" not in (await page.content()).lower()
