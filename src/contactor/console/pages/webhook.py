"""One webhook: how it stands, and its dead letters, to be read, sent once more, or given up for good."""

import json

from nicegui import ui

from contactor.console.api_client import Json
from contactor.console.confirm import confirm
from contactor.console.live import keep_asking
from contactor.console.pages.webhooks import (
    ASKED_EVERY_S,
    Again,
    change_secret,
    edit_webhook,
    remove,
    some_of,
    webhook_path,
    webhook_state,
)
from contactor.console.role import Role
from contactor.console.section import Records, Section
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, facts, modal, page_head, pill
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb, tag, words
from contactor.ui.writing import milliseconds, number

_PILLS = {"active": "is-available", "failing": "is-faulted", "paused": "is-unavailable"}
LETTERS = (
    Column("letter_id", "Letter", "open"),
    Column("sequence", "Event", "number"),
    Column("failed", "Given up", "instant"),
    Column("attempts", "Tries", "number"),
    Column("failure", "Why"),
    Column("again", "Once more"),
    Column("buttons", "", "buttons", buttons=(Press("replay", "Replay"), Press("discard", "Discard", danger=True))),
)


def letter_row(view: Json) -> Row:
    """A dead letter as a row."""
    return {
        "letter_id": view["letter_id"],
        "sequence": view["sequence"],
        "failed": milliseconds(view["failed_at"]),
        "attempts": view["attempts"],
        "failure": view["failure"],
        "again": "soon" if view["is_asked_again"] else "",
    }


async def build(visit: Visit) -> None:
    """Build the page."""
    webhook_id = visit.parameters["webhook_id"]
    path = webhook_path(webhook_id)
    section: Section[Json]
    letters: Records

    async def again() -> None:
        await section.refresh()
        await letters.refresh()

    async def replay_all() -> None:
        if await visit.attempt(
            Role.OPERATOR, lambda: visit.api.send("POST", f"{path}/dead-letters/replay"), "All are sent once more."
        ):
            await letters.refresh()

    with visit.frame(Crumb("Webhooks", "/webhooks"), Crumb(webhook_id), current="/webhooks"):
        section = Section(visit, lambda: visit.api.get(path), lambda view: _show(visit, view, again))
        with card("Dead letters", body=False) as head:
            with head:
                button("Replay all", replay_all, icon="replay")
            letters = _letters(visit, path)
        keep_asking(visit, letters.refresh, every_s=ASKED_EVERY_S)


def _show(visit: Visit, view: Json, again: Again) -> None:
    async def gone() -> None:
        ui.navigate.to("/webhooks")

    with page_head(view["webhook_id"], view["url"]):
        pill(webhook_state(view), _PILLS[webhook_state(view)])
        button("Refresh", again, icon="refresh")
        if visit.may(Role.ADMIN):
            button("Change", lambda: edit_webhook(visit, view, again), icon="edit")
            button("Another secret", lambda: change_secret(visit, view, again), icon="key")
            button("Remove", lambda: remove(visit, view, gone), kind="plain danger")
    with card("How it stands"):
        facts(
            [
                ("Kinds of events", some_of(view["kinds"])),
                ("Of stations", some_of(view["stations"])),
                ("Last event that needs nothing more", number(view["done_sequence"])),
                ("Last delivery", visit.moment(view["delivered_at"])),
                ("Tries in vain of the next event", number(view["attempts"])),
                ("Next try", visit.moment(view["next_try_at"])),
                ("What is wrong", view["failure"] or "–"),
            ]
        )


def _letters(visit: Visit, path: str) -> Records:
    records: Records

    def opened(key: str) -> None:
        view = _found(records, key)
        if view is not None:
            _show_letter(view)

    async def pressed(name: str, key: str) -> None:
        view = _found(records, key)
        if view is None:
            return
        letter = f"{path}/dead-letters/{view['letter_id']}"
        if name == "discard":
            confirm(
                visit,
                f"Discard letter {view['letter_id']}?",
                f"Event {view['sequence']} is never delivered to this webhook.",
                lambda: visit.api.send("DELETE", letter),
                label="Discard it",
                done="Discarded.",
                on_done=records.refresh,
            )
        elif await visit.attempt(
            Role.OPERATOR, lambda: visit.api.send("POST", f"{letter}/replay"), "It is sent once more."
        ):
            await records.refresh()

    table = RecordTable(
        LETTERS,
        keyed="letter_id",
        caption="Dead letters",
        empty=("No dead letter", "What is not taken after eight tries stands here."),
        on_open=opened,
        on_press=pressed,
    )
    records = Records(visit, f"{path}/dead-letters", table, letter_row, cursor="after")
    return records


def _found(records: Records, key: str) -> Json | None:
    return next((each for each in records.found if str(each["letter_id"]) == key), None)


def _show_letter(view: Json) -> None:
    title = f"Letter {view['letter_id']}"
    with modal(title, wide=True) as dialog:
        with tag("div", "dialog-head"):
            words("h2", title).style("font-size: 17px")
            words("p", view["failure"], "muted")
        with tag("div", "dialog-body"):
            words("pre", json.dumps(json.loads(view["body"]), indent=2, ensure_ascii=False), "code").props("tabindex=0")
        with tag("div", "dialog-foot"):
            button("Close", dialog.close)
    dialog.open()
