"""Webhooks: where events are sent, how far each has come, and what an admin may change of them."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from contactor.console.api_client import Json, part
from contactor.console.confirm import confirm
from contactor.console.editor import Body, RecordEditor
from contactor.console.fields import Field, FieldKind
from contactor.console.live import keep_asking
from contactor.console.role import Role
from contactor.console.secret import show_secret
from contactor.console.section import Records
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, page_head
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb
from contactor.ui.writing import milliseconds

Again = Callable[[], Awaitable[None]]
ASKED_EVERY_S = 3.0
KINDS = (
    "station_online",
    "station_offline",
    "station_booted",
    "status_changed",
    "transaction_started",
    "transaction_stopped",
    "transaction_suspect",
    "transaction_corrected",
    "command_changed",
    "reservation_changed",
    "site_overload_changed",
    "cost_settled",
    "local_list_changed",
    "onboarding_changed",
    "station_knocked",
    "alarm_changed",
    "diagnostics_arrived",
    "campaign_changed",
    "campaign_job_changed",
    "tag_changed",
    "tag_group_changed",
    "tags_imported",
    "security_event",
)
"""Of events, as the API has them."""
COLUMNS = (
    Column("webhook_id", "Webhook", "open"),
    Column("url", "Sent to", "mono"),
    Column("kinds", "Events"),
    Column("stations", "Of stations", wide=True),
    Column("state", "State", "pill"),
    Column("delivered", "Last delivery", "ago"),
    Column("attempts", "Tries in vain", "number"),
    Column("next", "Next try", "second"),
    Column("failure", "What is wrong"),
    Column(
        "buttons",
        "",
        "buttons",
        buttons=(
            Press("change", "Change", when="can_change"),
            Press("remove", "Remove", danger=True, when="can_change"),
        ),
    ),
)
_KIND = Field("kinds", FieldKind.CHOICE, True, choices=KINDS, title="Kind of event")
_STATION = Field("stations", FieldKind.TEXT, True, length_max=255, title="Station")
ID = Field("webhook_id", FieldKind.TEXT, True, length_max=64, title="Name")
SECRET = Field("secret", FieldKind.TEXT, False, length_max=200, title="Secret that signs; without one it is made")
FIELDS = (
    Field("url", FieldKind.TEXT, True, length_max=2000, title="URL"),
    Field("kinds", FieldKind.LIST, False, item=_KIND, title="Kinds of events; none means all"),
    Field("stations", FieldKind.LIST, False, item=_STATION, title="Stations; none means all"),
    Field("is_active", FieldKind.FLAG, True, title="Active; if not, what happens waits"),
)
_ABOUT = "One POST for each event, signed, in order, and tried again until it is taken or given up."


def webhook_state(view: Json) -> str:
    """How it stands, in a word."""
    if not view["is_active"]:
        return "paused"
    return "failing" if view["attempts"] else "active"


def webhook_row(view: Json, *, can_change: bool) -> Row:
    """A webhook as a row."""
    return {
        "webhook_id": view["webhook_id"],
        "url": view["url"],
        "kinds": some_of(view["kinds"]).replace("_", " "),
        "stations": some_of(view["stations"]),
        "state": webhook_state(view),
        "delivered": milliseconds(view["delivered_at"]),
        "attempts": view["attempts"],
        "next": milliseconds(view["next_try_at"]),
        "failure": view["failure"],
        "can_change": can_change,
    }


def some_of(names: list[str]) -> str:
    """The first of them; none means all."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more if names else "all"


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records

    def pressed(name: str, key: str) -> None:
        view = next((each for each in records.found if each["webhook_id"] == key), None)
        if view is not None:
            edit_webhook(visit, view, records.refresh) if name == "change" else remove(visit, view, records.refresh)

    with visit.frame(Crumb("Webhooks")):
        with page_head("Webhooks", "Other programs that are told of events as soon as they are in the record"):
            if visit.may(Role.ADMIN):
                button("Add webhook", lambda: edit_webhook(visit, None, records.refresh), icon="add", kind="solid")
        with card(body=False):
            table = RecordTable(
                COLUMNS,
                keyed="webhook_id",
                caption="Webhooks",
                empty=("No webhook yet", "An admin adds one: a URL, and which kinds of events it is told of."),
                on_open=lambda key: ui.navigate.to(f"/webhooks/{part(key)}"),
                on_press=pressed,
            )
            can_change = visit.may(Role.ADMIN)
            records = Records(
                visit, "/webhooks", table, lambda view: webhook_row(view, can_change=can_change), cursor=None
            )
            keep_asking(visit, records.refresh, every_s=ASKED_EVERY_S)


def edit_webhook(visit: Visit, view: Json | None, on_done: Again) -> None:
    """Open the editor; without a webhook it adds one, and shows a secret that was made."""

    async def save(body: Body) -> None:
        if view is not None:
            await visit.api.send("PUT", webhook_path(view["webhook_id"]), body, if_match=view["etag"])
            return
        made = await visit.api.send("POST", "/webhooks", body)
        if made["secret"] is not None:
            _tell(made["webhook_id"], made["secret"])

    title = "Add webhook" if view is None else f"Change {view['webhook_id']}"
    fields = (ID, *FIELDS, SECRET) if view is None else FIELDS
    given = {"is_active": True} if view is None else view
    RecordEditor(visit, title, _ABOUT, fields, given, save=save, on_done=on_done, needs=Role.ADMIN).open()


def change_secret(visit: Visit, view: Json, on_done: Again) -> None:
    """Ask for another secret, or have one made."""

    async def save(body: Body) -> None:
        made = await visit.api.send("POST", f"{webhook_path(view['webhook_id'])}/secret", body)
        if made["secret"] is not None:
            _tell(view["webhook_id"], made["secret"])

    about = "The next delivery is signed with it; until the receiver knows it, what is sent is not believed."
    RecordEditor(
        visit, "Another secret", about, (SECRET,), {}, save=save, on_done=on_done, needs=Role.ADMIN, label="Change it"
    ).open()


def remove(visit: Visit, view: Json, on_done: Again) -> None:
    """Ask, then remove it."""
    confirm(
        visit,
        f"Remove {view['webhook_id']}?",
        "Nothing more is sent there, and its dead letters go with it.",
        lambda: visit.api.send("DELETE", webhook_path(view["webhook_id"]), if_match=view["etag"]),
        label="Remove the webhook",
        done="Removed.",
        on_done=on_done,
        needs=Role.ADMIN,
    )


def webhook_path(webhook_id: str) -> str:
    """Where the API has it."""
    return f"/webhooks/{part(webhook_id)}"


def _tell(webhook_id: str, secret: str) -> None:
    show_secret("The new secret", f"It signs what is sent to {webhook_id}. It is shown this once.", secret)
