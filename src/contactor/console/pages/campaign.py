"""One firmware campaign: how far each wave has come, each station's part in it, and the ways to hold it."""

from collections.abc import Awaitable, Callable

from nicegui import ui
from starlette.exceptions import HTTPException

from contactor.console.api_client import Json
from contactor.console.campaign_form import rule_facts
from contactor.console.confirm import confirm
from contactor.console.live import keep_new
from contactor.console.pages.campaigns import ACTS
from contactor.console.role import Role
from contactor.console.section import Records, Section
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, facts, page_head, pill
from contactor.ui.components import Column, RecordTable, Row
from contactor.ui.frame import Crumb, tag
from contactor.ui.writing import milliseconds

Again = Callable[[], Awaitable[None]]
STATES = (
    "queued",
    "waiting_for_idle",
    "sent",
    "downloading",
    "downloaded",
    "installing",
    "installed",
    "failed",
    "skipped",
)
WAVES = (
    Column("wave", "Wave", "number"),
    Column("stations", "Stations", "number"),
    Column("over", "Through", "number"),
    Column("told", "How far"),
)
JOBS = (
    Column("station_id", "Station", "link", to="/stations/"),
    Column("wave", "Wave", "number"),
    Column("state", "State", "pill"),
    Column("tries", "Tries", "number"),
    Column("failures", "Failures", "number"),
    Column("before", "Ran before", "mono"),
    Column("told_at", "Told", "instant"),
    Column("changed_at", "Changed", "ago"),
    Column("detail", "Why"),
)
_PILLS = {"running": "is-charging", "done": "is-available", "stopped": "is-faulted"}


def wave_row(view: Json) -> Row:
    """A wave as a row."""
    told = [f"{view['counts'][state]} {state.replace('_', ' ')}" for state in STATES if view["counts"].get(state)]
    return {"wave": view["wave"], "stations": view["stations"], "over": view["over"], "told": ", ".join(told)}


def job_row(view: Json) -> Row:
    """A station's part as a row."""
    return {
        "station_id": view["station_id"],
        "wave": view["wave"],
        "state": view["state"].replace("_", " "),
        "tries": view["tries"],
        "failures": view["failures"],
        "before": view["version_before"],
        "told_at": milliseconds(view["told_at"]),
        "changed_at": milliseconds(view["changed_at"]),
        "detail": view["detail"],
    }


async def build(visit: Visit) -> None:
    """Build the page."""
    text = visit.parameters["campaign_id"]
    if not text.isdigit() or len(text) > 15:
        raise HTTPException(404)
    path = f"/campaigns/{int(text)}"
    section: Section[Json]
    jobs: Records

    async def again() -> None:
        await section.refresh()
        await jobs.refresh()

    with visit.frame(Crumb("Campaigns", "/campaigns"), Crumb(f"Campaign {int(text)}"), current="/campaigns"):
        section = Section(visit, lambda: visit.api.get(path), lambda view: _show(visit, view, again))
        with card("Stations", body=False):
            with tag("div", "row-of card-body"):
                labels = {"": "Any state", **{each: each.replace("_", " ") for each in STATES}}
                state = ui.select(labels, value="", label="State").props("outlined dense").classes("narrow")
                state.on_value_change(lambda: jobs.refresh())
            empty = ("No station fits", "Choose another state.")
            table = RecordTable(JOBS, keyed="station_id", caption="Stations of the campaign", empty=empty)
            jobs = Records(
                visit, f"{path}/stations", table, job_row, cursor="after", wanted=lambda: {"state": state.value}
            )
        keep_new(visit, again, "campaign_changed", "campaign_job_changed")


def _show(visit: Visit, view: Json, again: Again) -> None:
    begun = f"{view['file_name']}, begun by {view['created_by']}. {view['detail']}".strip()
    with page_head(view["name"], begun):
        pill(view["state"], _PILLS.get(view["state"], "is-suspended"))
        for name, (label, states, _) in ACTS.items() if visit.may(Role.OPERATOR) else ():
            if view["state"] in states:
                button(label, lambda name=name: _act(visit, view, name, again), kind="plain danger")
    with card("Rules"):
        facts(rule_facts(view["rules"]))
    with card("Waves", body=False):
        table = RecordTable(WAVES, keyed="wave", caption="Waves", empty=("No wave", "Every station ran it already."))
        table.show([wave_row(each) for each in view["waves"]])


def _act(visit: Visit, view: Json, name: str, again: Again) -> None:
    label, _, consequence = ACTS[name]
    path = f"/campaigns/{view['campaign_id']}/{name}"
    confirm(
        visit,
        f"{label}: {view['name']}?",
        consequence,
        lambda: visit.api.send("POST", path, {} if name == "resume" else None),
        label=label,
        done="Done.",
        on_done=again,
    )
