"""What came of a storm, for people as lines and for programs as JSON."""

import json

from rich.console import Console
from rich.text import Text

from contactor import __version__
from contactor.storm.verdict import Verdict


def print_verdict(verdict: Verdict, *, as_json: bool) -> None:
    """Print it; whatever a checker says stays text, and a line stays a line."""
    if as_json:
        print(json.dumps(_plain(verdict)))
        return
    console, figures = Console(highlight=False, soft_wrap=True), verdict.figures
    for each in verdict.violations:
        console.print(Text.assemble((each.invariant, "red"), f"  {each.at_s:.1f} s  {each.station}  {each.what}"))
    settled = "did not settle" if figures.settled_after_s is None else f"settled after {figures.settled_after_s:.0f} s"
    pace = f"{figures.wall_s:.1f} s ({figures.hours_per_second:.1f} a second)"
    console.print(
        f"{figures.station_hours:.1f} station-hours in {pace}, "
        f"{figures.frames} messages, {figures.troubles.total()} troubles, {figures.orders.total()} orders; {settled}"
    )
    console.print(
        f"{figures.transactions} transactions, {figures.readings} readings, {figures.energy_wh} Wh: "
        f"{'nothing was lost' if verdict.is_good else f'{len(verdict.violations)} VIOLATIONS'}"
    )
    console.print(f"trace {verdict.digest[:16]}")


def _plain(verdict: Verdict) -> dict[str, object]:
    figures = verdict.figures
    return {
        "storm": verdict.scenario,
        "seed": verdict.seed,
        "version": __version__,
        "digest": verdict.digest,
        "violations": [
            {"invariant": each.invariant, "station": each.station, "at_s": each.at_s, "what": each.what}
            for each in verdict.violations
        ],
        "station_hours": round(figures.station_hours, 2),
        "wall_s": round(figures.wall_s, 2),
        "messages": figures.frames,
        "transactions": figures.transactions,
        "readings": figures.readings,
        "energy_wh": figures.energy_wh,
        "orders": dict(figures.orders),
        "troubles": dict(figures.troubles),
        "codes": dict(figures.codes),
    }
