"""Commands of all stations: what was ordered, by whom, and what came of it."""

import json

from nicegui import ui

from contactor.console.api_client import Json
from contactor.console.live import keep_new
from contactor.console.role import Role
from contactor.console.section import Records
from contactor.console.visit import Visit, choices
from contactor.ui.blocks import button, card, modal, page_head, value_words
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb, tag, words
from contactor.ui.writing import milliseconds

STATES = (
    "queued",
    "sent",
    "answered",
    "refused",
    "timed_out",
    "unknown_outcome",
    "offline",
    "expired",
    "cancelled",
    "withheld",
)
COLUMNS = (
    Column("command_id", "Command", "open"),
    Column("station_id", "Station", "link", to="/stations/"),
    Column("action", "Action", "mono"),
    Column("by", "By"),
    Column("queued_at", "When", "ago"),
    Column("state", "State", "pill"),
    Column("status", "Answer", "pill"),
    Column("detail", "Detail"),
    Column("buttons", "", "buttons", buttons=(Press("cancel", "Cancel", danger=True, when="waits"),)),
)


def command_row(view: Json) -> Row:
    """A command as a row."""
    return {
        "command_id": view["command_id"],
        "station_id": view["station_id"],
        "action": view["action"],
        "by": view["by"],
        "queued_at": milliseconds(view["queued_at"]),
        "state": view["state"],
        "status": view["status"],
        "detail": view["detail"] or (view["follow_up"] or "").replace("_", " "),
        "waits": view["state"] == "queued",
    }


def command_records(visit: Visit, station_id: str | None = None) -> Records:
    """The history of commands, of all stations or of one."""
    with tag("div", "row-of card-body"):
        station = ui.input("Station").props("outlined dense clearable debounce=400").classes("narrow")
        station.set_visibility(station_id is None)
        state = ui.select(choices(STATES, "Any state"), value="", label="State").props("outlined dense")
        state.classes("narrow")

    async def pressed(_name: str, key: str) -> None:
        if key.isdigit() and await visit.attempt(
            Role.OPERATOR, lambda: visit.api.send("POST", f"/commands/{key}/cancel"), f"Command {key} is taken back."
        ):
            await records.refresh()

    def opened(key: str) -> None:
        for view in records.found:
            if str(view["command_id"]) == key:
                _show(visit, view)

    table = RecordTable(
        tuple(each for each in COLUMNS if station_id is None or each.name != "station_id"),
        keyed="command_id",
        caption="Commands",
        empty=("No command fits", "Order one on a station's page."),
        on_open=opened,
        on_press=pressed,
    )
    records = Records(
        visit,
        "/commands",
        table,
        command_row,
        wanted=lambda: {"station_id": station_id or station.value, "state": state.value},
    )
    station.on_value_change(records.refresh)
    state.on_value_change(records.refresh)
    return records


def _show(visit: Visit, view: Json) -> None:
    with modal("Command", wide=True) as dialog:
        with tag("div", "dialog-head"):
            words("h2", f"{view['action']} to {view['station_id']}").style("font-size: 17px")
            about = f"Command {view['command_id']} by {view['by']}, "
            sent = visit.moment(view["sent_at"]).told(f"{about}sent ", f". {view['why']}")
            value_words("p", sent if view["sent_at"] else f"{about}never sent. {view['why']}", "muted")
        with tag("div", "dialog-body"):
            words("h3", "Request")
            words("pre", json.dumps(view["request"], indent=2, ensure_ascii=False), "code").props("tabindex=0")
            words("h3", "Answer")
            answer = (
                json.dumps(view["answer"], indent=2, ensure_ascii=False) if view["answer"] else view["detail"] or "none"
            )
            words("pre", answer, "code").props("tabindex=0")
        with tag("div", "dialog-foot"):
            button("Close", dialog.close)
    dialog.open()


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records
    with visit.frame(Crumb("Commands")):
        with page_head("Commands", "What was ordered, by whom, and what came of it"):
            button("Refresh", lambda: records.refresh(), icon="refresh")
        with card(body=False):
            records = command_records(visit)
            keep_new(visit, records.refresh, "command_changed")
