"""A report as a page to print: a table, and bars that need nothing but the page itself."""

from collections.abc import Callable, Sequence
from html import escape

from contactor.central.milliseconds import from_ms
from contactor.central.reports.figures import Line, Report

BARS_MAX = 60
"""More could not be told apart on paper; the table has all."""
_WIDTH, _ROW, _LABEL = 760, 18, 200
_HEADS = ("Sessions", "Energy, kWh", "Charging, h", "Utilisation", "Uptime")

_STYLE = (
    ":root{--bar:#2457e6}body{font:13px/1.45 system-ui,sans-serif;margin:0;color:#111;background:#fff}"
    "main{max-width:800px;margin:24px auto;padding:0 16px}h2{font-size:15px;margin:24px 0 4px}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:right;padding:3px 8px;border-bottom:1px solid #ddd;"
    "font-variant-numeric:tabular-nums;overflow-wrap:anywhere}th:first-child{text-align:left}"
    "thead{display:table-header-group}tr,svg{break-inside:avoid}tfoot{font-weight:600}"
    "svg{width:100%;height:auto}rect{fill:var(--bar)}text{font-size:11px}"
    "@page{size:A4;margin:15mm}@media print{main{max-width:none;margin:0;padding:0}"
    "rect{print-color-adjust:exact;-webkit-print-color-adjust:exact}}"
)


def as_html(report: Report) -> str:
    """The report as a page."""
    heads = "".join(f'<th scope="col">{head}</th>' for head in (report.by.value.capitalize(), *_HEADS))
    rows = "".join(_row(line) for line in report.lines)
    charts = "".join(
        f"<h2>{title}</h2>{_bars(report.lines, title, value, words)}"
        for title, value, words in (
            ("Energy, kWh", lambda line: line.energy_wh / 1000, "{:,.1f}"),
            ("Sessions", lambda line: float(line.sessions), "{:,.0f}"),
            ("Utilisation, %", lambda line: 100 * (line.utilisation or 0.0), "{:.1f}"),
            ("Uptime, %", lambda line: 100 * (line.uptime or 0.0), "{:.1f}"),
        )
    )
    first, last = (from_ms(at_ms).strftime("%Y-%m-%d %H:%M") for at_ms in (report.span.from_ms, report.span.until_ms))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>Energy report</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>Energy by {report.by}</h1><p>{first} to {last} UTC</p>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody><tfoot>{_row(report.total)}</tfoot></table>"
        f"{charts}</main></body></html>\n"
    )


def _row(line: Line) -> str:
    cells = (
        f"{line.sessions}",
        f"{line.energy_wh / 1000:,.3f}",
        f"{line.charging_s / 3600:,.1f}",
        _percent(line.utilisation),
        _percent(line.uptime),
    )
    return f'<tr><th scope="row">{escape(line.name)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _bars(lines: Sequence[Line], title: str, value: Callable[[Line], float], words: str) -> str:
    """A bar for each line, from the top; how many are left out is said."""
    shown = lines[:BARS_MAX]
    if not shown:
        return "<p>Nothing to show.</p>"
    top = max(value(line) for line in shown) or 1.0
    room = _WIDTH - _LABEL - 80
    bars = "".join(
        f'<text x="0" y="{y + 12}">{escape(line.name[:30])}</text>'
        f'<rect x="{_LABEL}" y="{y + 2}" width="{value(line) / top * room:.1f}" height="{_ROW - 6}"/>'
        f'<text x="{_LABEL + value(line) / top * room + 6:.1f}" y="{y + 12}">{words.format(value(line))}</text>'
        for y, line in ((_ROW * at, line) for at, line in enumerate(shown))
    )
    rest = f"<p>{len(lines) - BARS_MAX} more are in the table.</p>" if len(lines) > BARS_MAX else ""
    return f'<svg viewBox="0 0 {_WIDTH} {_ROW * len(shown)}" role="img" aria-label="{title}">{bars}</svg>{rest}'
