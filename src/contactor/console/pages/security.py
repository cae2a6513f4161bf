"""Security events: what stations report of tampering, failed logins and the like."""

from nicegui import ui

from contactor.console.api_client import Json
from contactor.console.section import Records
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, page_head
from contactor.ui.components import Column, RecordTable, Row
from contactor.ui.frame import Crumb, tag
from contactor.ui.writing import milliseconds

COLUMNS = (
    Column("happened_at", "When", "instant"),
    Column("station_id", "Station", "link", to="/stations/"),
    Column("type", "Event", "mono"),
    Column("details", "Details"),
)


def _row(view: Json) -> Row:
    return {
        "number": view["number"],
        "happened_at": milliseconds(view["happened_at"]),
        "station_id": view["station_id"],
        "type": view["type"],
        "details": view["details"],
    }


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records
    with visit.frame(Crumb("Security events")):
        with page_head("Security events", "What stations report of tampering, failed connections and resets"):
            button("Refresh", lambda: records.refresh(), icon="refresh")
        with card(body=False):
            with tag("div", "row-of card-body"):
                station = ui.input("Station").props("outlined dense clearable debounce=400").classes("narrow")
            table = RecordTable(
                COLUMNS, keyed="number", caption="Security events", empty=("No security event", "That is good news.")
            )
            records = Records(visit, "/security-events", table, _row, wanted=lambda: {"station_id": station.value})
            station.on_value_change(records.refresh)
