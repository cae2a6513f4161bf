"""Every command of the guide from its form to a real station and back; and one order to many stations."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from contactor.console.commands import COMMANDS
from contactor.console.fields import fields_of
from contactor.virtual.virtual_station import VirtualStation
from tests.browser.forms import fill
from tests.browser.house import STATION, House, station_in
from tests.browser.looking import serious_findings, settled
from tests.browser.test_station_page import opened
from tests.central.api.bench import API
from tests.central.bench import Json
from tests.central.commands.test_operations import OPERATIONS

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(200)]

LAST = ("RemoteStartTransaction", "Reset")
"""After the one a connector is taken, after the other the station is away for a while."""
ACTIONS = sorted(OPERATIONS, key=lambda action: (*(action == last for last in reversed(LAST)), action))
FORCED = "RemoteStopTransaction"
"""No such transaction is open: the central system wants to hear that it is meant."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def station(house: House, place: Path) -> AsyncIterator[VirtualStation]:
    async with station_in(house, place) as station:
        yield station


def record_of(action: str) -> Json:
    """What is typed in, with instants that are ahead of the real clock."""
    ahead = {"ReserveNow": "expiryDate", "UpdateFirmware": "retrieveDate"}
    record = dict(OPERATIONS[action][0])
    if action in ahead:
        record[ahead[action]] = (datetime.now(UTC) + timedelta(hours=3)).replace(microsecond=0).isoformat()
    return record


async def test_one_order_goes_to_many_stations_and_each_answers(page: Page, station: VirtualStation) -> None:
    await page.goto("/")
    for name in (STATION, "HOSTILE-1"):
        await expect(page.get_by_role("link", name=name)).to_be_visible()
    await page.locator(".ag-header-select-all input, .ag-header .ag-checkbox-input").first.check(force=True)
    await page.get_by_role("button", name="Group command").click()
    dialog = page.get_by_role("dialog", name="Group command")
    await fill(dialog, fields_of("TriggerMessage"), {"requestedMessage": "Heartbeat"})
    assert await serious_findings(page, ".q-dialog") == []
    await dialog.get_by_role("button", name=re.compile(r"Send to \d+ stations")).click()
    answer = dialog.get_by_role("row").filter(has_text=STATION)
    await expect(answer).to_contain_text("The station answers Accepted.")
    away = dialog.get_by_role("row").filter(has_text="HOSTILE-1")
    await expect(away).to_contain_text("not connected")


async def test_the_fleet_is_saved_as_a_file(page: Page, station: VirtualStation, tmp_path: Path) -> None:
    await page.goto("/")
    await expect(page.get_by_role("link", name=STATION)).to_be_visible()
    async with page.expect_download() as saving:
        await page.get_by_role("button", name="Export").click()
    await (await saving.value).save_as(tmp_path / "fleet.csv")
    lines = (tmp_path / "fleet.csv").read_text(encoding="utf-8-sig").splitlines()
    assert "Station" in lines[0]
    assert [line for line in lines[1:] if STATION in line and "EVD1S180TBB" in line]


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_command_of_the_guide_goes_from_its_form_to_the_station_and_back(
    page: Page, house: House, station: VirtualStation, action: str
) -> None:
    await page.goto(f"/stations/{STATION}")
    await settled(page)
    dialog = await opened(page, COMMANDS[action].title)
    await fill(dialog, fields_of(action), record_of(action))
    send = dialog.get_by_role("button", name=re.compile(f"^(send )?(Send|{COMMANDS[action].title})$"))
    await send.click()
    if action == FORCED:
        await dialog.get_by_role("checkbox").click()
        await send.click()
    status = OPERATIONS[action][1]
    told = "without a status" if status is None else status
    await expect(dialog.locator(".verdict[role=status]")).to_contain_text(f"The station answers {told}.")
    (kept,) = (await house.admin.get(f"{API}/commands", params={"station_id": STATION, "limit": 1})).json()["items"]
    assert (kept["action"], kept["by"], kept["status"]) == (action, "admin", status)
