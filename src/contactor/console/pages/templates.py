"""Configuration templates: what stations' keys should be, and every key of every station that is not so."""

from collections.abc import Awaitable, Callable

from contactor.console.api_client import Json, part
from contactor.console.confirm import confirm
from contactor.console.editor import Body, RecordEditor
from contactor.console.fields import Field, FieldKind
from contactor.console.role import Role
from contactor.console.scope import STATIONS, scope_words
from contactor.console.section import Records
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, page_head
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb

COLUMNS = (
    Column("name", "Template", "mono"),
    Column("stations", "Stations"),
    Column("values", "Wants"),
    Column("buttons", "", "buttons", buttons=(Press("change", "Change", when="can_change"),)),
    Column("remove", "", "buttons", buttons=(Press("remove", "Remove", danger=True, when="can_change"),)),
)
DRIFT = (
    Column("station_id", "Station", "link", to="/stations/"),
    Column("key", "Key", "mono"),
    Column("wanted", "Wanted", "mono"),
    Column("reported", "Reported", "mono"),
    Column("template", "Template", "mono"),
    Column("state", "State", "pill"),
    Column("outcome", "Last answer"),
)
_VALUE = (
    Field("key", FieldKind.TEXT, True, length_max=50, title="Key"),
    Field("value", FieldKind.TEXT, False, length_max=500, title="Value"),
)
NAME = Field("name", FieldKind.TEXT, True, length_max=64, title="Name")
FIELDS = (STATIONS, Field("values", FieldKind.LIST, True, fields=_VALUE, title="Keys and values"))
_ABOUT = "What is said for some stations goes before what is said for their model, and that before what is for all."
_SHOWN = 4


def template_row(view: Json, *, can_change: bool) -> Row:
    """A template as a row."""
    values = [f"{key} = {value}" for key, value in sorted(view["values"].items())]
    more = [f"and {len(values) - _SHOWN} more"] if len(values) > _SHOWN else []
    return {
        "name": view["name"],
        "stations": scope_words(view["stations"]),
        "values": ", ".join([*values[:_SHOWN], *more]),
        "can_change": can_change,
    }


def drift_row(view: Json) -> Row:
    """A key that is not in step as a row."""
    return {
        "place": f"{view['station_id']} {view['key']}",
        "station_id": view["station_id"],
        "key": view["key"],
        "wanted": view["wanted"],
        "reported": view["reported"],
        "template": view["template"],
        "state": view["state"].replace("_", " "),
        "outcome": view["outcome"],
    }


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records
    drifting: Records

    async def again() -> None:
        await records.refresh()
        await drifting.refresh()

    def pressed(name: str, key: str) -> None:
        view = next((each for each in records.found if each["name"] == key), None)
        if view is not None:
            edit_template(visit, view, again) if name == "change" else _remove(visit, view, again)

    with visit.frame(Crumb("Configuration")):
        with page_head("Configuration", "What the keys of stations should be, and where they are not"):
            button("Look again", again, icon="refresh")
            if visit.may(Role.OPERATOR):
                button("Add template", lambda: edit_template(visit, None, again), icon="add", kind="solid")
        with card("Templates", body=False):
            empty = ("No template yet", "Add one, and every station that is not as it says shows below.")
            table = RecordTable(COLUMNS, keyed="name", caption="Templates", empty=empty, on_press=pressed)
            can_change = visit.may(Role.OPERATOR)
            records = Records(
                visit,
                "/configuration-templates",
                table,
                lambda view: template_row(view, can_change=can_change),
                cursor=None,
            )
        with card("Not in step", body=False):
            empty = ("No drift", "Every station that a template covers is as it should be, or was not read yet.")
            drift = RecordTable(DRIFT, keyed="place", caption="Drift", empty=empty)
            drifting = Records(visit, "/configuration-drift", drift, drift_row, cursor="after")


def edit_template(visit: Visit, view: Json | None, on_done: Callable[[], Awaitable[None]]) -> None:
    """Open the editor; without a template it makes one."""

    async def save(body: Body) -> None:
        name = body.pop("name", "") if view is None else view["name"]
        values = {each.get("key", ""): each.get("value", "") for each in body.get("values", ())}
        wanted, seen = {**body, "values": values}, None if view is None else view["etag"]
        await visit.api.send("PUT", f"/configuration-templates/{part(name)}", wanted, if_match=seen)

    title = "Add template" if view is None else f"Change template {view['name']}"
    fields = (NAME, *FIELDS) if view is None else FIELDS
    given = {} if view is None else {**view, "values": [{"key": k, "value": v} for k, v in view["values"].items()]}
    RecordEditor(visit, title, _ABOUT, fields, given, save=save, on_done=on_done).open()


def _remove(visit: Visit, view: Json, on_done: Callable[[], Awaitable[None]]) -> None:
    confirm(
        visit,
        f"Remove template {view['name']}?",
        "Stations keep the values they have; nothing is wanted of them by it any more.",
        lambda: visit.api.send("DELETE", f"/configuration-templates/{part(view['name'])}", if_match=view["etag"]),
        label="Remove the template",
        done="Removed.",
        on_done=on_done,
    )
