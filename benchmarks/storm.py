"""How fast storms go: simulated station-hours per second, for quiet, busy and stormy worlds of several sizes.

    python -m benchmarks.storm
    python -m benchmarks.storm --only night --stations 50 --jobs 1

Each world runs with as many seeds as there are processors (or `--jobs`), side by side and each in a process of its own,
as `contactor storm run --times --jobs` would. "A second" is all their station-hours by the wall clock; the other
figures are by CPU seconds, which others on the machine do not take. What a world costs at its start and its end,
however long it lasts, is told apart: a run of no hours has the same boots, first statuses, last orders and verdict.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from time import monotonic, process_time

from contactor.storm.run import run_storm
from contactor.storm.scenario import Scenario, load_scenario

SEED = 7
PATIENCE_S = 600.0
"""How long one process waits for the others to be ready."""

_DAY = load_scenario("bad_lines")
CALM_WORLDS: Mapping[str, tuple[Scenario, Mapping[int, float]]] = {
    "quiet": (
        replace(_DAY, visits_per_hour=0, orders_per_hour=0, heartbeat_s=3600, troubles={}),
        {1: 240.0, 50: 72.0, 500: 72.0},
    ),
    "night": (
        replace(_DAY, visits_per_hour=0.1, orders_per_hour=0, heartbeat_s=3600, sample_s=900, troubles={}),
        {1: 240.0, 50: 12.0, 500: 12.0},
    ),
    "idle": (replace(_DAY, visits_per_hour=0, orders_per_hour=0, troubles={}), {1: 240.0, 50: 24.0, 500: 6.0}),
    "mixed": (replace(_DAY, visits_per_hour=0.5, orders_per_hour=1.0, troubles={}), {1: 24.0, 50: 4.0, 500: 1.0}),
}
"""Worlds without trouble, and how long each lasts by its number of stations: long enough to outweigh its start.

Quiet: nobody comes, and heartbeats come each hour, as many operators have it. Night: the same in a car park, where each
outlet has a car once in ten hours, read each quarter of an hour. Idle: nobody comes, heartbeats each five minutes.
Mixed: an ordinary day, with a car at each outlet every two hours, read each minute, and an order an hour.
"""
STORMS = ("bad_lines", "central_kills", "crowded_forecourt", "everything")
"""Storms as they come, but for their size and time."""
STORM_HOURS: Mapping[int, float] = {5: 3.0, 50: 1.0}
WORLDS: Mapping[str, tuple[Scenario, Mapping[int, float]]] = {
    **CALM_WORLDS,
    **{name: (load_scenario(name), STORM_HOURS) for name in STORMS},
}

COLUMNS = (
    "world",
    "stations",
    "station-hours",
    "a second",
    "a CPU second",
    "start, CPU s",
    "a CPU second after it",
    "messages an hour",
    "faults",
    "violations",
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One world's run with one seed; `began_s` and `ended_s` are by the clock that all processes share."""

    station_hours: float
    cpu_s: float
    start_hours: float
    start_cpu_s: float
    began_s: float
    ended_s: float
    messages: int
    faults: int
    violations: int


def row(world: str, stations: int, figures: Sequence[Figure]) -> str:
    """As a line of the table in docs/reliability.md."""
    station_hours, cpu_s = sum(each.station_hours for each in figures), sum(each.cpu_s for each in figures)
    wall_s = max(each.ended_s for each in figures) - min(each.began_s for each in figures)
    start_cpu_s = sum(each.start_cpu_s for each in figures)
    later_hours, later_cpu_s = station_hours - sum(each.start_hours for each in figures), cpu_s - start_cpu_s
    cells = (
        world,
        stations,
        f"{station_hours:.0f}",
        f"{station_hours / wall_s:.0f}",
        f"{station_hours / cpu_s:.0f}",
        f"{start_cpu_s / len(figures):.1f}",
        f"{later_hours / later_cpu_s:.0f}",
        f"{sum(each.messages for each in figures) / station_hours:.1f}",
        sum(each.faults for each in figures),
        sum(each.violations for each in figures),
    )
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _meet(barrier: Barrier) -> None:
    global _all_are_ready
    _all_are_ready = barrier


_all_are_ready: Barrier


def measure(world: Scenario, seed: int) -> Figure:
    """Run a world once; before that one without hours, which pays for what is made once in a process, twice."""
    start = replace(world, storm_hours=0.0)
    run_storm(replace(start, stations=1), seed)
    before_start_s = process_time()
    start_hours = run_storm(start, seed).figures.station_hours
    start_cpu_s = process_time() - before_start_s
    _all_are_ready.wait(PATIENCE_S)
    began_s, before_s = monotonic(), process_time()
    verdict = run_storm(world, seed)
    figures = verdict.figures
    return Figure(
        figures.station_hours,
        process_time() - before_s,
        start_hours,
        start_cpu_s,
        began_s,
        monotonic(),
        figures.frames,
        figures.troubles.total(),
        len(verdict.violations),
    )


def measure_side_by_side(world: Scenario, jobs: int) -> list[Figure]:
    """Run a world with so many seeds at the same time."""
    context = get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=_meet, initargs=(context.Barrier(jobs),)) as processes:
        return list(processes.map(measure, [world] * jobs, range(SEED, SEED + jobs)))


def main() -> int:
    """Run from the command line; exit code 1 if any world lost something."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=sorted(WORLDS), help="one world; all if not given")
    sizes = sorted({size for _, hours in WORLDS.values() for size in hours})
    parser.add_argument("--stations", type=int, choices=sizes, help="one size; each world's own if not given")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many run at the same time")
    given = parser.parse_args()
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    is_good = True
    for name in [given.only] if given.only else WORLDS:
        world, hours = WORLDS[name]
        for stations in hours if given.stations is None else hours.keys() & {given.stations}:
            sized = replace(world, name=name, stations=stations, storm_hours=hours[stations])
            figures = measure_side_by_side(sized, given.jobs)
            print(row(name, stations, figures), flush=True)
            is_good = is_good and not any(each.violations for each in figures)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
