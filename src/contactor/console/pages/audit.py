"""The audit: who did what, when, on what and from where."""

from nicegui import ui

from contactor.console.api_client import Json
from contactor.console.section import Records
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, page_head
from contactor.ui.components import Column, RecordTable, Row
from contactor.ui.frame import Crumb, tag
from contactor.ui.writing import milliseconds

COLUMNS = (
    Column("at", "When", "second"),
    Column("who", "Who"),
    Column("what", "Did what", "mono"),
    Column("on_what", "On what"),
    Column("details", "Details"),
    Column("by_way_of", "By way of"),
    Column("address", "From", "mono"),
)


def _row(view: Json) -> Row:
    details = ", ".join(f"{name}: {value}" for name, value in view["details"].items())
    return {
        **{each.name: view[each.name] for each in COLUMNS},
        "at": milliseconds(view["at"]),
        "details": details,
        "number": view["number"],
    }


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records
    with visit.frame(Crumb("Audit")):
        with page_head("Audit", "Who did what, when, and from where"):
            button("Refresh", lambda: records.refresh(), icon="refresh")
        with card(body=False):
            with tag("div", "row-of card-body"):
                who = ui.input("Who").props("outlined dense clearable debounce=400").classes("narrow")
                what = ui.input("Did what").props("outlined dense clearable debounce=400").classes("narrow")
            table = RecordTable(COLUMNS, keyed="number", caption="Audit", empty=("Nothing fits", "Change the filters."))
            records = Records(visit, "/audit", table, _row, wanted=lambda: {"who": who.value, "what": what.value})
            who.on_value_change(records.refresh)
            what.on_value_change(records.refresh)
