"""Firmware by its page: an image brought here, installed on a real station, and the version that it then runs."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from contactor.guide.load import load_product
from contactor.station.firmware_image import make_image
from tests.browser.house import STATION, House, station_in
from tests.browser.looking import settled
from tests.central.api.bench import API

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(200)]

VERSION = "9.9.9"


async def test_fw_01_an_image_is_added_installed_and_its_version_shown(
    page: Page, house: House, place: Path, tmp_path: Path
) -> None:
    image = tmp_path / "evlink-9.9.9.bin"
    image.write_bytes(make_image(load_product().name, VERSION, b"z" * 1000))
    async with station_in(house, place):
        await page.goto("/firmware")
        await settled(page)
        await page.get_by_role("button", name="Add image").click()
        await page.get_by_label("Version *").fill(VERSION)
        await page.locator(".q-uploader__input").set_input_files(image)
        await page.get_by_role("button", name="Install 1").click()
        dialog = page.get_by_role("dialog", name="Install firmware")
        await dialog.get_by_label("Station *").fill(STATION)
        await dialog.get_by_role("button", name="Install").click()
        await expect(page.get_by_text(f"Ordered from {STATION}: command")).to_be_visible()
        await page.goto("/")
        row = page.locator(f'.ag-center-cols-container .ag-row[row-id="{STATION}"]')
        await expect(row).to_contain_text(VERSION)
        assert (await house.admin.get(f"{API}/stations/{STATION}")).json()["firmware_version"] == VERSION
