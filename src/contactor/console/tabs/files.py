"""The files tab: diagnostics that a station was asked for and brought, firmware for it, and how far each has come."""

from nicegui import ui

from contactor.console.api_client import API, ApiRefusal, ApiUnreachable, Json
from contactor.console.confirm import confirm
from contactor.console.desk import StationDesk
from contactor.console.editor import Body, RecordEditor
from contactor.console.fields import Field, FieldKind
from contactor.console.live import keep_new
from contactor.console.pages.firmware import install
from contactor.console.role import Role
from contactor.console.section import Records
from contactor.console.visit import told
from contactor.ui.blocks import button, modal
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import tag, words
from contactor.ui.writing import milliseconds

_HOUR_S = 3600
_ACTS = (
    Press("download", "Download", when="is_here"),
    Press("remove", "Remove", danger=True, when="can_act"),
)
DIAGNOSTICS = (
    Column("number", "Order", "number"),
    Column("at", "Ordered", "instant"),
    Column("by", "By"),
    Column("state", "State", "pill"),
    Column("told", "The station says"),
    Column("file", "File", "mono"),
    Column("size", "Size, kB", "number", decimals=1),
    Column("detail", "Details"),
    Column("buttons", "", "buttons", buttons=_ACTS),
)
TRANSFERS = (Column("at", "When", "instant"), Column("action", "What", "mono"), Column("content", "Content", "mono"))
_FIELDS = (
    Field("start_time", FieldKind.INSTANT, False, title="Nothing from before"),
    Field("stop_time", FieldKind.INSTANT, False, title="Nothing from after"),
    Field("wait_h", FieldKind.INTEGER, False, minimum=1, title="Wait for it while it is away, hours"),
    Field("why", FieldKind.TEXT, False, length_max=200, title="Why"),
)
_ABOUT = "The station brings them here, to a place that opens for this one file."


def diagnostics_row(view: Json, *, can_act: bool) -> Row:
    """Diagnostics of one order as a row."""
    size = view["size_bytes"]
    return {
        "number": view["diagnostics_id"],
        "at": milliseconds(view["ordered_at"]),
        "by": view["ordered_by"],
        "state": view["state"],
        "told": view["status_told"],
        "file": view["file_name"],
        "size": None if size is None else size / 1000,
        "detail": view["detail"],
        "is_here": can_act and view["state"] == "arrived",
        "can_act": can_act,
    }


def files_tab(desk: StationDesk) -> None:
    """Firmware and diagnostics: what was ordered, and how far it has come."""
    diagnostics: Records
    with tag("div", "row-of card-body"):
        if desk.visit.may(Role.OPERATOR):
            button("Get diagnostics", lambda: _order(desk, diagnostics), icon="download")
            button("Install firmware", lambda: _choose_image(desk), icon="system_update_alt")
    words("h2", "Diagnostics", "card-body")
    diagnostics = _diagnostics(desk)
    words("h2", "What the station told", "card-body")
    empty = ("No transfer yet", "Get diagnostics or install firmware; its progress shows here.")
    table = RecordTable(TRANSFERS, keyed="number", caption="Transfers", empty=empty)
    transfers = Records(desk.visit, f"{desk.path}/notifications", table, _transfer_row)

    async def again() -> None:
        await diagnostics.refresh()
        await transfers.refresh()

    keep_new(desk.visit, again, "diagnostics_arrived", "command_changed", station_id=desk.station_id)


def _transfer_row(view: Json) -> Row:
    return {
        "number": view["number"],
        "at": milliseconds(view["received_at"]),
        "action": view["action"],
        "content": view["content"],
    }


def _diagnostics(desk: StationDesk) -> Records:
    visit, can_act = desk.visit, desk.visit.may(Role.OPERATOR)
    records: Records

    def pressed(name: str, key: str) -> None:
        view = next((each for each in records.found if str(each["diagnostics_id"]) == key), None)
        if view is None or not visit.may(Role.OPERATOR):
            return
        path = f"/diagnostics/{view['diagnostics_id']}"
        if name == "download":
            ui.download(f"{API}{path}/file", view["file_name"])
        else:
            confirm(
                visit,
                f"Remove diagnostics {key}?",
                "The archive is deleted; a file that comes later is refused.",
                lambda: visit.api.send("DELETE", path),
                label="Remove them",
                done="Removed.",
                on_done=records.refresh,
            )

    table = RecordTable(
        DIAGNOSTICS,
        keyed="number",
        caption="Diagnostics",
        empty=("None were asked for", "Get diagnostics: the station brings its archive here."),
        on_press=pressed,
    )
    records = Records(
        visit, f"{desk.path}/diagnostics", table, lambda view: diagnostics_row(view, can_act=can_act), limit=15
    )
    return records


def _order(desk: StationDesk, records: Records) -> None:
    async def save(body: Body) -> None:
        wait_h = body.pop("wait_h", None)
        order = body if wait_h is None else {**body, "wait_for_station_s": wait_h * _HOUR_S}
        await desk.visit.api.send("POST", f"{desk.path}/diagnostics", order)

    RecordEditor(
        desk.visit, "Get diagnostics", _ABOUT, _FIELDS, {}, save=save, on_done=records.refresh, label="Get them"
    ).open()


async def _choose_image(desk: StationDesk) -> None:
    """Ask which image; where there is none, say where one is brought."""
    try:
        images = (await desk.visit.api.get("/firmware-images", limit=500))["items"]
    except (ApiRefusal, ApiUnreachable) as error:
        ui.notify(told(error), type="negative")
        return
    if not images:
        ui.notify("There is no image here yet: bring one on the page Firmware.", type="warning")
        return
    by_number = {each["image_id"]: each for each in images}
    labels = {number: f"{each['version']}, {each['file_name']}" for number, each in by_number.items()}
    with modal("Which image") as dialog:
        with tag("div", "dialog-head"):
            words("h2", "Which image?").style("font-size: 17px")
        with tag("div", "dialog-body"):
            chosen = ui.select(labels, value=images[0]["image_id"], label="Image").props("outlined dense")

        def go_on() -> None:
            dialog.close()
            install(desk.visit, by_number[chosen.value], desk.station_id)

        with tag("div", "dialog-foot"):
            button("Cancel", dialog.close)
            button("Go on", go_on, kind="solid")
    dialog.open()
