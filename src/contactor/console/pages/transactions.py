"""Transactions: found by station, tag, state and time, and saved as a file."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from nicegui import ui

from contactor.console.api_client import API, Json
from contactor.console.live import keep_new
from contactor.console.section import PAGE, Records
from contactor.console.visit import Visit, choices
from contactor.ui.blocks import button, card, page_head
from contactor.ui.components import Column, RecordTable, Row
from contactor.ui.frame import Crumb, tag
from contactor.ui.writing import milliseconds

_CHANGED_BY = ("transaction_started", "transaction_stopped", "transaction_suspect", "cost_settled")
_OF_ONE_STATION = 15
COLUMNS = (
    Column("transaction_id", "Transaction", "open"),
    Column("station_id", "Station", "link", to="/stations/"),
    Column("connector_id", "Connector", "number"),
    Column("id_tag", "Id tag", "mono"),
    Column("state", "State", "pill"),
    Column("started_at", "Started", "instant"),
    Column("duration", "Duration", "duration"),
    Column("energy_wh", "Energy, kWh", "kwh"),
    Column("cost", "Cost", "money"),
    Column("stop_reason", "Ended by"),
    Column("suspicions", "Suspect because"),
)


def transaction_row(view: Json) -> Row:
    """A transaction as a row."""
    started, stopped = milliseconds(view["started_at"]), milliseconds(view["stopped_at"])
    return {
        "transaction_id": view["transaction_id"],
        "station_id": view["station_id"],
        "connector_id": view["connector_id"],
        "id_tag": view["id_tag"],
        "state": view["state"],
        "started_at": started,
        "duration": None if stopped is None or started is None else (stopped - started) / 1000,
        "energy_wh": view["energy_wh"],
        "cost": None if view["cost_total"] is None else f"{view['cost_total']} {view['currency']}",
        "stop_reason": view["stop_reason"],
        "suspicions": ", ".join(each.replace("_", " ") for each in view["suspicions"]),
    }


def transaction_records(
    visit: Visit, table: RecordTable, wanted: Callable[[], dict[str, Any]], *, station_id: str | None = None
) -> Records:
    """Transactions, kept new."""
    records = Records(
        visit,
        "/transactions",
        table,
        transaction_row,
        wanted=wanted,
        limit=PAGE if station_id is None else _OF_ONE_STATION,
    )
    keep_new(visit, records.refresh, *_CHANGED_BY, station_id=station_id)
    return records


def transaction_table(columns: tuple[Column, ...] = COLUMNS) -> RecordTable:
    """The table of transactions; a row opens its page."""
    return RecordTable(
        columns,
        keyed="transaction_id",
        caption="Transactions",
        empty=("No transaction fits", "Change the filters, or start a charge."),
        on_open=lambda number: ui.navigate.to(f"/transactions/{int(number)}"),
    )


async def build(visit: Visit) -> None:
    """Build the page."""
    with visit.frame(Crumb("Transactions")):
        with page_head("Transactions", "Every charge in the ledger, the newest first"):
            button("Export as CSV", lambda: ui.download(export_url(), "transactions.csv"), icon="download")
        with card(body=False):
            with tag("div", "row-of card-body"):
                station = ui.input("Station").props("outlined dense clearable").classes("narrow")
                badge = ui.input("Id tag").props("outlined dense clearable maxlength=20").classes("narrow")
                states = choices(("open", "stopped", "stop_missing"), "Any state")
                state = ui.select(states, value="", label="State").props("outlined dense").classes("narrow")
                doubts = {"": "Suspect or not", "true": "Suspect only", "false": "Not suspect"}
                suspect = ui.select(doubts, value="", label="Suspect").props("outlined dense").classes("narrow")
                since = (
                    ui.input("Started from").props("outlined dense type=datetime-local stack-label").classes("narrow")
                )
                until = ui.input("Started before").props("outlined dense type=datetime-local stack-label")
                until.classes("narrow")

            def wanted() -> dict[str, Any]:  # Any: parameters of whatever type the API takes
                return {
                    "station_id": station.value,
                    "id_tag": badge.value,
                    "state": state.value,
                    "suspect": suspect.value,
                    "started_from": visit.instant(since.value) if since.value else None,
                    "started_before": visit.instant(until.value) if until.value else None,
                }

            def export_url() -> str:
                known = {name: value for name, value in wanted().items() if value}
                return f"{API}/transactions/export?{urlencode({'format': 'csv', **known})}"

            records = transaction_records(visit, transaction_table(), wanted)
            for control in (station, badge, state, suspect, since, until):
                control.on_value_change(records.refresh)
                if isinstance(control, ui.input):
                    control.props("debounce=400")
