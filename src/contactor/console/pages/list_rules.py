"""Rules of local lists: which badges which stations hold, and how far each station has come."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from contactor.console.api_client import Json, part
from contactor.console.confirm import confirm
from contactor.console.editor import Body, RecordEditor
from contactor.console.fields import Field, FieldKind
from contactor.console.live import keep_new
from contactor.console.role import Role
from contactor.console.scope import STATIONS, scope_words
from contactor.console.section import Records
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, page_head
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb, tag

RULES = (
    Column("name", "Rule", "mono"),
    Column("stations", "Stations"),
    Column("tags", "Hold these tags"),
    Column("buttons", "", "buttons", buttons=(Press("change", "Change", when="can_change"),)),
    Column("remove", "", "buttons", buttons=(Press("remove", "Remove", danger=True, when="can_change"),)),
)
LISTS = (
    Column("station_id", "Station", "link", to="/stations/"),
    Column("state", "State", "pill"),
    Column("rules", "Rules"),
    Column("wanted", "Should hold", "number"),
    Column("held", "Holds", "number"),
    Column("changes", "To send", "number"),
    Column("left_out", "Without room", "number"),
    Column("version", "Version", "number"),
    Column("failure", "What is wrong"),
)
STATES = ("unmanaged", "in_step", "behind", "failing")
_TAG = Field("names", FieldKind.TEXT, True, length_max=20, title="Group or tag")
TAGS = Field(
    "tags",
    FieldKind.OBJECT,
    True,
    fields=(
        Field("kind", FieldKind.CHOICE, True, choices=("all", "groups", "tags"), title="Which"),
        Field("names", FieldKind.LIST, False, item=_TAG, title="Their names; none for all"),
    ),
    title="Tags",
)
NAME = Field("name", FieldKind.TEXT, True, length_max=64, title="Name")
_ABOUT = "These stations hold these tags, to let them in while the central system is away. Several rules add up."


def rule_row(view: Json, *, can_change: bool) -> Row:
    """A rule as a row."""
    return {
        "name": view["name"],
        "stations": scope_words(view["stations"]),
        "tags": scope_words(view["tags"]),
        "can_change": can_change,
    }


def list_row(view: Json) -> Row:
    """How far a station's list has come, as a row."""
    return {
        "station_id": view["station_id"],
        "state": view["state"].replace("_", " "),
        "rules": ", ".join(view["rules"]),
        "wanted": view["wanted_entries"],
        "held": view["held_entries"],
        "changes": view["changes"],
        "left_out": view["left_out"],
        "version": view["held_version"],
        "failure": view["failure"],
    }


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records
    lists: Records

    async def again() -> None:
        await records.refresh()
        await lists.refresh()

    def pressed(name: str, key: str) -> None:
        view = next((each for each in records.found if each["name"] == key), None)
        if view is not None:
            edit_rule(visit, view, again) if name == "change" else _remove(visit, view, again)

    with visit.frame(Crumb("Local lists")):
        with page_head("Local lists", "The badges that stations let in while the central system is away"):
            if visit.may(Role.OPERATOR):
                button("Add rule", lambda: edit_rule(visit, None, again), icon="add", kind="solid")
        with card("Rules", body=False):
            empty = ("No rule yet", "Add one: the stations it covers are kept in step with it.")
            table = RecordTable(RULES, keyed="name", caption="Rules", empty=empty, on_press=pressed)
            can_change = visit.may(Role.OPERATOR)
            records = Records(
                visit, "/list-rules", table, lambda view: rule_row(view, can_change=can_change), cursor=None
            )
        with card("Stations", body=False):
            with tag("div", "row-of card-body"):
                labels = {"": "Any state", **{each: each.replace("_", " ") for each in STATES}}
                state = ui.select(labels, value="", label="State").props("outlined dense")
                state.classes("narrow").on_value_change(lambda: lists.refresh())
            empty = ("No station fits", "Choose another state.")
            shown = RecordTable(LISTS, keyed="station_id", caption="Local lists of stations", empty=empty)
            lists = Records(
                visit, "/local-lists", shown, list_row, cursor="after", wanted=lambda: {"state": state.value}
            )
            keep_new(visit, lists.refresh, "local_list_changed")


def edit_rule(visit: Visit, view: Json | None, on_done: Callable[[], Awaitable[None]]) -> None:
    """Open the editor; without a rule it makes one."""

    async def save(body: Body) -> None:
        name = body.pop("name", "") if view is None else view["name"]
        seen = None if view is None else view["etag"]
        await visit.api.send("PUT", f"/list-rules/{part(name)}", body, if_match=seen)

    title = "Add rule" if view is None else f"Change rule {view['name']}"
    fields = (STATIONS, TAGS) if view is not None else (NAME, STATIONS, TAGS)
    RecordEditor(visit, title, _ABOUT, fields, view or {}, save=save, on_done=on_done).open()


def _remove(visit: Visit, view: Json, on_done: Callable[[], Awaitable[None]]) -> None:
    confirm(
        visit,
        f"Remove rule {view['name']}?",
        "What a station that no other rule covers holds by it stays on its list.",
        lambda: visit.api.send("DELETE", f"/list-rules/{part(view['name'])}", if_match=view["etag"]),
        label="Remove the rule",
        done="Removed.",
        on_done=on_done,
    )
