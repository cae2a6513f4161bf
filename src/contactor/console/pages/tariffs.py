"""Tariffs: what charges cost, in versions, so that no change reaches a charge that has begun."""

from collections.abc import Awaitable, Callable

from contactor.console.api_client import Json
from contactor.console.editor import Body, RecordEditor
from contactor.console.fields import Field, FieldKind
from contactor.console.periods import WEEKDAYS
from contactor.console.role import Role
from contactor.console.section import Records
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, page_head
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb
from contactor.ui.writing import milliseconds

COLUMNS = (
    Column("tariff_id", "Tariff", "number"),
    Column("name", "Name"),
    Column("prices", "Per kWh, without VAT"),
    Column("fee", "Start fee"),
    Column("vat", "VAT, %"),
    Column("meant_for", "For"),
    Column("version", "Version", "number"),
    Column("made_at", "Since", "instant"),
    Column("state", "State", "pill"),
)
_ACTS = (Press("change", "Change", when="holds"), Press("retire", "Retire", danger=True, when="holds"))

_DAY = Field("weekdays", FieldKind.CHOICE, True, choices=WEEKDAYS, title="Day")
_RATE = (
    Field("per_kwh", FieldKind.TEXT, False, title="Per kWh"),
    Field("per_minute", FieldKind.TEXT, False, title="Per minute"),
    Field("idle_per_minute", FieldKind.TEXT, False, title="Per minute when full"),
    Field("from_hour", FieldKind.INTEGER, False, minimum=0, title="From hour"),
    Field("until_hour", FieldKind.INTEGER, False, minimum=1, title="Until hour"),
    Field("weekdays", FieldKind.LIST, False, item=_DAY, title="Weekdays; none means all"),
)
_SUBJECT = (
    Field("scope", FieldKind.CHOICE, True, choices=("all", "station", "group"), title="For"),
    Field("station_id", FieldKind.TEXT, False, length_max=255, title="Station"),
    Field("group", FieldKind.TEXT, False, length_max=20, title="Group of tags"),
)
FIELDS = (
    Field("name", FieldKind.TEXT, True, length_max=100, title="Name"),
    Field("currency", FieldKind.TEXT, True, length_max=3, title="Currency, such as EUR"),
    Field("time_zone", FieldKind.TEXT, False, length_max=64, title="Time zone of the hours"),
    Field("start_fee", FieldKind.TEXT, False, title="Start fee"),
    Field("vat_percent", FieldKind.TEXT, False, title="VAT, %"),
    Field("idle_free_minutes", FieldKind.INTEGER, False, minimum=0, title="Minutes free when full"),
    Field("rates", FieldKind.LIST, True, fields=_RATE, title="Rates; the first that fits an hour counts"),
    Field("assigned_to", FieldKind.LIST, True, fields=_SUBJECT, title="Meant for"),
)
_ABOUT = "Prices are without VAT. A change makes a new version: charges that have begun go on by theirs."


def _row(view: Json, *, can_change: bool) -> Row:
    return {
        "tariff_id": view["tariff_id"],
        "name": view["name"],
        "prices": ", ".join(dict.fromkeys(f"{rate['per_kwh']} {view['currency']}" for rate in view["rates"])),
        "fee": view["start_fee"],
        "vat": view["vat_percent"],
        "meant_for": ", ".join(each["station_id"] or each["group"] or each["scope"] for each in view["assigned_to"]),
        "version": view["version"],
        "made_at": milliseconds(view["made_at"]),
        "state": "retired" if view["retired_at"] else "active",
        "holds": can_change and not view["retired_at"],
    }


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records

    async def pressed(name: str, key: str) -> None:
        view = next((each for each in records.found if str(each["tariff_id"]) == key), None)
        if view is None:
            return
        if name == "change":
            edit_tariff(visit, view, records.refresh)
        elif await visit.attempt(
            Role.OPERATOR,
            lambda: visit.api.send("DELETE", f"/tariffs/{view['tariff_id']}", if_match=view["etag"]),
            "Retired: no charge begins by it any more.",
        ):
            await records.refresh()

    with visit.frame(Crumb("Tariffs")):
        with page_head("Tariffs", "What charges cost; a change never reaches a charge that has begun"):
            if visit.may(Role.OPERATOR):
                button("Add tariff", lambda: edit_tariff(visit, None, records.refresh), icon="add", kind="solid")
        with card(body=False):
            table = RecordTable(
                (*COLUMNS, Column("buttons", "", "buttons", buttons=_ACTS)),
                keyed="tariff_id",
                caption="Tariffs",
                empty=("No tariff yet", "Add one to have every charge's cost computed."),
                on_press=pressed,
            )
            can_change = visit.may(Role.OPERATOR)
            records = Records(visit, "/tariffs", table, lambda view: _row(view, can_change=can_change), cursor="after")


def edit_tariff(visit: Visit, tariff: Json | None, on_done: Callable[[], Awaitable[None]]) -> None:
    """Open the editor; without a tariff it makes one."""

    async def save(body: Body) -> None:
        if tariff is None:
            await visit.api.send("POST", "/tariffs", body)
            return
        kept = {name: tariff[name] for name in ("valid_from", "valid_until")}
        await visit.api.send("PUT", f"/tariffs/{tariff['tariff_id']}", {**kept, **body}, if_match=tariff["etag"])

    given = {"assigned_to": [{"scope": "all"}], "currency": "EUR"} if tariff is None else tariff
    title = "Add tariff" if tariff is None else "Change tariff"
    RecordEditor(visit, title, _ABOUT, FIELDS, given, save=save, on_done=on_done).open()
