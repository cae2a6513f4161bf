"""`contactor station run`: plays scenarios, against a scripted central system or a real one, and tells the verdict."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.base.virtual_loop import run_virtually
from contactor.cli import logs, loop
from contactor.link.station_tls import StationTls
from contactor.link.websocket_client import WebSocketDialer
from contactor.station.watcher import Watcher
from contactor.virtual.loop_clock import LoopClock
from contactor.virtual.scenario.player import Opposite, Playing, play
from contactor.virtual.scenario.scenario import Scenario
from contactor.virtual.scenario.shelf import find_scenario, scenario_names, shipped_scenario
from contactor.virtual.scenario.verdict import Played
from contactor.virtual.trace.trace_file import TraceFile

SEED = "scenario"
"""Chance that is the same each time, so that two plays in virtual time are alike to the last message id."""


def run(
    scenarios: Annotated[
        list[str] | None, typer.Argument(metavar="FILE|NAME", help="TOML files, or names of shipped scenarios.")
    ] = None,
    list_shipped: Annotated[
        bool, typer.Option("--list", help="List the shipped scenarios and what they play.")
    ] = False,
    fast: Annotated[bool, typer.Option("--fast", help="In virtual time: a day passes in moments.")] = False,
    url: Annotated[str | None, typer.Option(help="Play against this central system, in real time.")] = None,
    identity: Annotated[str, typer.Option("--id", help="With --url: the station's name there.")] = "SCENARIO",
    key: Annotated[
        str | None, typer.Option(help="With --url: AuthorizationKey in hex.", envvar="CONTACTOR_KEY")
    ] = None,
    ca_file: Annotated[Path | None, typer.Option(help="With --url: PEM file of the authorities to trust.")] = None,
    trace: Annotated[Path | None, typer.Option(help="Write every frame to this file, as JSON Lines.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Tell the verdicts only.")] = False,
) -> None:
    """Play scenarios and tell the verdict; exits with 1 if a step fails.

    A scenario is a file of steps and expectations. Without --url the file also says what its central system does.
    """
    if list_shipped:
        _list()
        return
    if not scenarios:
        raise BadSetting("FILE|NAME", None, "give a file or a name; see: contactor station run --list")
    if url is not None and fast:
        raise BadSetting("--fast", True, "a real central system lives in real time; leave --fast or --url away")
    if trace is not None and len(scenarios) > 1:
        raise BadSetting("--trace", str(trace), "a trace is of one scenario")
    logs.configure(logs.LogLevel.ERROR)
    found = [find_scenario(each) for each in scenarios]
    opposite = None
    if url is not None:
        tls = StationTls(ca_file) if ca_file is not None else None
        opposite = Opposite(url, identity, WebSocketDialer(tls=tls), key)
    codes = [_play(each, opposite, trace, _teller(is_quiet=quiet), is_fast=fast) for each in found]
    raise typer.Exit(max(codes))


def _list() -> None:
    for name in scenario_names():
        scenario = shipped_scenario(name)
        typer.echo(f"{name}: {scenario.title} ({', '.join(scenario.plays)})")


def _teller(*, is_quiet: bool) -> Callable[[Played], None]:
    def tell(played: Played) -> None:
        step = played.step
        sign = "FAILED" if played.failure is not None else "ok" if step.is_expectation else "--"
        typer.echo(f"{played.over_at_s:9.1f} s  {sign:6}  {step.number:3}  {step.words}")

    return (lambda _played: None) if is_quiet else tell


def _play(
    scenario: Scenario,
    opposite: Opposite | None,
    trace: Path | None,
    told: Callable[[Played], None],
    *,
    is_fast: bool,
) -> int:
    clock = LoopClock(scenario.starts_at) if is_fast else SystemClock()
    dice = Dice(SEED) if is_fast else Dice.unpredictable()

    async def story(open_files: ExitStack) -> int:
        def watch(name: str) -> Watcher:
            assert trace is not None
            return open_files.enter_context(TraceFile(trace, name, clock))

        verdict = await play(
            scenario, Playing(clock, dice, opposite, watch=None if trace is None else watch, told=told)
        )
        typer.echo(verdict.words())
        return 0 if verdict.is_passed else 1

    with ExitStack() as open_files:
        return run_virtually(story(open_files)) if is_fast else loop.run(story(open_files))
