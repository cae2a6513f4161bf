"""The charger as a driver meets it: from plug to unplug by clicking, and everything that can get in between."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from contactor.base.ids import OutletNumber
from contactor.guide.load import load_product
from contactor.station.firmware_image import make_image
from tests.browser.panel.house import BADGE, PanelHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def side(page: Page, number: int) -> Locator:
    return page.get_by_role("group", name=f"Side {number}", exact=True)


async def plugged_and_charging(page: Page) -> None:
    await button(page, "Plug in at side 1").click()
    await expect(side(page, 1)).to_contain_text("Hold your badge to the reader.")
    await button(page, f"Hold badge {BADGE} to the reader").click()
    await expect(side(page, 1)).to_contain_text("Charging")


async def test_a_session_goes_from_plug_to_unplug_by_clicking(page: Page, house: PanelHouse) -> None:
    await plugged_and_charging(page)
    light = page.get_by_role("img", name="Light of side 1: blue pulsing")
    await expect(light).to_be_visible()
    await expect(side(page, 1).get_by_role("img", name=re.compile(r"Battery 2\d % full"))).to_be_visible()
    await expect(side(page, 1).locator(".figures")).to_contain_text("kWh")
    await expect(page.get_by_role("group", name="Holster 1")).to_contain_text("locked in the car")
    await button(page, "Stop side 1").click()
    await expect(side(page, 1)).to_contain_text("Unplug your car.")
    await button(page, "Unplug side 1").click()
    await expect(side(page, 1)).to_contain_text("Ready")
    assert not house.station.rig.is_plugged(OutletNumber(1))
    actions = [action for action, _payload in house.central.calls]
    assert actions.index("StartTransaction") < actions.index("StopTransaction")


async def test_the_car_that_comes_is_the_one_that_was_chosen(page: Page, house: PanelHouse) -> None:
    card = page.get_by_role("region", name="Car at side 1")
    await card.get_by_label("Car to come").select_option("van")
    await card.get_by_label(re.compile("Battery is full to")).fill("40")
    await card.get_by_label(re.compile("Stops at")).fill("80")
    await button(page, "Plug in at side 1").click()
    await expect(card).to_contain_text("89 kWh")
    vehicle = house.station.rig.vehicle(OutletNumber(1))
    assert vehicle is not None
    assert (vehicle.model.name, vehicle.soc, vehicle.stops_at_soc) == ("van", 0.4, 0.8)


async def test_a_slider_holds_back_the_car_that_charges(page: Page, house: PanelHouse) -> None:
    await plugged_and_charging(page)
    card = page.get_by_role("region", name="Car at side 1")
    await card.get_by_label(re.compile("Takes at most")).fill("20")
    await expect(card).to_contain_text(re.compile(r"takes(19\.\d|20\.0) kW"))
    vehicle = house.station.rig.vehicle(OutletNumber(1))
    assert vehicle is not None
    assert vehicle.power_limit_w == 20_000


async def test_a_touch_brings_the_other_side_to_the_front(page: Page) -> None:
    await button(page, "Plug in at side 1").click()
    await expect(side(page, 1)).to_have_class(re.compile("in-front"))
    await button(page, "Plug in at side 2").click()
    await expect(side(page, 2)).to_have_class(re.compile("in-front"))
    await button(page, "Touch side 1").click()
    await expect(side(page, 1)).to_have_class(re.compile("in-front"))


async def test_an_empty_ring_draws_nothing(page: Page) -> None:
    card = page.get_by_role("region", name="Car at side 1")
    await expect(side(page, 1).locator(".dial-fill")).to_have_count(0)
    await card.get_by_label(re.compile("Battery is full to")).fill("0")
    await card.get_by_label(re.compile("Takes at most")).fill("0")
    await button(page, "Plug in at side 1").click()
    await button(page, f"Hold badge {BADGE} to the reader").click()
    await expect(side(page, 1).get_by_role("img", name="Battery 0 % full")).to_be_visible()
    await expect(side(page, 1).locator(".dial-fill")).to_have_count(0)


async def test_an_emergency_stop_takes_the_whole_screen_until_it_is_released(page: Page) -> None:
    await plugged_and_charging(page)
    await button(page, "Emergency stop, terminal").click()
    screen = page.get_by_role("group", name="Screen")
    await expect(screen).to_contain_text("Emergency stop pressed")
    await expect(screen).not_to_contain_text("Ready")
    await expect(screen).not_to_contain_text("Charging")
    await expect(button(page, "Emergency stop, terminal")).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_role("region", name="Trouble")).to_contain_text("0x100202")
    await expect(page.get_by_role("img", name="Light of side 1: red")).to_be_visible()
    await button(page, "Emergency stop, terminal").click()
    await expect(screen).not_to_contain_text("Emergency stop pressed")
    await expect(page.get_by_role("region", name="Trouble")).to_contain_text("Nothing is wrong")


async def test_a_trouble_code_is_raised_shown_with_its_text_and_cleared(page: Page) -> None:
    trouble = page.get_by_role("region", name="Trouble")
    await trouble.get_by_label("Trouble code").select_option("0x100205")
    await trouble.get_by_label("Where").select_option("Side 2")
    await trouble.get_by_role("button", name="Raise").click()
    await expect(trouble.get_by_role("listitem")).to_contain_text("Vehicle connector lock control error")
    await expect(side(page, 2)).to_contain_text("Out of order")
    await expect(side(page, 2)).to_contain_text("0x100205")
    await expect(side(page, 1)).to_contain_text("Ready")
    await trouble.get_by_role("button", name="Clear 0x100205").click()
    await expect(side(page, 2)).to_contain_text("Ready")


async def test_without_power_the_screen_is_dark_and_with_it_the_charger_boots(page: Page) -> None:
    await button(page, "Cut power").click()
    await expect(page.get_by_role("group", name="Screen")).to_contain_text("The screen is dark")
    await expect(page.get_by_role("img", name="Light of side 1: off")).to_be_visible()
    await button(page, "Return power").click()
    await expect(side(page, 1)).to_contain_text("Ready")


async def test_what_the_control_api_refuses_is_said_with_its_reason(page: Page, house: PanelHouse) -> None:
    card = page.get_by_role("region", name="Car at side 1")
    await card.get_by_label("Battery, kWh").fill("0")
    await button(page, "Plug in at side 1").click()
    await expect(page.get_by_text(re.compile("battery_wh"))).to_be_visible()
    assert not house.station.rig.is_plugged(OutletNumber(1))


async def test_what_the_central_system_orders_is_told_on_the_screen(page: Page, house: PanelHouse) -> None:
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    house.central.order("ReserveNow", {"connectorId": 1, "expiryDate": until, "idTag": "SOMEBODY", "reservationId": 1})
    await expect(side(page, 1)).to_contain_text("Reserved")
    await expect(side(page, 1)).to_contain_text("Kept until")
    await expect(page.get_by_role("img", name="Light of side 1: violet")).to_be_visible()
    house.central.order("CancelReservation", {"reservationId": 1})
    await expect(side(page, 1)).to_contain_text("Ready")
    house.central.order("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
    await expect(side(page, 1)).to_contain_text("Out of service")
    await expect(page.get_by_role("img", name="Light of side 1: yellow")).to_be_visible()
    house.central.order("ChangeAvailability", {"connectorId": 1, "type": "Operative"})
    await expect(side(page, 1)).to_contain_text("Ready")


async def test_a_car_that_wants_nothing_is_told_to_be_paused(page: Page) -> None:
    await plugged_and_charging(page)
    await page.get_by_role("region", name="Car at side 1").get_by_label(re.compile("Takes at most")).fill("0")
    await expect(side(page, 1)).to_contain_text("Paused by the car")


async def test_d_21_the_running_cost_stands_on_the_screen_as_the_central_system_tells_it(
    page: Page, house: PanelHouse, pictures: Path
) -> None:
    await plugged_and_charging(page)
    told = {"currency": "EUR", "method": "CostUpdated", "connectID": 1, "totalCost": 4.2, "transactionId": 4711}
    house.central.order(
        "DataTransfer", {"vendorId": "com.se.cost", "messageId": "CostUpdated", "data": json.dumps(told)}
    )
    figures = side(page, 1).locator(".figures")
    await expect(figures).to_contain_text("cost")
    await expect(figures).to_contain_text(re.compile(r"4\.20?\s*EUR"))
    await page.screenshot(path=pictures / "panel-cost.png")
    await button(page, "Unplug side 1").click()


async def test_fw_07_an_update_takes_the_whole_screen_while_it_is_installed(
    page: Page, house: PanelHouse, pictures: Path
) -> None:
    image = make_image(load_product().name, "9.9.9", b"z" * 1000)

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(image)}\r\n\r\n".encode() + image)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        location = f"http://127.0.0.1:{port}/evlink.bin"
        house.central.order("UpdateFirmware", {"location": location, "retrieveDate": "2026-01-01T00:00:00Z"})
        screen = page.get_by_role("group", name="Screen", exact=True)
        await expect(screen).to_have_attribute("data-mode", "update")
        await page.screenshot(path=pictures / "panel-updating.png")
