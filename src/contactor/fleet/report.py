"""What a fleet's run was like: JSON for programs, and a page with charts for people that needs nothing but itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from html import escape

from contactor.fleet.plan import FleetPlan
from contactor.fleet.tally import Sample

CHART_WIDTH, CHART_HEIGHT = 760, 180
POINTS_MAX = 400


@dataclass(frozen=True, slots=True)
class Report:
    """A run: what was planned, when it began, its samples, and its troubles by their words."""

    plan: FleetPlan
    began_at: datetime
    version: str
    samples: Sequence[Sample]
    troubles: Mapping[str, int]

    @property
    def last(self) -> Sample:
        """How it ended."""
        return self.samples[-1] if self.samples else Sample()

    def rate(self, count: Callable[[Sample], int], sample: Sample, before: Sample) -> float:
        """What was counted a second between two samples."""
        passed_s = sample.at_s - before.at_s
        return (count(sample) - count(before)) / passed_s if passed_s > 0 else 0.0

    def all_accepted_after_s(self) -> float | None:
        """When the last station had booted; None if that never came."""
        return next((each.at_s for each in self.samples if 0 < each.stations == each.accepted), None)


def as_json(report: Report) -> dict[str, object]:
    """The report as JSON values; keys of stations and their seed are not in it."""
    return {
        "contactor": report.version,
        "began_at": report.began_at.isoformat(),
        "url": report.plan.url,
        "stations": report.plan.station_count,
        "speed": report.plan.speed,
        "seed": report.plan.seed,
        "all_accepted_after_s": report.all_accepted_after_s(),
        "end": asdict(report.last),
        "troubles": dict(report.troubles),
        "samples": [asdict(sample) for sample in report.samples],
    }


def as_html(report: Report) -> str:
    """The report as a page."""
    last, accepted_s = report.last, report.all_accepted_after_s()
    facts = {
        "Central system": report.plan.url,
        "Stations": f"{last.stations}",
        "All accepted after": "not all were" if accepted_s is None else f"{accepted_s:.1f} s",
        "Duration": f"{last.at_s:.0f} s",
        "Messages sent / received": f"{last.frames_sent} / {last.frames_received}",
        "Drivers who came": f"{last.visits} ({last.charged} charged, {last.refused} refused, {last.turned_away} left)",
        "Energy delivered": f"{last.energy_wh / 1000:.1f} kWh",
        "Not confirmed at the end": f"{last.owed}",
        "Troubles": f"{last.troubles}",
    }
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in facts.items())
    troubles = "".join(
        f"<tr><td>{escape(what)}</td><td>{count}</td></tr>"
        for what, count in sorted(report.troubles.items(), key=lambda each: -each[1])
    )
    times_s = [each.at_s for each in report.samples]
    charts = "".join(
        f"<h2>{escape(title)}</h2>{_chart(list(zip(times_s, values, strict=True)), title)}"
        for title, values in _series(report)
    )
    listed = f"<h2>Troubles</h2><table>{troubles}</table>" if troubles else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>Fleet run</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>Fleet run</h1>"
        f"<p>{escape(report.began_at.strftime('%Y-%m-%d %H:%M UTC'))}, contactor {escape(report.version)}</p>"
        f"<table>{rows}</table>{charts}{listed}</main></body></html>\n"
    )


_STYLE = (
    ":root{color-scheme:light dark;--line:#2457e6;--grid:#8884}"
    "@media (prefers-color-scheme:dark){:root{--line:#6d97ff}}"
    "body{font:14px/1.45 system-ui,sans-serif;margin:0}main{max-width:800px;margin:24px auto;padding:0 16px}"
    "h2{font-size:15px;margin:24px 0 4px}table{border-collapse:collapse}th,td{text-align:left;padding:4px 16px 4px 0;"
    "font-weight:400;font-variant-numeric:tabular-nums}th{opacity:.7}svg{display:block;width:100%;height:180px;overflow:visible}"
    "polyline{fill:none;stroke:var(--line);stroke-width:2}line{stroke:var(--grid)}"
    "polyline,line{vector-effect:non-scaling-stroke}"
    "figure{margin:0;font-size:12px;font-variant-numeric:tabular-nums}figcaption{display:flex;justify-content:space-between}"
)


def _series(report: Report) -> list[tuple[str, list[float]]]:
    before = [Sample(), *report.samples]
    rates = [
        report.rate(lambda each: each.frames_sent + each.frames_received, sample, earlier)
        for earlier, sample in zip(before, report.samples, strict=False)
    ]
    return [
        ("Stations accepted", [float(each.accepted) for each in report.samples]),
        ("Cars charging", [float(each.charging) for each in report.samples]),
        ("Power, kW", [each.power_w / 1000 for each in report.samples]),
        ("Messages a second, both ways", rates),
        ("Messages owed", [float(each.owed) for each in report.samples]),
        ("Troubles so far", [float(each.troubles) for each in report.samples]),
    ]


def _chart(points: Sequence[tuple[float, float]], title: str) -> str:
    """A line over time, thinned to what a screen can show; its last and highest values are also in words."""
    if not points:
        return "<p>Nothing was sampled.</p>"
    step = max(1, len(points) // POINTS_MAX)
    shown = [*points[::step], points[-1]]
    end_s, top = max(points[-1][0], 1e-9), max(1.0, max(value for _, value in points))
    line = " ".join(
        f"{at_s / end_s * CHART_WIDTH:.1f},{CHART_HEIGHT - value / top * CHART_HEIGHT:.1f}" for at_s, value in shown
    )
    grid = "".join(
        f'<line x1="0" x2="{CHART_WIDTH}" y1="{y:.0f}" y2="{y:.0f}"/>'
        for y in (0.0, CHART_HEIGHT / 2, float(CHART_HEIGHT))
    )
    words = f"{title}: at most {top:.0f}, {points[-1][1]:.0f} at the end"
    # The labels are no part of the drawing, which is stretched to the page: they stay readable on a telephone.
    return (
        f'<figure>{top:,.0f}<svg viewBox="0 0 {CHART_WIDTH} {CHART_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(words)}">{grid}<polyline points="{line}"/></svg>'
        f"<figcaption><span>0 s</span><span>{end_s:.0f} s</span></figcaption></figure>"
    )
