"""SHELL: the hunt: storms of all kinds with fresh seeds, for as long as it may take; what fails is kept and shrunk."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from contactor.storm.chance import Chance
from contactor.storm.replay import Replay
from contactor.storm.run import run_storm
from contactor.storm.scenario import Scenario
from contactor.storm.shrink import Run, shrink
from contactor.storm.side_by_side import run_all
from contactor.storm.verdict import Verdict

SHRINK_MAX_S = 120.0
_SEEDS = 10**9


@dataclass(slots=True)
class Bag:
    """What a hunt has seen so far."""

    storms: int = 0
    station_hours: float = 0.0
    transactions: int = 0
    frames: int = 0
    troubles: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[Scenario, Verdict]] = field(default_factory=list)

    def put(self, verdict: Verdict) -> None:
        """Count a run."""
        self.storms += 1
        self.station_hours += verdict.figures.station_hours
        self.transactions += verdict.figures.transactions
        self.frames += verdict.figures.frames
        self.troubles.update(verdict.figures.troubles)


def hunt(
    scenarios: Sequence[Scenario],
    seed: int,
    seconds: float,
    *,
    told: Callable[[Bag, float], None],
    first_only: bool = False,
    shrink_s: float = SHRINK_MAX_S,
    jobs: int = 1,
    run: Run = run_storm,
) -> Bag:
    """Run storms until the time is up; `told` hears after each how much time has passed.

    With several jobs storms run side by side, each in a process of its own; those that are under way are waited for.
    """
    bag, began_s = Bag(), time.monotonic()

    def is_over() -> bool:
        return time.monotonic() - began_s >= seconds or (first_only and bool(bag.failures))

    storms = takewhile(lambda _: not is_over(), _storms(scenarios, seed))
    for scenario, verdict in run_all(storms, run, jobs):
        bag.put(verdict)
        if not verdict.is_good:
            bag.failures.append(_shrunk(scenario, verdict, run, shrink_s))
        told(bag, time.monotonic() - began_s)
    return bag


def keep(folder: Path, scenario: Scenario, verdict: Verdict) -> Path:
    """Write a failure down as a replay file; the folder is made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{scenario.name}-{verdict.seed}.json"
    Replay.of(scenario, verdict).write(file)
    return file


def _storms(scenarios: Sequence[Scenario], seed: int) -> Iterator[tuple[Scenario, int]]:
    """Every scenario in turn, each time with another seed."""
    chance = Chance(seed, "hunt")
    while True:
        for scenario in scenarios:
            yield scenario, chance.whole(0, _SEEDS)


def _shrunk(scenario: Scenario, verdict: Verdict, run: Run, shrink_s: float) -> tuple[Scenario, Verdict]:
    until_s = time.monotonic() + shrink_s
    return shrink(scenario, verdict, run, lambda: time.monotonic() < until_s)
