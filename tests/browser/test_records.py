"""What operators keep - badges, tariffs, sites, templates, rules - through the forms of its pages, into the record."""

import contextlib
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.async_api import Page, expect
from websockets.exceptions import InvalidStatus

from contactor.console import campaign_form, scope
from contactor.console.fields import Field
from contactor.console.pages import (
    alarm_rules,
    list_rules,
    onboarding,
    site_editor,
    tag_groups,
    tags,
    tariffs,
    templates,
)
from tests.browser.forms import Record, fill
from tests.browser.house import BADGE, HOSTILE, House
from tests.browser.looking import WIDE, serious_findings, settled
from tests.browser.test_every_page import say
from tests.central.api.bench import API
from tests.central.test_server import station_at

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(200)]

STRANGER = "AMS-07"


class Form(NamedTuple):
    """A form, what is typed into it, and where its record is then found by the API."""

    page: str
    button: str
    fields: tuple[Field, ...]
    record: Record
    kept_at: str


FORMS = {
    "tag": Form(
        "/tags",
        "Add tag",
        (tags.NAME, *tags.FIELDS),
        {"id_tag": "CARD-9", "parent_id_tag": "FLEET-7", "concurrent_max": 2, "stations": ["RDAM-*"]},
        "/tags/CARD-9",
    ),
    "group": Form(
        "/tag-groups",
        "Add group",
        (tag_groups.NAME, *tags.BOUNDS),
        {"name": "FLEET-8", "is_blocked": True, "expires_at": "2031-01-01T12:00:00+00:00"},
        "/tag-groups/FLEET-8",
    ),
    "template": Form(
        "/templates",
        "Add template",
        (templates.NAME, *templates.FIELDS),
        {
            "name": "slow",
            "stations": {"kind": "models", "names": ["EVD1S180TBB"]},
            "values": [{"key": "HeartbeatInterval", "value": "77"}],
        },
        "/configuration-templates",
    ),
    "list rule": Form(
        "/list-rules",
        "Add rule",
        (list_rules.NAME, scope.STATIONS, list_rules.TAGS),
        {"name": "staff", "tags": {"kind": "tags", "names": [BADGE]}},
        "/list-rules",
    ),
    "tariff": Form(
        "/tariffs",
        "Add tariff",
        tariffs.FIELDS,
        {
            "name": "Day and night",
            "time_zone": "Europe/Amsterdam",
            "vat_percent": "21",
            "rates": [
                {"per_kwh": "0.39", "weekdays": ["saturday", "sunday"], "from_hour": 8, "until_hour": 20},
                {"per_kwh": "0.49", "idle_per_minute": "0.1"},
            ],
        },
        "/tariffs",
    ),
    "site": Form(
        "/sites",
        "Add site",
        (site_editor.ID, *site_editor.FIELDS),
        {
            "site_id": "utrecht",
            "name": "Utrecht",
            "limit_w": 90_000,
            "policy": "arrival",
            "windows": [{"weekdays": [0], "from_minute": 60, "until_minute": 120, "limit_w": 50_000}],
        },
        "/sites/utrecht",
    ),
}


def assert_kept(kept: object, typed: object) -> None:
    """What was typed is what is kept, whatever else is."""
    if isinstance(typed, dict):
        assert isinstance(kept, dict)
        for name, value in typed.items():
            assert_kept(kept[name], value)
    elif isinstance(typed, list):
        assert isinstance(kept, list)
        for one, other in zip(kept, typed, strict=True):
            assert_kept(one, other)
    else:
        assert str(kept).replace("Z", "+00:00") == str(typed)


