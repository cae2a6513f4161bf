"""The central system: what runs, on which database, what waits, and how fast messages are answered, live."""

from contactor.console import pulse
from contactor.console.api_client import Json
from contactor.console.live import keep_asking
from contactor.console.section import Section
from contactor.console.together import together
from contactor.console.visit import Visit
from contactor.ui.blocks import banner, card, facts, page_head
from contactor.ui.components import LineChart, Series
from contactor.ui.frame import Crumb, tag
from contactor.ui.writing import number

ASKED_EVERY_S = 3.0
GAP_S = 10.0
"""A line is not drawn through a time in which nobody looked."""
SOON = "The first figures come in a few seconds."
CHARTS = (
    (
        "Messages and commits",
        SOON,
        "/s",
        (
            Series("Messages answered", "var(--series-1)", area=True, gapS=GAP_S, column=pulse.ANSWERS),
            Series("Commits", "var(--series-2)", gapS=GAP_S, column=pulse.COMMITS),
            Series("Items written", "var(--series-3)", dashed=True, gapS=GAP_S, column=pulse.WRITTEN),
        ),
    ),
    (
        "Answer time, in the mean",
        "Nothing was answered in this time.",
        "ms",
        (Series("Answer time", "var(--series-1)", area=True, gapS=GAP_S, column=pulse.ANSWER_MS),),
    ),
    (
        "Waiting to be written",
        SOON,
        "items",
        (Series("Waiting", "var(--series-4)", area=True, step=True, gapS=GAP_S, column=pulse.WAITING),),
    ),
)
WINDOW_S = 900.0


async def build(visit: Visit) -> None:
    """Build the page."""

    async def fetch() -> list[Json]:
        return await together(visit.api.get("/system"), visit.api.get("/events", after=2**53 - 1, limit=1))

    with visit.frame(Crumb("System")):
        with page_head("System", "The central system behind this console, in the last quarter of an hour"):
            pass
        with tag("div", "grid-2 collapses"):
            for title, empty, unit, series in CHARTS:
                with card(title):
                    LineChart(
                        series,
                        label=title,
                        unit=unit,
                        height=200,
                        topic="system",
                        window_s=WINDOW_S,
                        empty=empty,
                    )
            with card("Central system"):
                section = Section(visit, fetch, lambda found: _show(*found))
            with card("Stations"):
                stations = Section(visit, lambda: visit.api.get("/system"), _show_stations)
            with card("This console"):
                console = Section(visit, lambda: _of_console(visit), facts)

        async def again() -> None:
            await together(section.refresh(), stations.refresh(), console.refresh())

        keep_asking(visit, again, every_s=ASKED_EVERY_S)


def _show(system: Json, events: Json) -> None:
    for warning in system["warnings"]:
        banner(f"{warning[0].upper()}{warning[1:]}.")
    facts(
        [
            ("Version", system["version"]),
            ("Database", system["database"]),
            ("Commits since the start", number(system["commits"])),
            ("Messages answered since the start", number(system["requests_answered"])),
            ("Events told so far", number(events["latest"])),
            ("Oldest event kept", number(events["oldest"])),
        ]
    )


def _show_stations(system: Json) -> None:
    facts(
        [
            ("Known", number(system["stations_known"])),
            ("Connected", number(system["stations_connected"])),
            ("Online", number(system["stations_online"])),
        ]
    )


async def _of_console(visit: Visit) -> list[tuple[str, str]]:
    hub = visit.console.hub
    return [
        ("Stations on its board", number(len(hub.board))),
        ("Open tabs", number(len(hub.tabs))),
        ("Feed", hub.state["state"]),
        ("You", f"{visit.session.name}, {visit.session.role}"),
    ]
