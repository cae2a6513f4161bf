"""How fast storms go: simulated station-hours per second, for idle, mixed and stormy worlds of several sizes.

    python -m benchmarks.storm
    python -m benchmarks.storm --only everything --stations 50

Each world runs in a process of its own, as one started from the command line would; what that costs before the first
simulated second is told apart.
"""

import argparse
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from time import process_time

from contactor.storm.run import run_storm
from contactor.storm.scenario import Scenario, load_scenario

SEED = 7
HOURS: Mapping[int, float] = {1: 24.0, 50: 2.0, 500: 0.5}
"""How long each world storms, by its stations: long enough to outweigh the stations' first minutes."""
STORM_HOURS: Mapping[int, float] = {5: 3.0, 50: 1.0}
"""The same for worlds with trouble, whose calm takes its time too."""

_DAY = load_scenario("bad_lines")
CALM_WORLDS: Mapping[str, Scenario] = {
    "idle": replace(_DAY, name="idle", visits_per_hour=0, orders_per_hour=0, troubles={}),
    "mixed": replace(_DAY, name="mixed", visits_per_hour=0.5, orders_per_hour=1.0, troubles={}),
}
"""Nobody comes; an ordinary day without trouble."""
STORMS = ("bad_lines", "central_kills", "crowded_forecourt", "everything")
"""Storms as they come, but for their size and time."""
WORLDS: Mapping[str, Scenario] = {**CALM_WORLDS, **{name: load_scenario(name) for name in STORMS}}


@dataclass(frozen=True, slots=True)
class Figure:
    """One world's run."""

    world: str
    stations: int
    station_hours: float
    cpu_s: float
    wall_s: float
    messages: int
    faults: int
    violations: int

    def row(self) -> str:
        """As a line of the table in docs/reliability.md."""
        pace, cpu_pace = self.station_hours / self.wall_s, self.station_hours / self.cpu_s
        return (
            f"| {self.world} | {self.stations} | {self.station_hours:.0f} | {pace:.1f} | {cpu_pace:.1f} "
            f"| {self.messages} | {self.faults} | {self.violations} |"
        )


def measure(world: str, stations: int, hours: float) -> Figure:
    """Run a world once; a first small one pays for what is made once in a process."""
    run_storm(replace(WORLDS["idle"], stations=1, storm_hours=0.0), SEED)
    began_s = process_time()
    verdict = run_storm(replace(WORLDS[world], stations=stations, storm_hours=hours), SEED)
    figures = verdict.figures
    return Figure(
        world,
        stations,
        figures.station_hours,
        process_time() - began_s,
        figures.wall_s,
        figures.frames,
        figures.troubles.total(),
        len(verdict.violations),
    )


def main() -> int:
    """Run from the command line; exit code 1 if any world lost something."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=sorted(WORLDS), help="one world; all if not given")
    sizes = sorted({*HOURS, *STORM_HOURS})
    parser.add_argument("--stations", type=int, choices=sizes, help="one size; each world's own if not given")
    given = parser.parse_args()
    print("| world | stations | station-hours | a second | a CPU second | messages | faults | violations |")
    print("|---|---|---|---|---|---|---|---|")
    is_good = True
    for world in [given.only] if given.only else WORLDS:
        hours = HOURS if world in CALM_WORLDS else STORM_HOURS
        for stations in hours if given.stations is None else hours.keys() & {given.stations}:
            with ProcessPoolExecutor(1, get_context("spawn")) as process:
                figure = process.submit(measure, world, stations, hours[stations]).result()
            print(figure.row(), flush=True)
            is_good = is_good and not figure.violations
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
