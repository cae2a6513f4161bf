"""A report as a page to print: the totals, a table, charts, and what the figures mean; it needs nothing but itself."""

from html import escape

from contactor.central.milliseconds import from_ms
from contactor.central.reports.charts import charts_of
from contactor.central.reports.figures import Line, Report

_HEADS = ("Sessions", "Energy, kWh", "Charging, h", "Utilisation", "Uptime")
_MEANINGS = (
    "Sessions and energy are those of charges that ended in the time. Charging is for how long charges held "
    "connectors; utilisation is that as a share of the time all known connectors were there. Uptime is the share of "
    "the time in which stations were connected. A dash stands where there is nothing to be a share of."
)

_STYLE = (
    ":root{--bar:#2457e6;--ink:#14181f;--soft:#5b6472;--rule:#dfe3ea;--tile:#f5f7fa}"
    "body{font:13px/1.45 system-ui,sans-serif;margin:0;color:var(--ink);background:#fff}"
    "main{max-width:860px;margin:28px auto;padding:0 20px}"
    "h1{font-size:24px;margin:0}header p,footer{color:var(--soft);margin:2px 0 18px}footer{margin:24px 0}"
    "dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(120px,1fr));gap:10px;margin:0 0 22px}"
    "dl div{background:var(--tile);border-radius:8px;padding:10px 12px}dt{color:var(--soft)}"
    "dd{margin:0;font-size:18px;font-weight:600;white-space:nowrap}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    "th,td{text-align:right;padding:4px 8px;border-bottom:1px solid var(--rule);white-space:nowrap}"
    "th:first-child{text-align:left;white-space:normal;overflow-wrap:anywhere;min-width:8em}"
    "tbody th{font-weight:500}thead th{color:var(--soft);font-weight:600}thead{display:table-header-group}"
    "tfoot{display:table-row-group;font-weight:600}tr,figure{break-inside:avoid}"
    ".charts{display:grid;gap:22px;margin-top:26px}.month{grid-template-columns:repeat(auto-fit,minmax(340px,1fr))}"
    "figure{margin:0}figcaption{font-weight:600;margin-bottom:6px;break-after:avoid}"
    ".station figure,.site figure,.model figure{break-inside:auto}"
    "svg{width:100%;height:auto}rect{fill:var(--bar)}text{font-size:12px;fill:var(--ink)}"
    "@page{size:A4;margin:15mm}@media print{main{max-width:none;margin:0;padding:0}.wide{overflow:visible}"
    "dd{font-size:15px}.month{grid-template-columns:1fr 1fr}"
    "rect,dl div{print-color-adjust:exact;-webkit-print-color-adjust:exact}}"
)


def as_html(report: Report) -> str:
    """The report as a page."""
    heads = "".join(f'<th scope="col">{head}</th>' for head in (report.by.value.capitalize(), *_HEADS))
    rows = "".join(_row(line) for line in report.lines)
    first, last = (from_ms(at_ms).strftime("%Y-%m-%d %H:%M") for at_ms in (report.span.from_ms, report.span.until_ms))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Energy by {report.by}, {first} to {last}</title><style>{_STYLE}</style></head><body><main>"
        f"<header><h1>Energy by {report.by}</h1><p>{first} to {last} UTC</p></header>{_totals(report.total)}"
        f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>'
        f"<tfoot>{_row(report.total)}</tfoot></table></div>"
        f"{charts_of(report.lines, report.by)}<footer>{_MEANINGS}</footer></main></body></html>\n"
    )


def _totals(total: Line) -> str:
    """The totals to see at once."""
    each_kwh = f"{total.energy_wh / 1000 / total.sessions:,.1f} kWh" if total.sessions else "-"
    tiles = (
        ("Energy", f"{total.energy_wh / 1000:,.0f} kWh"),
        ("Sessions", f"{total.sessions:,}"),
        ("A session", each_kwh),
        ("Utilisation", _percent(total.utilisation)),
        ("Uptime", _percent(total.uptime)),
    )
    return f"<dl>{''.join(f'<div><dt>{name}</dt><dd>{value}</dd></div>' for name, value in tiles)}</dl>"


def _row(line: Line) -> str:
    cells = (
        f"{line.sessions:,}",
        f"{line.energy_wh / 1000:,.3f}",
        f"{line.charging_s / 3600:,.1f}",
        _percent(line.utilisation),
        _percent(line.uptime),
    )
    return f'<tr><th scope="row">{escape(line.name)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
