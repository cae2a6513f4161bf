"""The central system: what runs, on which database, what waits, and how fast messages are answered."""

from contactor.console.api_client import Json
from contactor.console.section import Section
from contactor.console.together import together
from contactor.console.visit import Visit
from contactor.ui.blocks import button, card, facts, page_head
from contactor.ui.frame import Crumb, tag
from contactor.ui.writing import number


async def build(visit: Visit) -> None:
    """Build the page."""
    section: Section[list[Json]]

    async def fetch() -> list[Json]:
        return await together(visit.api.get("/system"), visit.api.get("/events", after=2**53 - 1, limit=1))

    with visit.frame(Crumb("System")):
        with page_head("System", "The central system behind this console"):
            button("Refresh", lambda: section.refresh(), icon="refresh")
        section = Section(visit, fetch, lambda found: _show(visit, *found))


def _show(visit: Visit, system: Json, events: Json) -> None:
    with tag("div", "grid-2"):
        with card("Central system"):
            facts(
                [
                    ("Version", system["version"]),
                    ("Database", system["database"]),
                    ("Waiting to be written", number(system["writer_waiting"])),
                    ("Events told so far", number(events["latest"])),
                    ("Oldest event kept", number(events["oldest"])),
                ]
            )
        with card("Stations"):
            facts(
                [
                    ("Known", number(system["stations_known"])),
                    ("Connected", number(system["stations_connected"])),
                    ("Online", number(system["stations_online"])),
                ]
            )
        with card("This console"):
            facts(
                [
                    ("Stations on its board", number(len(visit.console.hub.board))),
                    ("Open tabs", number(len(visit.console.hub.tabs))),
                    ("Feed", visit.console.hub.state["state"]),
                    ("You", f"{visit.session.name}, {visit.session.role}"),
                ]
            )
