"""Tags: who may charge; one by one, or brought in as a file."""

from datetime import UTC, datetime
from typing import Any

from nicegui import events, ui

from contactor.console.api_client import Json, part
from contactor.console.role import Role
from contactor.console.section import Records
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, page_head
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb, tag, words
from contactor.ui.writing import milliseconds

IMPORT_BYTES_MAX = 4 * 1024 * 1024
_ACTS = (Press("change", "Change"), Press("remove", "Remove", danger=True))
COLUMNS = (
    Column("id_tag", "Tag", "mono"),
    Column("parent_id_tag", "Group", "mono"),
    Column("state", "State", "pill"),
    Column("expires_at", "Expires", "instant"),
    Column("allows_concurrent", "Several charges at a time"),
)


def _row(view: Json) -> Row:
    expires = milliseconds(view["expires_at"])
    is_over = expires is not None and expires <= datetime.now(UTC).timestamp() * 1000
    return {
        "id_tag": view["id_tag"],
        "parent_id_tag": view["parent_id_tag"],
        "state": "Blocked" if view["is_blocked"] else "Expired" if is_over else "Accepted",
        "expires_at": expires,
        "allows_concurrent": "yes" if view["allows_concurrent"] else "no",
    }


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records
    acts = (Column("buttons", "", "buttons", buttons=_ACTS),) if visit.may(Role.OPERATOR) else ()
    with visit.frame(Crumb("Tags")):
        with page_head("Tags", "The badges that may charge, and the groups they belong to"):
            if visit.may(Role.OPERATOR):
                button("Import CSV", lambda: _import(visit, records), icon="upload")
                button("Add tag", lambda: _edit(visit, records, None), icon="add", kind="solid")
        with card(body=False):
            with tag("div", "row-of card-body"):
                text = (
                    ui.input("Part of the tag")
                    .props("outlined dense clearable maxlength=20 debounce=400")
                    .classes("narrow")
                )
                group = ui.input("Group").props("outlined dense clearable maxlength=20 debounce=400").classes("narrow")
                which = {"": "Blocked or not", "true": "Blocked only", "false": "Not blocked"}
                blocked = ui.select(which, value="", label="Blocked").props("outlined dense").classes("narrow")

            def pressed(name: str, key: str) -> None:
                view = next((each for each in records.found if each["id_tag"] == key), None)
                if view is not None:
                    _edit(visit, records, view) if name == "change" else _remove(visit, records, view)

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
                control.on_value_change(records.refresh)


def _edit(visit: Visit, records: Records, view: Json | None) -> None:
    title = "Add tag" if view is None else f"Change {view['id_tag']}"
    known: dict[str, Any] = view or {}  # Any: fields of a tag
    with ui.dialog() as dialog, tag("div", "dialog").props("role=dialog"):
        with tag("div", "dialog-head"):
            words("h2", title).style("font-size: 17px")
        with tag("div", "dialog-body"):
            name = ui.input("Tag", value=known.get("id_tag", "")).props("outlined dense maxlength=20")
            name.set_enabled(view is None)
            group = ui.input("Group", value=known.get("parent_id_tag") or "").props("outlined dense maxlength=20")
            local = visit.local(known.get("expires_at")).replace(" ", "T") if known.get("expires_at") else ""
            expires = ui.input("Expires", value=local).props("outlined dense type=datetime-local stack-label")
            blocked = ui.checkbox("Blocked", value=bool(known.get("is_blocked")))
            several = ui.checkbox("May charge in several places at a time", value=bool(known.get("allows_concurrent")))

        async def save() -> None:
            body = {
                "parent_id_tag": group.value or None,
                "expires_at": visit.instant(expires.value) if expires.value else None,
                "is_blocked": blocked.value,
                "allows_concurrent": several.value,
            }

            async def work() -> None:
                if view is None:
                    await visit.api.send("POST", "/tags", {"id_tag": name.value, **body})
                else:
                    path = f"/tags/{part(view['id_tag'])}"
                    await visit.api.send("PUT", path, body, if_match=view["etag"])

            if await visit.attempt(Role.OPERATOR, work, "Saved."):
                dialog.close()
                await records.refresh()

        with tag("div", "dialog-foot"):
            button("Cancel", dialog.close)
            button("Save", save, kind="solid")
    dialog.on("hide", dialog.delete)
    dialog.open()


def _remove(visit: Visit, records: Records, view: Json) -> None:
    with ui.dialog() as dialog, tag("div", "dialog").props("role=dialog"):
        with tag("div", "dialog-head"):
            words("h2", f"Remove {view['id_tag']}?").style("font-size: 17px")
            words("p", "The badge is Invalid from now on. Its transactions stay in the ledger.", "muted")

        async def remove() -> None:
            path = f"/tags/{part(view['id_tag'])}"
            work = lambda: visit.api.send("DELETE", path, if_match=view["etag"])  # noqa: E731 - a name for one call
            if await visit.attempt(Role.OPERATOR, work, "Removed."):
                dialog.close()
                await records.refresh()

        with tag("div", "dialog-foot"):
            button("Cancel", dialog.close)
            button("Remove the tag", remove, kind="solid danger")
    dialog.on("hide", dialog.delete)
    dialog.open()


def _import(visit: Visit, records: Records) -> None:
    with ui.dialog() as dialog, tag("div", "dialog").props("role=dialog"):
        with tag("div", "dialog-head"):
            words("h2", "Import tags").style("font-size: 17px")
            words(
                "p",
                "A CSV file with the columns id_tag, parent_id_tag, expires_at, is_blocked, allows_concurrent; only "
                "the first is needed. Known tags are replaced; with one bad row none is taken.",
                "muted",
            )

        async def uploaded(event: events.UploadEventArguments) -> None:
            content = await event.file.read()

            async def work() -> None:
                found = await visit.api.send("POST", "/tags/import", content=content)
                ui.notify(f"{found['added']} added, {found['replaced']} replaced.", type="positive")

            if await visit.attempt(Role.OPERATOR, work):
                dialog.close()
                await records.refresh()

        with tag("div", "dialog-body"):
            ui.upload(label="CSV file", on_upload=uploaded, auto_upload=True, max_file_size=IMPORT_BYTES_MAX).props(
                "accept=.csv flat bordered"
            ).style("width: 100%")
        with tag("div", "dialog-foot"):
            button("Close", dialog.close)
    dialog.on("hide", dialog.delete)
    dialog.open()
