"""`contactor fleet`: many virtual stations and their drivers, against any central system."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from contactor import __version__
from contactor.base.errors import BadSetting
from contactor.base.sweeping import keep_what_is_there, seldom_swept
from contactor.cli import logs, loop
from contactor.cli.fleet_screen import FleetScreen
from contactor.fleet.fleet import Fleet
from contactor.fleet.fleet_file import checked, load_fleet
from contactor.fleet.plan import HOURS_A_DAY, FleetPlan, Group, Shard, places
from contactor.fleet.report import Report, as_html, as_json
from contactor.fleet.tally import Sample
from contactor.fleet.workers import Workers

PERIOD_S = 1.0
WORKERS_MAX = 64

app = typer.Typer(help="Many virtual stations and their drivers, against any central system.", no_args_is_help=True)

File = Annotated[Path | None, typer.Argument(help="TOML file, as examples/fleet.toml; or give --stations.")]
Stations = Annotated[int | None, typer.Option(min=1, help="So many stations that are all alike, instead of a file.")]
Url = Annotated[str | None, typer.Option(help="Where the central system listens; wins over the file's.")]


@app.command()
def run(
    file: File = None,
    stations: Stations = None,
    url: Url = None,
    duration: Annotated[float | None, typer.Option(help="Seconds to run; until Ctrl-C if not given.")] = None,
    ramp_up: Annotated[float | None, typer.Option(help="Stations that begin to connect each second.")] = None,
    speed: Annotated[float | None, typer.Option(help="Seconds of charging that pass in one real second.")] = None,
    arrivals: Annotated[
        float | None, typer.Option(min=0, help="Drivers who come to each station in an hour of theirs.")
    ] = None,
    badge: Annotated[list[str] | None, typer.Option(help="A badge that drivers show; may be given again.")] = None,
    key_seed: Annotated[
        str | None, typer.Option(envvar="CONTACTOR_FLEET_SEED", help="Give each station a key that follows from this.")
    ] = None,
    ca_file: Annotated[Path | None, typer.Option(help="PEM file of the authorities to trust for wss.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=WORKERS_MAX, help="Processes to spread the stations over.")] = 1,
    shard: Annotated[str, typer.Option(metavar="I/N", help="Only the i-th of n parts: one for each machine.")] = "1/1",
    report: Annotated[Path | None, typer.Option(help="Write FILE.json and FILE.html when it ends.")] = None,
    lines: Annotated[bool, typer.Option("--lines", help="Tell each second as a line of JSON instead.")] = False,
) -> None:
    """Run a fleet until Ctrl-C, or for --duration: stations connect, cars come, charge and leave.

    Exits with 1 if not every station was accepted, or something that matters was not confirmed in the end.
    """
    logs.configure(logs.LogLevel.ERROR)
    plan = _plan(file, stations, url)
    given = {"duration_s": duration, "ramp_up_per_s": ramp_up, "speed": speed, "ca_file": ca_file and str(ca_file)}
    plan = replace(plan, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # fields by name
    plan = checked(_with_people(plan, arrivals, badge, key_seed), str(file or "options"))
    part = _shard(shard)
    if report is not None and not report.parent.is_dir():
        raise BadSetting("--report", str(report), f"there is no folder {report.parent}")
    if workers > 1 and part.count > 1:
        raise BadSetting("--workers", workers, "a shard is one process; start one for each")
    if workers > 1:
        raise typer.Exit(loop.run(_many(plan, workers, report)))
    with seldom_swept():
        raise typer.Exit(loop.run(_one(plan, part, report, lines=lines)))


@app.command("stations")
def list_stations(
    file: File = None,
    stations: Stations = None,
    key_seed: Annotated[
        str | None, typer.Option(envvar="CONTACTOR_FLEET_SEED", help="As it is given to `fleet run`.")
    ] = None,
) -> None:
    """Print the stations of a fleet as [[station]] tables, for a central system's settings file; keys included."""
    plan = _with_people(_plan(file, stations, "ws://unused"), None, None, key_seed)
    for place in places(checked(plan, str(file or "options"))):
        typer.echo(f"[[station]]\nid = {json.dumps(place.station_id)}")
        if place.key_hex is not None:
            typer.echo(f'key = "{place.key_hex}"')
        typer.echo("")