@pytest.mark.parametrize("name", FORMS)
async def test_what_is_typed_into_a_form_is_kept_and_shown(page: Page, house: House, pictures: Path, name: str) -> None:
    form = FORMS[name]
    await page.set_viewport_size(WIDE)
    await page.goto(form.page)
    await settled(page)
    await page.get_by_role("button", name=form.button).click()
    dialog = page.get_by_role("dialog", name=form.button)
    await fill(dialog, form.fields, form.record)
    for theme in ("light", "dark"):
        await page.screenshot(path=pictures / f"dialog-{name.replace(' ', '-')}-{theme}.png")
        assert await serious_findings(page, ".q-dialog", colors_only=theme == "dark") == []
        await page.locator("[aria-label^='Switch to the']").dispatch_event("click")  # it is behind the dialog
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    first = str(next(iter(form.record.values())))
    await expect(page.get_by_role("table").first).to_contain_text(first)
    kept = (await house.admin.get(f"{API}{form.kept_at}")).json()
    items = kept["items"] if "items" in kept else kept if isinstance(kept, list) else [kept]
    (record,) = [each for each in items if first in each.values()]
    typed = dict(form.record)
    if name == "template":
        typed["values"] = {each["key"]: each["value"] for each in typed["values"]}
    assert_kept(record, typed)


async def test_what_the_api_refuses_is_said_in_the_form_and_nothing_is_lost(page: Page, house: House) -> None:
    await page.goto("/tariffs")
    await settled(page)
    await page.get_by_role("button", name="Add tariff").click()
    dialog = page.get_by_role("dialog", name="Add tariff")
    await fill(dialog, tariffs.FIELDS, {"name": "Odd", "currency": "XXQ", "rates": [{"per_kwh": "0.4"}]})
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("status")).to_contain_text("XXQ")
    await expect(dialog.locator('[data-field="name"]')).to_have_value("Odd")


async def test_a_badge_keeps_its_bounds_when_something_else_of_it_is_changed(page: Page, house: House) -> None:
    bounds = {"concurrent_max": 3, "stations": ["UTR-*"], "expires_at": "2031-01-01T12:00:00Z"}
    added = await house.admin.post(f"{API}/tags", json={"id_tag": "BOUND-1", **bounds})
    assert added.is_success, added.text
    await page.goto("/tags")
    await page.get_by_role("button", name="Change BOUND-1").click()
    dialog = page.get_by_role("dialog", name="Change BOUND-1")
    await fill(dialog, tags.FIELDS, {"is_blocked": True})
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row").filter(has_text="BOUND-1")).to_contain_text("Blocked")
    kept = (await house.admin.get(f"{API}/tags/BOUND-1")).json()
    assert {name: kept[name] for name in bounds} == bounds


async def test_badges_come_in_as_a_file_and_a_bad_row_keeps_all_of_them_out(
    page: Page, house: House, tmp_path: Path
) -> None:
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text("id_tag,is_blocked\nIN-1,false\nIN-2,perhaps\n")
    good.write_text("id_tag,parent_id_tag\nIN-1,FLEET-7\nIN-2,\n")
    await page.goto("/tags")
    await page.get_by_role("button", name="Import CSV").click()
    await page.locator(".q-uploader__input").set_input_files(bad)
    await expect(page.locator(".q-notification").filter(has_text="row 3")).to_be_visible()
    assert (await house.admin.get(f"{API}/tags/IN-1")).status_code == 404
    await page.locator(".q-uploader__input").set_input_files(good)
    await expect(page.get_by_text("2 added, 0 replaced.")).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="IN-1")).to_contain_text("FLEET-7")


async def test_a_rule_of_alarms_is_changed_and_let_be_again_as_it_comes(page: Page, house: House) -> None:
    await page.goto("/alarm-rules")
    await settled(page)
    await page.get_by_label("Code or words").fill("unknown_tag")
    row = page.get_by_role("row").filter(has_text="unknown_tag")
    await page.get_by_role("button", name="Change unknown_tag").click()
    dialog = page.get_by_role("dialog", name="Change unknown_tag")
    await fill(dialog, alarm_rules.FIELDS, {"severity": "critical", "is_on": False})
    await dialog.get_by_role("button", name="Save").click()
    await expect(row).to_contain_text("critical")
    await expect(row).to_contain_text("off")
    await page.get_by_role("button", name="As it comes unknown_tag").click()
    await expect(row).to_contain_text("info")


