"""The charts of a report, as SVG that needs nothing but the page: bars for names, columns for months."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from contactor.central.reports.figures import By, Line

BARS_MAX = 60
"""More could not be told apart on paper; the table has all."""
_WIDTH, _ROW, _LABEL, _VALUE = 760, 18, 200, 80
_LABEL_SIGNS = 24
_STAGE, _HEIGHT, _FOOT, _HEAD, _ROOM_FOR = 400, 150, 18, 16, 8
"""Of a chart of columns; of more than `_ROOM_FOR` only every second, third... is named, and none carries its value."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One figure of every line, None where there is none; `top` fills the whole length, else the highest does."""

    title: str
    value: Callable[[Line], float | None]
    words: str
    top: float | None = None


def percent(share: float | None) -> float | None:
    """A share as a chart shows it."""
    return None if share is None else 100 * share


CHARTS = (
    Chart("Energy, kWh", lambda line: line.energy_wh / 1000, "{:,.0f}"),
    Chart("Sessions", lambda line: float(line.sessions), "{:,.0f}"),
    Chart("Utilisation, %", lambda line: percent(line.utilisation), "{:.1f}"),
    Chart("Uptime, %", lambda line: percent(line.uptime), "{:.1f}", top=100.0),
)


def charts_of(lines: Sequence[Line], by: By) -> str:
    """All charts; how many lines are left out is said."""
    shown = lines[:BARS_MAX]
    if not shown:
        return "<p>Nothing to show.</p>"
    draw = _columns if by is By.MONTH else _bars
    figures = "".join(f"<figure><figcaption>{c.title}</figcaption>{draw(shown, c)}</figure>" for c in CHARTS)
    rest = f"<p>{len(lines) - BARS_MAX} more are in the table.</p>" if len(lines) > BARS_MAX else ""
    return f'<div class="charts {by}">{figures}</div>{rest}'


def _bars(lines: Sequence[Line], chart: Chart) -> str:
    """A bar for each line, from the top."""
    top, room = _top(lines, chart), _WIDTH - _LABEL - _VALUE
    rows = []
    for at, line in enumerate(lines):
        y, value = _ROW * at, chart.value(line)
        length = room * (value or 0.0) / top
        rows.append(
            f'<text x="{_LABEL - 8}" y="{y + 13}" text-anchor="end">{escape(_short(line.name))}</text>'
            f'<rect x="{_LABEL}" y="{y + 3}" width="{length:.1f}" height="{_ROW - 6}" rx="2"/>'
            f'<text x="{_LABEL + length + 6:.1f}" y="{y + 13}">{_told(chart, value)}</text>'
        )
    return _svg(chart, _WIDTH, _ROW * len(lines), "".join(rows))


def _columns(lines: Sequence[Line], chart: Chart) -> str:
    """A column for each month, from the left."""
    top, step = _top(lines, chart), _STAGE / max(len(lines), 6)
    every = -(-len(lines) // _ROOM_FOR)
    columns = []
    for at, line in enumerate(lines):
        x, value = step * at, chart.value(line)
        height = (_HEIGHT - _FOOT - _HEAD) * (value or 0.0) / top
        y = _HEIGHT - _FOOT - height
        columns.append(
            f'<rect x="{x + step * 0.15:.1f}" y="{y:.1f}" width="{step * 0.7:.1f}" height="{height:.1f}" rx="2"/>'
        )
        middle = f'x="{x + step / 2:.1f}" text-anchor="middle"'
        if every == 1:
            columns.append(f'<text {middle} y="{y - 4:.1f}">{_told(chart, value)}</text>')
        if at % every == 0:
            columns.append(f'<text {middle} y="{_HEIGHT - 4}">{escape(line.name)}</text>')
    return _svg(chart, _STAGE, _HEIGHT, "".join(columns))


def _top(lines: Sequence[Line], chart: Chart) -> float:
    return chart.top or max((chart.value(line) or 0.0 for line in lines), default=0.0) or 1.0


def _told(chart: Chart, value: float | None) -> str:
    return "-" if value is None else chart.words.format(value)


def _short(name: str) -> str:
    return name if len(name) <= _LABEL_SIGNS else f"{name[: _LABEL_SIGNS - 1]}…"


def _svg(chart: Chart, width: int, height: int, content: str) -> str:
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{chart.title}">{content}</svg>'
