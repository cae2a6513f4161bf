"""Makes a failing storm smaller while it still breaks the same invariant: less time, fewer stations, fewer troubles."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from contactor.storm.scenario import Scenario
from contactor.storm.verdict import Verdict

HOURS_LEAST = 0.1

Run = Callable[[Scenario, int], Verdict]
"""Runs a scenario with a seed."""


def shrink(scenario: Scenario, verdict: Verdict, run: Run, may_go_on: Callable[[], bool]) -> tuple[Scenario, Verdict]:
    """The smallest scenario found that breaks one of the same invariants, and what came of it.

    Each step is kept if the storm still fails so; when no step is, or time is up, that is the smallest.
    """
    wanted = verdict.invariants
    while may_go_on():
        smaller = _first_that_fails(scenario, verdict.seed, wanted, run, may_go_on)
        if smaller is None:
            break
        scenario, verdict = smaller
    return scenario, verdict


def _first_that_fails(
    scenario: Scenario, seed: int, wanted: frozenset[str], run: Run, may_go_on: Callable[[], bool]
) -> tuple[Scenario, Verdict] | None:
    for candidate in _smaller(scenario):
        if not may_go_on():
            return None
        verdict = run(candidate, seed)
        if verdict.invariants & wanted:
            return candidate, verdict
    return None


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    """Candidates, the boldest first."""
    hours = scenario.storm_hours
    for share in (0.25, 0.5, 0.8):
        if hours * share >= HOURS_LEAST:
            yield replace(scenario, storm_hours=round(hours * share, 3))
    for stations in sorted({1, scenario.stations // 2, scenario.stations - 1}):
        if 0 < stations < scenario.stations:
            yield replace(scenario, stations=stations)
    names = list(scenario.troubles)
    for half in (names[: len(names) // 2], names[len(names) // 2 :]):
        if 0 < len(half) < len(names):
            yield _with(scenario, half)
    for name in names:
        yield _with(scenario, [each for each in names if each != name])
    if scenario.orders_per_hour:
        yield replace(scenario, orders_per_hour=0)


def _with(scenario: Scenario, names: list[str]) -> Scenario:
    return replace(scenario, troubles={name: scenario.troubles[name] for name in names})
