"""Tags: who may charge; one by one, or brought in as a file."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from nicegui import ui

from contactor.console.api_client import API, Json, part
from contactor.console.confirm import confirm
from contactor.console.editor import Body, RecordEditor
from contactor.console.fields import Field, FieldKind
from contactor.console.importing import import_file
from contactor.console.role import Role
from contactor.console.section import Records
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, page_head
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb, tag
from contactor.ui.writing import milliseconds

NAME_LENGTH = 20
_ACTS = (Press("change", "Change"), Press("remove", "Remove", danger=True))
COLUMNS = (
    Column("id_tag", "Tag", "mono"),
    Column("parent_id_tag", "Group", "mono"),
    Column("state", "State", "pill"),
    Column("expires_at", "Expires", "instant"),
    Column("several", "At a time"),
    Column("stations", "Where"),
)
_STATION = Field("stations", FieldKind.TEXT, True, length_max=255, title="Station; RDAM-* is all that begin so")
BOUNDS = (
    Field("expires_at", FieldKind.INSTANT, False, title="Expires"),
    Field("is_blocked", FieldKind.FLAG, False, title="Blocked"),
    Field("concurrent_max", FieldKind.INTEGER, False, minimum=1, title="Charges at a time, at most"),
    Field("stations", FieldKind.LIST, False, item=_STATION, title="Where it may charge; none means everywhere"),
)
"""What bounds a tag or a group."""
FIELDS = (
    Field("parent_id_tag", FieldKind.TEXT, False, length_max=NAME_LENGTH, title="Group"),
    Field("allows_concurrent", FieldKind.FLAG, False, title="May charge in any number of places at a time"),
    *BOUNDS,
)
NAME = Field("id_tag", FieldKind.TEXT, True, length_max=NAME_LENGTH, title="Tag")
_ABOUT = "A badge that may charge. Badges of one group stop each other's charges."
_CSV = (
    "A CSV file with the columns id_tag, parent_id_tag, expires_at, is_blocked, allows_concurrent, concurrent_max, "
    "stations; only the first is needed. Known tags are replaced; with one bad row none is taken."
)


def bounds_of(visit: Visit, view: Json | None) -> dict[str, Any]:
    """A tag or a group as its form begins."""
    return {} if view is None else {**view, "expires_at": visit.typed(view["expires_at"])}


def _row(view: Json) -> Row:
    expires = milliseconds(view["expires_at"])
    is_over = expires is not None and expires <= datetime.now(UTC).timestamp() * 1000
    most = view["concurrent_max"]
    return {
        "id_tag": view["id_tag"],
        "parent_id_tag": view["parent_id_tag"],
        "state": "Blocked" if view["is_blocked"] else "Expired" if is_over else "Accepted",
        "expires_at": expires,
        "several": "any number" if view["allows_concurrent"] else f"at most {most}" if most is not None else "one",
        "stations": ", ".join(view["stations"]) or "everywhere",
    }


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records
    acts = (Column("buttons", "", "buttons", buttons=_ACTS),) if visit.may(Role.OPERATOR) else ()

    def pressed(name: str, key: str) -> None:
        view = next((each for each in records.found if each["id_tag"] == key), None)
        if view is not None:
            edit_tag(visit, view, records.refresh) if name == "change" else _remove(visit, view, records.refresh)

    with visit.frame(Crumb("Tags")):
        with page_head("Tags", "The badges that may charge, and the groups they belong to"):
            button("Export", lambda: ui.download(f"{API}/tags/export", "tags.csv"), icon="download")
            if visit.may(Role.OPERATOR):
                button(
                    "Import CSV",
                    lambda: import_file(visit, "Import tags", _CSV, "/tags/import", records.refresh),
                    icon="upload",
                )
                button("Add tag", lambda: edit_tag(visit, None, records.refresh), icon="add", kind="solid")
        with card(body=False):
            with tag("div", "row-of card-body"):
                text = ui.input("Part of the tag").props("outlined dense clearable maxlength=20 debounce=400")
                group = ui.input("Group").props("outlined dense clearable maxlength=20 debounce=400")
                which = {"": "Blocked or not", "true": "Blocked only", "false": "Not blocked"}
                blocked = ui.select(which, value="", label="Blocked").props("outlined dense")
            table = RecordTable(
                COLUMNS + acts,
                keyed="id_tag",
                caption="Tags",
                empty=("No tag fits", "Add one, or import a file."),
                on_press=pressed,
            )
            records = Records(
                visit,
                "/tags",
                table,
                _row,
                cursor="after",
                wanted=lambda: {"text": text.value, "parent": group.value, "blocked": blocked.value},
            )
            for control in (text, group, blocked):
                control.classes("narrow").on_value_change(records.refresh)


def edit_tag(visit: Visit, view: Json | None, on_done: Callable[[], Awaitable[None]]) -> None:
    """Open the editor; without a tag it adds one."""

    async def save(body: Body) -> None:
        if view is None:
            await visit.api.send("POST", "/tags", body)
        else:
            await visit.api.send("PUT", f"/tags/{part(view['id_tag'])}", body, if_match=view["etag"])

    title = "Add tag" if view is None else f"Change {view['id_tag']}"
    fields = (NAME, *FIELDS) if view is None else FIELDS
    RecordEditor(visit, title, _ABOUT, fields, bounds_of(visit, view), save=save, on_done=on_done).open()


def _remove(visit: Visit, view: Json, on_done: Callable[[], Awaitable[None]]) -> None:
    confirm(
        visit,
        f"Remove {view['id_tag']}?",
        "The badge is Invalid from now on. Its transactions stay in the ledger.",
        lambda: visit.api.send("DELETE", f"/tags/{part(view['id_tag'])}", if_match=view["etag"]),
        label="Remove the tag",
        done="Removed.",
        on_done=on_done,
    )
