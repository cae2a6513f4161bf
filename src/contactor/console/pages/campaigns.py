"""Firmware campaigns: an image brought to many stations in waves, watched as it goes, held, and reported on."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from contactor.console.api_client import Json
from contactor.console.campaign_form import FIELDS, GIVEN, request_of
from contactor.console.editor import Body, RecordEditor
from contactor.console.live import keep_new
from contactor.console.role import Role
from contactor.console.section import Records
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, facts, modal, page_head
from contactor.ui.components import Column, RecordTable, Row
from contactor.ui.frame import Crumb, tag, words
from contactor.ui.writing import milliseconds

COLUMNS = (
    Column("campaign_id", "Campaign", "open"),
    Column("name", "Name"),
    Column("version", "Version", "mono"),
    Column("state", "State", "pill"),
    Column("progress", "Stations through"),
    Column("failed", "Failed", "number"),
    Column("by", "By"),
    Column("since", "Begun", "instant"),
    Column("detail", "Why"),
)

_ABOUT = "The stations are chosen now, parted into waves, and told one wave after the other."
_ENDS = ("installed", "failed", "skipped")
ACTS = {
    "pause": ("Pause", ("running",), "No more stations are told for now; those that were told go on."),
    "resume": ("Resume", ("paused", "stopped"), "It goes on; what has failed so far stops it no more."),
    "cancel": ("Cancel it", ("running", "paused", "stopped"), "Who was not told is skipped; who was cannot be called."),
}
"""What each does, in which states it may be done, and what it means."""


def campaign_row(view: Json) -> Row:
    """A campaign as a row."""
    through = sum(view["counts"].get(state, 0) for state in _ENDS)
    return {
        "campaign_id": view["campaign_id"],
        "name": view["name"],
        "version": view["version"],
        "state": view["state"],
        "progress": f"{through} of {view['stations']}",
        "failed": view["counts"].get("failed", 0),
        "by": view["created_by"],
        "since": milliseconds(view["created_at"]),
        "detail": view["detail"],
    }


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records
    with visit.frame(Crumb("Firmware", "/firmware"), Crumb("Campaigns"), current="/campaigns"):
        with page_head("Firmware campaigns", "An image for many stations, in waves that stop when too many fail"):
            button("Images", lambda: ui.navigate.to("/firmware"), icon="system_update_alt")
            if visit.may(Role.OPERATOR):
                button("Begin a campaign", lambda: begin(visit, records.refresh), icon="add", kind="solid")
        with card(body=False):
            table = RecordTable(
                COLUMNS,
                keyed="campaign_id",
                caption="Firmware campaigns",
                empty=("No campaign yet", "Bring an image on the page Firmware, then begin one."),
                on_open=lambda key: ui.navigate.to(f"/campaigns/{key}") if key.isdigit() else None,
            )
            records = Records(visit, "/campaigns", table, campaign_row)
            keep_new(visit, records.refresh, "campaign_changed", "campaign_job_changed")


def begin(visit: Visit, on_done: Callable[[], Awaitable[None]]) -> None:
    """Ask which image for whom; the plan is shown before anything begins."""

    async def save(body: Body) -> None:
        wanted = request_of(body)
        plan = await visit.api.send("POST", "/campaigns/plan", wanted)
        _confirm_plan(visit, wanted, plan, on_done)

    async def nothing() -> None:
        """Nothing has begun yet."""

    RecordEditor(
        visit, "Begin a campaign", _ABOUT, FIELDS, GIVEN, save=save, on_done=nothing, label="Show the plan"
    ).open()


def _confirm_plan(visit: Visit, body: Body, plan: Json, on_done: Callable[[], Awaitable[None]]) -> None:
    stations = sum(len(each["stations"]) for each in plan["waves"])
    with modal("The plan") as dialog:
        with tag("div", "dialog-head"):
            words("h2", f"Bring {plan['version']} to {stations} stations?").style("font-size: 17px")
            words("p", "Each restarts with it. OCPP has no way to call back a station that was told.", "muted")
        with tag("div", "dialog-body"):
            waves = [(f"Wave {each['wave']}", _some(each["stations"])) for each in plan["waves"]]
            skipped = [("Run it already", _some(plan["skipped"]))] if plan["skipped"] else []
            facts([*waves, *skipped] or [("Stations", "none fits")])

        async def go() -> None:
            work = lambda: visit.api.send("POST", "/campaigns", body)  # noqa: E731 - a name for one call
            if await visit.attempt(Role.OPERATOR, work, "The campaign has begun."):
                dialog.close()
                await on_done()

        with tag("div", "dialog-foot"):
            button("Cancel", dialog.close)
            button("Begin", go, kind="solid danger")
    dialog.open()


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
