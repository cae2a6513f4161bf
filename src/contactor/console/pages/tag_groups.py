"""Groups of tags: what holds for all badges of one; every parent that a tag names is a group."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from contactor.console.api_client import API, Json, part
from contactor.console.confirm import confirm
from contactor.console.editor import Body, RecordEditor
from contactor.console.fields import Field, FieldKind
from contactor.console.importing import import_file
from contactor.console.pages.tags import BOUNDS, NAME_LENGTH, bounds_of
from contactor.console.role import Role
from contactor.console.section import Records
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, page_head
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb, tag
from contactor.ui.writing import milliseconds

_ACTS = (
    Press("change", "Change", when="can_change"),
    Press("remove", "Remove", danger=True, when="can_change"),
)
COLUMNS = (
    Column("name", "Group", "mono"),
    Column("state", "State", "pill"),
    Column("tags", "Tags", "number"),
    Column("blocked", "Blocked tags", "number"),
    Column("running", "Charging", "number"),
    Column("most", "At most at a time", "number"),
    Column("stations", "Where"),
    Column("expires", "Expires", "instant"),
    Column("buttons", "", "buttons", buttons=_ACTS),
)
NAME = Field("name", FieldKind.TEXT, True, length_max=NAME_LENGTH, title="Group")
_ABOUT = "It holds for each of its tags, beside what is kept of the tag itself."
_CSV = (
    "A CSV file with the columns name, expires_at, is_blocked, concurrent_max, stations; only the first is needed. "
    "Known groups are replaced; with one bad row none is taken."
)


def group_row(view: Json, *, can_change: bool) -> Row:
    """A group as a row."""
    return {
        "name": view["name"],
        "state": "Blocked" if view["is_blocked"] else "active",
        "tags": view["tags"],
        "blocked": view["blocked_tags"],
        "running": view["open_transactions"],
        "most": view["concurrent_max"],
        "stations": ", ".join(view["stations"]) or "everywhere",
        "expires": milliseconds(view["expires_at"]),
        "can_change": can_change,
    }


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records

    def pressed(name: str, key: str) -> None:
        view = next((each for each in records.found if each["name"] == key), None)
        if view is not None:
            edit_group(visit, view, records.refresh) if name == "change" else _remove(visit, view, records.refresh)

    with visit.frame(Crumb("Tags", "/tags"), Crumb("Groups"), current="/tag-groups"):
        with page_head("Groups of tags", "What holds for all badges of one"):
            button("Export", lambda: ui.download(f"{API}/tag-groups/export", "tag-groups.csv"), icon="download")
            if visit.may(Role.OPERATOR):
                button(
                    "Import CSV",
                    lambda: import_file(visit, "Import groups", _CSV, "/tag-groups/import", records.refresh),
                    icon="upload",
                )
                button("Add group", lambda: edit_group(visit, None, records.refresh), icon="add", kind="solid")
        with card(body=False):
            with tag("div", "row-of card-body"):
                text = ui.input("Part of the name").props("outlined dense clearable maxlength=20 debounce=400")
                text.classes("narrow").on_value_change(lambda: records.refresh())
            table = RecordTable(
                COLUMNS,
                keyed="name",
                caption="Groups of tags",
                empty=("No group fits", "Add one, or name it as the group of a tag."),
                on_press=pressed,
            )
            can_change = visit.may(Role.OPERATOR)
            records = Records(
                visit,
                "/tag-groups",
                table,
                lambda view: group_row(view, can_change=can_change),
                cursor="after",
                wanted=lambda: {"text": text.value},
            )


def edit_group(visit: Visit, view: Json | None, on_done: Callable[[], Awaitable[None]]) -> None:
    """Open the editor; without a group it adds one."""

    async def save(body: Body) -> None:
        if view is None:
            await visit.api.send("POST", "/tag-groups", body)
        else:
            await visit.api.send("PUT", f"/tag-groups/{part(view['name'])}", body, if_match=view["etag"])

    title = "Add group" if view is None else f"Change group {view['name']}"
    fields = (NAME, *BOUNDS) if view is None else BOUNDS
    RecordEditor(visit, title, _ABOUT, fields, bounds_of(visit, view), save=save, on_done=on_done).open()


def _remove(visit: Visit, view: Json, on_done: Callable[[], Awaitable[None]]) -> None:
    confirm(
        visit,
        f"Remove group {view['name']}?",
        "Its tags stay in it by name; what was kept of the group holds no more.",
        lambda: visit.api.send("DELETE", f"/tag-groups/{part(view['name'])}", if_match=view["etag"]),
        label="Remove the group",
        done="Removed.",
        on_done=on_done,
    )
