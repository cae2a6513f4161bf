"""One site, live: its power against the limit, who gets what, and why."""

from datetime import UTC, datetime
from typing import Any

from nicegui import ui

from contactor.console.api_client import ApiRefusal, ApiUnreachable, Json, part
from contactor.console.pages.site_editor import edit_site
from contactor.console.role import Role
from contactor.console.section import Section
from contactor.console.together import together
from contactor.console.visit import Visit
from contactor.ui.blocks import banner, button, card, facts, modal, page_head
from contactor.ui.components import Column, LineChart, RecordTable, Series
from contactor.ui.frame import Crumb, tag, words
from contactor.ui.writing import number

ASKED_EVERY_S = 3.0
POINTS = 300
SHARES = (
    Column("place", "Connector", "mono"),
    Column("station_id", "Station", "link", to="/stations/"),
    Column("transaction_id", "Transaction", "link", to="/transactions/"),
    Column("soc", "SoC, %", "number"),
    Column("demand", "Could use, kW", "kw"),
    Column("share", "Gets, kW", "kw"),
    Column("in_force", "In force, kW", "kw"),
)
RESERVES = (
    Column("place", "Connector", "mono"),
    Column("power", "Kept, kW", "kw"),
    Column("why", "Why"),
)


class _Live:
    """What changes on the page, asked anew while somebody looks."""

    def __init__(self, visit: Visit, site_id: str, power: Json) -> None:
        self._visit = visit
        self._path = f"/sites/{part(site_id)}/power"
        self._used: list[tuple[float, float]] = []
        self._limit: list[tuple[float, float]] = []
        self._over = banner("What cannot be limited takes more than the limit allows.", "error")
        with tag("div", "grid-2"):
            with card("Power now"):
                self._facts = tag("div")
            with card("Power against the limit"):
                lines = [
                    Series("Measured", "var(--series-1)", area=True),
                    Series("Limit", "var(--faulted)", dashed=True, step=True),
                ]
                self._chart = LineChart(lines, label="The site's power against its limit", height=200)
        with card("Who gets what", body=False):
            empty = ("No car charges that can be limited", "As soon as one does, its share stands here.")
            self._shares = RecordTable(SHARES, keyed="place", caption="Shares", empty=empty)
        with card("Taken off first, and why", body=False):
            empty = ("Nothing is kept back", "All of the limit can be shared.")
            self._reserves = RecordTable(RESERVES, keyed="key", caption="Reserved power", empty=empty)
        self._show(power)
        ui.timer(ASKED_EVERY_S, self._ask)

    async def _ask(self) -> None:
        if self._visit.session.is_over:
            return
        try:
            self._show(await self._visit.api.get(self._path))
        except (ApiRefusal, ApiUnreachable):
            return  # the page's own line says that it is stale

    def _show(self, power: Json) -> None:
        self._over.set_visibility(power["is_over"])
        self._facts.clear()
        with self._facts:
            facts([(name, f"{number(power[key] / 1000, 1)} kW") for name, key in _FIGURES])
        now_ms = datetime.now(UTC).timestamp() * 1000
        self._used = [*self._used, (now_ms, power["measured_w"] / 1000)][-POINTS:]
        self._limit = [*self._limit, (now_ms, power["limit_w"] / 1000)][-POINTS:]
        self._chart.show([self._used, self._limit])
        self._shares.show([_share(each) for each in power["shares"]])
        self._reserves.show([_reserve(each, index) for index, each in enumerate(power["reserves"])])


_FIGURES = (
    ("Limit", "limit_w"),
    ("Measured", "measured_w"),
    ("May be drawn", "committed_w"),
    ("Kept back", "reserved_w"),
    ("Free", "free_w"),
)


def _share(view: Json) -> dict[str, object]:
    return {
        "place": f"{view['station_id']} / {view['connector_id']}",
        "station_id": view["station_id"],
        "transaction_id": view["transaction_id"],
        "soc": view["soc_percent"],
        "demand": view["demand_w"],
        "share": view["share_w"],
        "in_force": view["in_force_w"],
    }


def _reserve(view: Json, index: int) -> dict[str, object]:
    place = f"{view['station_id']} / {view['connector_id']}"
    return {"key": index, "place": place, "power": view["power_w"], "why": view["why"]}


async def build(visit: Visit) -> None:
    """Build the page."""
    site_id = visit.parameters["site_id"]
    path = f"/sites/{part(site_id)}"

    async def fetch() -> list[Json]:
        return await together(visit.api.get(path), visit.api.get(f"{path}/power"))

    with visit.frame(Crumb("Sites", "/sites"), Crumb(site_id), current="/sites"):
        section = Section(visit, fetch, lambda found: _show(visit, section, *found))


def _show(visit: Visit, section: "Section[Any]", site: Json, power: Json) -> None:
    under = f"Stations: {len(site['members'])}. Shared by: {site['policy'].replace('_', ' ')}"
    with page_head(site["name"] or site["site_id"], under):
        if visit.may(Role.ADMIN):
            button("Remove", lambda: _remove(visit, site), kind="plain danger")
        if visit.may(Role.OPERATOR):
            button("Change", lambda: edit_site(visit, site, section.refresh), icon="edit", kind="solid")
    if not site["is_active"]:
        banner("The site is only watched: no limit is sent.")
    _Live(visit, site["site_id"], power)


def _remove(visit: Visit, site: Json) -> None:
    with modal("Remove the site") as dialog:
        with tag("div", "dialog-head"):
            words("h2", f"Remove {site['site_id']}?").style("font-size: 17px")
            words("p", "Its stations stay, and go by the limits they have until those are cleared.", "muted")

        async def remove() -> None:
            path = f"/sites/{part(site['site_id'])}"
            work = lambda: visit.api.send("DELETE", path, if_match=site["etag"])  # noqa: E731 - a name for one call
            if await visit.attempt(Role.ADMIN, work, "Removed."):
                ui.navigate.to("/sites")

        with tag("div", "dialog-foot"):
            button("Cancel", dialog.close)
            button("Remove the site", remove, kind="solid danger")
    dialog.open()
