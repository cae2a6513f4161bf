"""Reservations of all stations, and what became of them."""

from nicegui import ui

from contactor.console.api_client import Json, part
from contactor.console.role import Role
from contactor.console.section import Records
from contactor.console.visit import Visit, choices
from contactor.ui.blocks import button, card, page_head
from contactor.ui.components import Column, Press, RecordTable, Row
from contactor.ui.frame import Crumb, tag
from contactor.ui.writing import milliseconds

WAIT_S = 30
COLUMNS = (
    Column("key", "Reservation", "mono"),
    Column("station_id", "Station", "link", to="/stations/"),
    Column("connector", "Connector", "number"),
    Column("tag", "Id tag", "mono"),
    Column("expires", "Expires", "instant"),
    Column("state", "State", "pill"),
    Column("transaction", "Transaction", "link", to="/transactions/"),
    Column("buttons", "", "buttons", buttons=(Press("cancel", "Cancel", danger=True, when="active"),)),
)
STATES = ("active", "used", "expired", "cancelled", "ended", "gone")


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records

    def row(view: Json) -> Row:
        return {
            "key": f"{view['station_id']}/{view['reservation_id']}",
            "station_id": view["station_id"],
            "connector": view["connector_id"],
            "tag": view["id_tag"],
            "expires": milliseconds(view["expires_at"]),
            "state": view["state"],
            "transaction": view["transaction_id"],
            "active": view["state"] == "active" and visit.may(Role.OPERATOR),
        }

    async def cancel(_name: str, key: str) -> None:
        station_id, _, number = key.rpartition("/")
        path = f"/reservations/{part(station_id)}/{part(number)}/cancel"
        if await visit.attempt(
            Role.OPERATOR, lambda: visit.api.send("POST", path, wait=WAIT_S), "The station was told."
        ):
            await records.refresh()

    with visit.frame(Crumb("Reservations")):
        with page_head("Reservations", "Connectors that are kept for somebody; make one on the station's page"):
            button("Refresh", lambda: records.refresh(), icon="refresh")
        with card(body=False):
            with tag("div", "row-of card-body"):
                station = ui.input("Station").props("outlined dense clearable debounce=400").classes("narrow")
                badge = ui.input("Id tag").props("outlined dense clearable maxlength=20 debounce=400").classes("narrow")
                state = ui.select(choices(STATES, "Any state"), value="active", label="State").props("outlined dense")
                state.classes("narrow")
            empty = ("No reservation fits", "Reserve a connector on its station's page.")
            table = RecordTable(COLUMNS, keyed="key", caption="Reservations", empty=empty, on_press=cancel)
            records = Records(
                visit,
                "/reservations",
                table,
                row,
                cursor="after",
                wanted=lambda: {"station_id": station.value, "id_tag": badge.value, "state": state.value},
            )
            for control in (station, badge, state):
                control.on_value_change(records.refresh)