def _plan(file: Path | None, stations: int | None, url: str | None) -> FleetPlan:
    if (file is None) == (stations is None):
        raise BadSetting("FILE", None if file is None else str(file), "give a file, or --stations, not both")
    if file is not None:
        plan = load_fleet(file)
        return plan if url is None else replace(plan, url=url)
    assert stations is not None
    return FleetPlan(url or "ws://127.0.0.1:9000/ocpp", (Group(stations),))


def _with_people(plan: FleetPlan, arrivals: float | None, badges: list[str] | None, key_seed: str | None) -> FleetPlan:
    drivers = plan.drivers
    if arrivals is not None:
        drivers = replace(drivers, arrivals_per_hour=(arrivals,) * HOURS_A_DAY)
    if badges:
        drivers = replace(drivers, badges=tuple(badges))
    groups = plan.groups
    if key_seed is not None:
        groups = tuple(replace(group, key_seed=key_seed) for group in groups)
    return replace(plan, drivers=drivers, groups=groups)


def _shard(text: str) -> Shard:
    index, slash, count = text.partition("/")
    if not (slash and index.isdecimal() and count.isdecimal()):
        raise BadSetting("--shard", text, "give i/n, such as 1/4")
    return Shard(int(index), int(count))


async def _one(plan: FleetPlan, shard: Shard, report: Path | None, *, lines: bool) -> int:
    began_at = datetime.now(UTC)
    fleet = Fleet(plan, shard)
    samples: list[Sample] = []
    async with fleet:
        # Ctrl-C: the run is over, and what it was like is told all the same.
        with contextlib.suppress(asyncio.CancelledError):
            await _watch(fleet.samples(PERIOD_S), samples, fleet.tally.troubles, lines=lines, size=fleet.size)
        await fleet.end()
        samples.append(fleet.sample())
    if lines:
        typer.echo(json.dumps({"troubles": dict(fleet.tally.troubles)}))
    return _finish(Report(plan, began_at, __version__, samples, fleet.tally.troubles), report, lines=lines)


async def _many(plan: FleetPlan, workers: int, report: Path | None) -> int:
    began_at = datetime.now(UTC)
    samples: list[Sample] = []
    arguments = _arguments()
    running = Workers(arguments, [Shard(index, workers) for index in range(1, workers + 1)])
    async with running:
        with contextlib.suppress(asyncio.CancelledError):
            await _watch(running.samples(PERIOD_S), samples, running.troubles, lines=False, size=plan.station_count)
    samples.append(running.latest())
    return _finish(Report(plan, began_at, __version__, samples, running.troubles), report, lines=False)


def _arguments() -> list[str]:
    """The command line for each worker: this one's, without what is the parent's alone."""
    given, kept = sys.argv[sys.argv.index("run") + 1 :], []
    skip = False
    for word in given:
        if skip:
            skip = False
        elif word in ("--workers", "--report"):
            skip = True
        elif not word.startswith(("--workers=", "--report=")):
            kept.append(word)
    return kept


async def _watch(
    arriving: AsyncIterator[Sample], samples: list[Sample], troubles: Mapping[str, int], *, lines: bool, size: int
) -> None:
    screen = FleetScreen(size) if not lines else None
    try:
        was_frozen = False
        async for sample in arriving:
            samples.append(sample)
            if not was_frozen and sample.accepted == size:
                was_frozen = True
                keep_what_is_there()
            if screen is None:
                typer.echo(json.dumps(asdict(sample)))
            else:
                screen.show(sample, troubles)
    finally:
        if screen is not None:
            screen.close()


def _finish(report: Report, file: Path | None, *, lines: bool) -> int:
    last = report.last
    if file is not None:
        file.with_suffix(".json").write_text(json.dumps(as_json(report), indent=1) + "\n")
        file.with_suffix(".html").write_text(as_html(report))
    if not lines:
        typer.echo(
            f"{last.stations} stations, {last.frames_sent} messages sent, {last.frames_received} received, "
            f"{last.charged} cars charged, {last.energy_wh / 1000:.1f} kWh, {last.troubles} troubles, "
            f"{last.owed} messages not confirmed"
        )
        for what, count in sorted(report.troubles.items(), key=lambda each: -each[1])[:5]:
            typer.echo(f"  {count} x {what}")
        if file is not None:
            typer.echo(f"report: {file.with_suffix('.html')}")
    return 0 if report.all_accepted_after_s() is not None and last.owed == 0 else 1
