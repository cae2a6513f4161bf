"""The tabs that list what the record has of a station: transactions, faults, reservations, quirks."""

from contactor.console.api_client import Json
from contactor.console.desk import StationDesk
from contactor.console.pages.alarms import alarm_records
from contactor.console.pages.transactions import COLUMNS as TRANSACTIONS
from contactor.console.pages.transactions import transaction_records, transaction_table
from contactor.console.role import Role
from contactor.console.section import Records
from contactor.ui.blocks import button
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import tag, words
from contactor.ui.writing import milliseconds

FAULTS = (
    Column("at", "When", "instant"),
    Column("connector", "Connector", "number"),
    Column("status", "Status", "pill"),
    Column("trouble", "Trouble"),
    Column("error", "OCPP error", "mono"),
    Column("details", "Details"),
)
RESERVATIONS = (
    Column("number", "Reservation", "mono"),
    Column("connector", "Connector", "number"),
    Column("tag", "Id tag", "mono"),
    Column("expires", "Expires", "instant"),
    Column("state", "State", "pill"),
    Column("buttons", "", "buttons", buttons=(Press("cancel", "Cancel", danger=True, when="active"),)),
)
QUIRKS = (
    Column("field", "Field", "mono"),
    Column("meaning", "What is odd"),
    Column("example", "Example", "mono"),
    Column("times", "Times", "number"),
    Column("last", "Last seen", "ago"),
)


def transactions_tab(desk: StationDesk) -> None:
    """What was charged here."""
    table = transaction_table(tuple(each for each in TRANSACTIONS if each.name != "station_id"))
    station_id = desk.station_id
    transaction_records(desk.visit, table, lambda: {"station_id": station_id}, station_id=station_id)


def faults_tab(desk: StationDesk) -> None:
    """The troubles it has reported, with the guide's words for them."""
    board = desk.visit.console.hub.board

    def row(view: Json) -> Row:
        return {
            "key": view["number"],
            "at": milliseconds(view["reported_at"]),
            "connector": view["connector_id"],
            "status": view["status"],
            "trouble": board.trouble(view["vendor_error_code"], ""),
            "error": view["error_code"],
            "details": view["details"],
        }

    words("h2", "Alarms", "card-body")
    alarm_records(desk.visit, desk.station_id)
    words("h2", "As reported", "card-body")
    table = RecordTable(FAULTS, keyed="key", caption="Faults", empty=("No fault", "It has reported no trouble so far."))
    Records(desk.visit, f"{desk.path}/statuses", table, row, wanted=lambda: {"errors": True})


def reservations_tab(desk: StationDesk) -> None:
    """Who has reserved what."""

    async def done(_view: Json) -> None:
        await records.refresh()

    def row(view: Json) -> Row:
        return {
            "number": view["reservation_id"],
            "connector": view["connector_id"],
            "tag": view["id_tag"],
            "expires": milliseconds(view["expires_at"]),
            "state": view["state"],
            "active": view["state"] == "active" and desk.visit.may(Role.OPERATOR),
        }

    def cancel(_name: str, key: str) -> None:
        if key.lstrip("-").isdigit():
            desk.order("CancelReservation", {"reservationId": int(key)}, done)

    with tag("div", "row-of card-body"):
        if desk.visit.may(Role.OPERATOR):
            button("Reserve", lambda: desk.order("ReserveNow", on_done=done), icon="event")
    table = RecordTable(
        RESERVATIONS,
        keyed="number",
        caption="Reservations",
        empty=("No reservation", "Reserve a connector for a badge."),
        on_press=cancel,
    )
    records = Records(
        desk.visit, "/reservations", table, row, cursor="after", wanted=lambda: {"station_id": desk.station_id}
    )


def quirks_tab(desk: StationDesk) -> None:
    """What it sends against the letter of OCPP."""

    def row(view: Json) -> Row:
        return {
            "key": f"{view['kind']} {view['field']}",
            "field": view["field"],
            "meaning": view["meaning"],
            "example": view["example"],
            "times": view["times"],
            "last": milliseconds(view["last_seen_at"]),
        }

    empty = ("Nothing odd", "Every message so far was as OCPP wants it.")
    table = RecordTable(QUIRKS, keyed="key", caption="Quirks", empty=empty)
    Records(desk.visit, f"{desk.path}/quirks", table, row, cursor=None)