async def test_who_knocks_appears_by_itself_and_is_approved_with_a_key_that_is_shown_once(
    page: Page, house: House
) -> None:
    await page.goto("/onboarding")
    await settled(page)
    await expect(page.get_by_text("Nobody knocks")).to_be_visible()
    with contextlib.suppress(InvalidStatus):
        async with station_at(house.central, STRANGER):
            pass
    row = page.get_by_role("row").filter(has_text=STRANGER)
    await expect(row).to_contain_text("127.0.0.1")
    await page.get_by_role("button", name=f"Approve {STRANGER}").click()
    dialog = page.get_by_role("dialog", name=f"Approve {STRANGER}")
    await fill(dialog, onboarding.FIELDS, {"generate_key": True})
    await dialog.get_by_role("button", name="Approve").click()
    shown = page.get_by_role("dialog", name="The new key")
    key = await shown.locator("pre").inner_text()
    assert len(key) >= 16
    await shown.get_by_role("button", name="Close").click()
    await expect(page.get_by_text("Nobody knocks")).to_be_visible()
    await expect(page.get_by_role("link", name=STRANGER)).to_be_visible()
    kept = (await house.admin.get(f"{API}/stations/{STRANGER}")).json()
    assert (kept["registration"], kept["has_key"]) == ("Pending", True)


async def test_a_campaign_shows_its_plan_begins_and_is_held(page: Page, house: House) -> None:
    image = {"file_name": "evlink-3.4.0.bin", "version": "3.4.0"}
    made = (await house.admin.post(f"{API}/firmware-images", params=image, content=b"image")).json()
    await page.goto("/campaigns")
    await settled(page)
    await page.get_by_role("button", name="Begin a campaign").click()
    dialog = page.get_by_role("dialog", name="Begin a campaign")
    hours = {"from": "02:00", "until": "05:30", "weekdays": ["saturday", "sunday"]}
    rules = {"via": "http", "hours": hours, "tries_max": 2, "retry_after_min": 7, "failure_share_max": 5}
    wanted = {
        "name": "Everybody",
        "image_id": made["image_id"],
        "selection": {"is_every_station": True},
        "rules": rules,
    }
    await fill(dialog, campaign_form.FIELDS, wanted)
    await dialog.get_by_role("button", name="Show the plan").click()
    plan = page.get_by_role("dialog", name="The plan")
    await expect(plan).to_contain_text("Wave 2")
    assert await serious_findings(page, ".q-dialog") == []
    await plan.get_by_role("button", name="Begin").click()
    await page.get_by_role("row").filter(has_text="Everybody").click()
    await expect(page.get_by_role("heading", name="Everybody", level=1)).to_be_visible()
    await expect(page.locator(".fact-list")).to_contain_text("Sat, Sun, 02:00–05:30 UTC")
    (kept,) = (await house.admin.get(f"{API}/campaigns")).json()["items"]
    assert (kept["rules"]["retry_after_s"], kept["rules"]["failure_share_max"]) == (420, 5)
    for act, state in (("Pause", "paused"), ("Resume", "running"), ("Cancel it", "cancelled")):
        await page.get_by_role("button", name=act, exact=True).click()
        sure = page.get_by_role("dialog", name=f"{act}: Everybody?")
        await sure.get_by_role("button", name=act, exact=True).click()
        await expect(page.locator(".page-head .pill")).to_have_text(state)


async def test_an_alarm_is_counted_in_the_drawer_and_listed_as_it_comes_and_goes(page: Page, house: House) -> None:
    async with station_at(house.central, HOSTILE) as station:
        await say(station, "BootNotification", {"chargePointVendor": "Schneider Electric", "chargePointModel": "EVD1"})
        await page.goto("/alarms")
        await settled(page)
        drawer = page.get_by_role("navigation", name="Main")
        await expect(drawer.get_by_role("link", name="Alarms", exact=True)).to_be_visible()
        status = {"connectorId": 1, "errorCode": "GroundFailure", "status": "Faulted"}
        await say(station, "StatusNotification", status)
        await expect(drawer.get_by_role("link", name="Alarms 1 open")).to_be_visible()
        await expect(page.get_by_role("link", name=HOSTILE)).to_be_visible()
        await say(station, "StatusNotification", {**status, "errorCode": "NoError", "status": "Available"})
        await expect(drawer.get_by_role("link", name="Alarms", exact=True)).to_be_visible()
        await expect(page.get_by_text("No alarm fits")).to_be_visible()
