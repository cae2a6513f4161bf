"""Where scenarios are played for the command line: in real or virtual time, against a script or a central system."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import typer
from rich.progress import Progress, TaskID, TextColumn, TimeElapsedColumn

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.base.virtual_loop import run_virtually
from contactor.cli import logs, loop
from contactor.link.station_tls import StationTls
from contactor.link.websocket_client import WebSocketDialer
from contactor.station.watcher import Watcher
from contactor.virtual.loop_clock import LoopClock
from contactor.virtual.scenario.player import Opposite, Playing, play
from contactor.virtual.scenario.scenario import Scenario, Step
from contactor.virtual.scenario.shelf import find_scenario, scenario_names, shipped_scenario
from contactor.virtual.scenario.verdict import Played
from contactor.virtual.trace.trace_file import TraceFile

SEED = "scenario"
"""Chance that is the same each time, so that two plays in virtual time are alike to the last message id."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How scenarios are played: `opposite` is a real central system, and `trace` where every frame goes."""

    opposite: Opposite | None
    trace: Path | None
    is_fast: bool
    is_quiet: bool


def opposite(url: str, identity: str, key: str | None, ca_file: Path | None) -> Opposite:
    """A real central system, and how the station presents itself there."""
    tls = StationTls(ca_file) if ca_file is not None else None
    return Opposite(url, identity, WebSocketDialer(tls=tls), key)


def list_shipped() -> None:
    """Print the scenarios that come with the program, and what each plays."""
    names = scenario_names()
    width = max(map(len, names))
    for name in names:
        scenario = shipped_scenario(name)
        typer.echo(f"{name:{width}}  {scenario.title}\n{'':{width}}    {'; '.join(scenario.plays)}")


def play_all(names: Sequence[str], stage: Stage) -> int:
    """Play one after the other, tell each verdict, and of several how many passed.

    Raises:
        BadSetting: a scenario is missing, or a file is not one.
    """
    logs.configure(logs.LogLevel.ERROR)
    found = [find_scenario(each) for each in names]  # all of them, before the first is played
    passed = 0
    for scenario in found:
        if len(found) > 1 and not stage.is_quiet:
            typer.echo(f"{scenario.name}: {scenario.title}")
        passed += _play(scenario, stage)
    if len(found) > 1:
        typer.echo(f"{passed} of {len(found)} passed")
    return 0 if passed == len(found) else 1


class Screen:
    """Lines as they come and, at a terminal, below them the step that is being waited for, and since when."""

    def __init__(self, *, is_live: bool) -> None:
        columns = (TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        self._progress = Progress(*columns, transient=True) if is_live else None
        self._line = TaskID(0)

    def __enter__(self) -> Self:
        if self._progress is not None:
            self._line = self._progress.add_task("")
            self._progress.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def begun(self, step: Step) -> None:
        """A step's turn has come."""
        if self._progress is not None:
            self._progress.reset(self._line, description=f"step {step.number}: {step.words}")
            self._progress.refresh()

    def say(self, line: str) -> None:
        """Print a line."""
        if self._progress is None:
            typer.echo(line)
        else:
            self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def tell(self, played: Played) -> None:
        """Print what came of a step."""
        step = played.step
        sign = "FAILED" if played.failure is not None else "ok" if step.is_expectation else "--"
        self.say(f"{played.over_at_s:9.1f} s  {sign:6}  {step.number:3}  {step.words}")


def _play(scenario: Scenario, stage: Stage) -> bool:
    clock = LoopClock(scenario.starts_at) if stage.is_fast else SystemClock()
    dice = Dice(SEED) if stage.is_fast else Dice.unpredictable()
    trace = stage.trace

    async def story(open_files: ExitStack, screen: Screen) -> int:
        def watch(name: str) -> Watcher:
            assert trace is not None
            return open_files.enter_context(TraceFile(trace, name, clock))

        playing = Playing(clock, dice, stage.opposite, watch=None if trace is None else watch, begun=screen.begun)
        verdict = await play(scenario, playing if stage.is_quiet else replace(playing, told=screen.tell))
        screen.say(verdict.words())
        return 0 if verdict.is_passed else 1

    with ExitStack() as open_files, Screen(is_live=not stage.is_fast and sys.stdout.isatty()) as screen:
        told = story(open_files, screen)
        return (run_virtually(told) if stage.is_fast else loop.run(told)) == 0
