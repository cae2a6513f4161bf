"""Reports: energy and use, costs, and alarms over a time, as a table and bars, and as files."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from nicegui import ui

from contactor.console.api_client import API, Json
from contactor.console.periods import PERIODS
from contactor.console.report_kinds import KINDS, Measure, ReportKind
from contactor.console.section import Section
from contactor.console.visit import Visit
from contactor.ui.blocks import banner, button, card, page_head
from contactor.ui.components import Bar, BarChart, RecordTable, Row
from contactor.ui.frame import Crumb, tag, words

OWN = "Between two times"
GIVEN = "The last 30 days"
BARS_MAX = 40
"""More are in the table."""
FORMATS = {"csv": "CSV", "json": "JSON", "html": "Page to print"}


class _Choice:
    """What is reported on, as the controls say it."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._section: Section[tuple[ReportKind, Json]] | None = None
        with tag("div", "row-of card-body"):
            titles = {name: kind.title for name, kind in KINDS.items()}
            self._kind = ui.select(titles, value="energy", label="Report", on_change=self._other_kind)
            self._by = ui.select(dict(self.kind.groups), value="station", label="A line for each")
            self._period = ui.select([*PERIODS, OWN], value=GIVEN, label="Time", on_change=self._other_period)
            self._bounds = [ui.input(label).props("type=datetime-local stack-label") for label in ("From", "Until")]
            for control in (self._kind, self._by, self._period, *self._bounds):
                control.props("outlined dense debounce=400").classes("narrow")
            for control in (self._by, *self._bounds):
                control.on_value_change(self.refresh)
        self._show_bounds()

    @property
    def kind(self) -> ReportKind:
        return KINDS[str(self._kind.value)]

    def attach(self, section: Section[tuple[ReportKind, Json]]) -> None:
        """Have a part of the page follow the choice."""
        self._section = section

    async def refresh(self) -> None:
        """Fetch again."""
        if self._section is not None:
            await self._section.refresh()

    async def fetch(self) -> tuple[ReportKind, Json]:
        """The report that is chosen, and what the API says."""
        kind = self.kind
        return kind, await self._visit.api.get(kind.path, **self._wanted())

    def download(self, form: str) -> None:
        """Save the report as a file."""
        wanted = {name: value for name, value in self._wanted().items() if value}
        if self.kind.formats:
            wanted["format"] = form
        ui.download(f"{API}{self.kind.path}?{urlencode(wanted)}", f"{self._kind.value}-by-{self._by.value}.{form}")

    def _wanted(self) -> dict[str, Any]:  # Any: parameters of whatever type the API takes
        first, last = self.kind.times
        if self._period.value == OWN:
            since, until = (self._visit.instant(each.value) if each.value else None for each in self._bounds)
        else:
            start, end = PERIODS[str(self._period.value)](datetime.now(self._visit.zone))
            since, until = start.isoformat(), None if end is None else end.isoformat()
        return {"by": self._by.value, first: since, last: until}

    async def _other_kind(self) -> None:
        groups = dict(self.kind.groups)
        known = next((name for name in groups if name == self._by.value), None)
        self._by.set_options(groups, value=known or next(iter(groups)))
        await self.refresh()

    async def _other_period(self) -> None:
        self._show_bounds()
        await self.refresh()

    def _show_bounds(self) -> None:
        for control in self._bounds:
            control.set_visibility(self._period.value == OWN)


async def build(visit: Visit) -> None:
    """Build the page."""
    buttons: dict[str, ui.button] = {}
    choice: _Choice

    def show(found: tuple[ReportKind, Json]) -> None:
        kind, answer = found
        for form, made in buttons.items():
            made.set_visibility(form == "json" or form in kind.formats)
        _show(kind, kind.lines(answer), kind.total(answer))

    with visit.frame(Crumb("Reports")):
        with page_head("Reports", "What stations, sites and months came to"):
            for form, label in FORMATS.items():
                buttons[form] = button(label, lambda form=form: choice.download(form), icon="download")
        with card(body=False):
            choice = _Choice(visit)
        choice.attach(Section(visit, choice.fetch, show))


def _show(kind: ReportKind, lines: list[Row], total: Row | None) -> None:
    with card("Chart") as head:
        if lines:
            _bars(kind, lines, head)
        else:
            words("p", "Nothing to draw.", "muted")
    with card(kind.title, body=False):
        empty = ("Nothing in this time", "Choose another time, or another report.")
        table = RecordTable(kind.columns, keyed="key", caption=kind.title, empty=empty)
        table.show([{**line, "key": key} for key, line in enumerate([*lines, *([] if total is None else [total])])])
    banner(kind.about, "info")


def _bars(kind: ReportKind, lines: list[Row], head: ui.element) -> None:
    """Bars of one figure; which, the reader chooses."""
    measures = {each.name: each for each in kind.measures}

    def draw() -> None:
        place.clear()
        with place:
            _chart(measures[str(chosen.value)], lines)

    labels = {name: each.label for name, each in measures.items()}
    with head:
        chosen = ui.select(labels, value=kind.measures[0].name, label="Figure", on_change=draw)
        chosen.props("outlined dense").classes("narrow")
    place = tag("div", "stack")
    draw()


def _chart(measure: Measure, lines: list[Row]) -> None:
    values = [(str(line["name"]), line[measure.name]) for line in lines]
    bars = [Bar(name, value if isinstance(value, int | float) else None) for name, value in values]
    BarChart(
        bars[:BARS_MAX],
        label=measure.label,
        unit=measure.unit,
        decimals=measure.decimals,
        top=measure.top,
        left=max(0, len(bars) - BARS_MAX),
    )
