"""SHELL: several storms, one after the other or side by side, each in a process of its own."""

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import get_context

from contactor.storm.scenario import Scenario
from contactor.storm.shrink import Run
from contactor.storm.verdict import Verdict

_Storm = tuple[Scenario, int]
_Ended = tuple[Scenario, Verdict]


def run_all(storms: Iterator[_Storm], run: Run, jobs: int) -> Iterator[_Ended]:
    """Run each scenario with its seed, and give its verdict when it ends; `jobs` at a time.

    The next storm is taken when there is room for it, so an endless row of them ends when nobody asks any more.
    """
    return _in_turn(storms, run) if jobs == 1 else _side_by_side(storms, run, jobs)


def _in_turn(storms: Iterator[_Storm], run: Run) -> Iterator[_Ended]:
    for scenario, seed in storms:
        yield scenario, run(scenario, seed)


def _side_by_side(storms: Iterator[_Storm], run: Run, jobs: int) -> Iterator[_Ended]:
    with ProcessPoolExecutor(jobs, get_context("spawn")) as processes:
        under_way: dict[Future[Verdict], Scenario] = {}
        while True:
            for scenario, seed in islice(storms, jobs - len(under_way)):
                under_way[processes.submit(run, scenario, seed)] = scenario
            if not under_way:
                return
            for ended in wait(under_way, return_when=FIRST_COMPLETED).done:
                yield under_way.pop(ended), ended.result()
