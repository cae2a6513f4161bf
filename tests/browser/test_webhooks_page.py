"""Webhooks by their page: added with a secret that is shown once, watched, and what was given up sent once more."""

import asyncio
import json

import pytest
from playwright.async_api import Page, expect

from contactor.central.webhooks.letter_rows import Letter, insert_dead
from contactor.console.pages import webhooks
from tests.browser.forms import fill
from tests.browser.house import HOSTILE, MODEL, House
from tests.browser.looking import settled
from tests.browser.test_every_page import SCRIPT, say
from tests.central.api.bench import API
from tests.central.bench import Json
from tests.central.test_server import station_at
from tests.central.webhooks.receiver import Receiver, receiving

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(200)]


async def give_up(house: House, webhook_id: str) -> None:
    """Have an event among the dead letters: by itself that takes the courier an hour."""
    body = json.dumps({"webhook_id": webhook_id, "sequence": 1, "facts": {"info": SCRIPT}}).encode()
    done = asyncio.get_running_loop().create_future()
    house.central.writer.write(
        lambda connection: insert_dead(
            connection, webhook_id, Letter(1, body), attempts=8, failure=f"HTTP 500 {SCRIPT}", now_ms=0
        ),
        done.set_result,
    )
    assert await done is None


async def added(page: Page, receiver: Receiver) -> str:
    """A webhook added by the form; the secret that was shown."""
    await page.goto("/webhooks")
    await settled(page)
    await expect(page.get_by_text("No webhook yet")).to_be_visible()
    await page.get_by_role("button", name="Add webhook").click()
    dialog = page.get_by_role("dialog", name="Add webhook")
    record = {"webhook_id": "billing", "url": receiver.url, "kinds": ["station_booted"], "stations": [HOSTILE]}
    await fill(dialog, (webhooks.ID, *webhooks.FIELDS), record)
    await dialog.get_by_role("button", name="Save").click()
    shown = page.get_by_role("dialog", name="The new secret")
    secret = await shown.locator("pre").inner_text()
    await shown.get_by_role("button", name="Close").click()
    await expect(shown).to_have_count(0)
    return secret


async def test_a_webhook_is_added_delivers_and_sends_once_more_what_it_gave_up(page: Page, house: House) -> None:
    async with receiving() as receiver:
        secret = await added(page, receiver)
        async with station_at(house.central, HOSTILE) as station:
            boot: Json = {"chargePointVendor": "Schneider Electric", "chargePointModel": MODEL}
            await say(station, "BootNotification", boot)
        assert (await receiver.next()).is_signed_with(secret)
        row = page.get_by_role("row").filter(has_text="billing")
        await expect(row).to_contain_text("active")
        await expect(row).to_contain_text("station booted")
        await expect(row.locator("time").first).not_to_have_text("–")
        assert secret not in await page.content()
        await give_up(house, "billing")
        await row.get_by_role("button", name="billing", exact=True).click()
        letters = page.get_by_role("table", name="Dead letters")
        await expect(letters).to_contain_text(SCRIPT)
        await letters.get_by_role("button", name="1", exact=True).click()
        letter = page.get_by_role("dialog", name="Letter 1")
        await expect(letter.locator("pre")).to_contain_text(SCRIPT)
        await letter.get_by_role("button", name="Close").click()
        receiver.came.clear()
        await page.get_by_role("button", name="Replay 1").click()
        assert (await receiver.next()).sequence == 1
        await expect(page.get_by_text("No dead letter")).to_be_visible()
        await page.get_by_role("button", name="Remove", exact=True).click()
        await page.get_by_role("button", name="Remove the webhook").click()
        await expect(page.get_by_text("No webhook yet")).to_be_visible()
        assert (await house.admin.get(f"{API}/webhooks")).json() == []


async def test_what_the_api_refuses_of_a_webhook_is_said_at_its_field(page: Page, house: House) -> None:
    await page.goto("/webhooks")
    await settled(page)
    await page.get_by_role("button", name="Add webhook").click()
    dialog = page.get_by_role("dialog", name="Add webhook")
    await fill(dialog, (webhooks.ID, *webhooks.FIELDS), {"webhook_id": "odd", "url": "ftp://files.example.com"})
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("status")).to_contain_text("http")
    await expect(dialog.locator('[data-field="webhook_id"]')).to_have_value("odd")
