"""Sites: stations behind one connection to the grid, with its limit and how that is shared."""

from nicegui import ui

from contactor.console.api_client import Json, part
from contactor.console.pages.site_editor import edit_site
from contactor.console.role import Role
from contactor.console.section import Records
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, page_head
from contactor.ui.components import Column, RecordTable, Row
from contactor.ui.frame import Crumb

COLUMNS = (
    Column("site_id", "Site", "open"),
    Column("name", "Name"),
    Column("limit_w", "Limit, kW", "kw"),
    Column("windows", "Windows", "number"),
    Column("policy", "Shared by"),
    Column("stations", "Stations", "number"),
    Column("state", "State", "pill"),
)


def _row(view: Json) -> Row:
    return {
        "site_id": view["site_id"],
        "name": view["name"],
        "limit_w": view["limit_w"],
        "windows": len(view["windows"]),
        "policy": view["policy"].replace("_", " "),
        "stations": len(view["members"]),
        "state": "active" if view["is_active"] else "watched",
    }


async def build(visit: Visit) -> None:
    """Build the page."""
    records: Records
    with visit.frame(Crumb("Sites")):
        with page_head("Sites", "Stations that share a connection to the grid, and its limit"):
            if visit.may(Role.ADMIN):
                button("Add site", lambda: edit_site(visit, None, records.refresh), icon="add", kind="solid")
        with card(body=False):
            table = RecordTable(
                COLUMNS,
                keyed="site_id",
                caption="Sites",
                empty=("No site yet", "Add one: its stations will share its limit among their cars."),
                on_open=lambda key: ui.navigate.to(f"/sites/{part(key)}"),
            )
            records = Records(visit, "/sites", table, _row, cursor="after")
