"""Messages of all stations, as the log keeps them: by station, action and direction; each told whole on request."""

from nicegui import ui

from contactor.console.api_client import Json
from contactor.console.frames import message_row, pretty
from contactor.console.section import Records
from contactor.console.visit import Visit, choices
from contactor.ocpp.actions import ACTIONS
from contactor.ui.blocks import button, card, modal, page_head
from contactor.ui.components import Column, RecordTable
from contactor.ui.frame import Crumb, tag, words

COLUMNS = (
    Column("at", "When", "second"),
    Column("station", "Station", "link", to="/stations/"),
    Column("direction", "Way"),
    Column("action", "Action", "mono"),
    Column("gist", "What"),
    Column("took", "ms", "ms"),
    Column("number", "Number", "open"),
)
NOT_KEPT = "Messages are kept where the central system's setting log_messages is true."


def show_frame(message: Json) -> None:
    """Show a message whole."""
    with modal("Message", wide=True) as dialog:
        with tag("div", "dialog-head"):
            words("h2", message["action"] or "Unreadable message").style("font-size: 17px")
            way = "from" if message["direction"] == "in" else "to"
            words("p", f"{way} {message['station_id']}, number {message['number']}", "muted")
        with tag("div", "dialog-body"):
            words("pre", pretty(message["frame"]), "code").props("tabindex=0")
        with tag("div", "dialog-foot"):
            button("Close", dialog.close)
    dialog.open()


def message_records(visit: Visit, station_id: str | None = None) -> Records:
    """The log with its filters, of all stations or of one."""
    with tag("div", "row-of card-body"):
        station = ui.input("Station").props("outlined dense clearable debounce=400").classes("narrow")
        station.set_visibility(station_id is None)
        names = choices(sorted(ACTIONS), "Any action")
        action = ui.select(names, value="", label="Action").props("outlined dense").classes("narrow")
        ways = {"": "Both ways", "in": "From stations", "out": "To stations"}
        direction = ui.select(ways, value="", label="Way").props("outlined dense").classes("narrow")
    columns = tuple(each for each in COLUMNS if station_id is None or each.name != "station")

    def opened(key: str) -> None:
        for message in records.found:
            if str(message["number"]) == key:
                show_frame(message)

    table = RecordTable(
        columns, keyed="number", caption="Messages", empty=("No message fits", NOT_KEPT), on_open=opened
    )
    records = Records(
        visit,
        "/messages",
        table,
        message_row,
        wanted=lambda: {
            "station_id": station_id or station.value,
            "action": action.value,
            "direction": direction.value,
        },
    )
    for control in (station, action, direction):
        control.on_value_change(records.refresh)
    return records


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records
    with visit.frame(Crumb("Messages")):
        with page_head("Messages", "Every text to and from stations, secrets masked"):
            button("Refresh", lambda: records.refresh(), icon="refresh")
        with card(body=False):
            records = message_records(visit)
