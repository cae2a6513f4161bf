"""`contactor storm`: breaks both ends on purpose in one virtual world, under the eyes of checkers."""

from dataclasses import replace
from pathlib import Path
from secrets import randbelow
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from contactor import __version__
from contactor.base.errors import BadSetting
from contactor.cli.storm_verdict import print_verdict
from contactor.storm.hunt import SHRINK_MAX_S, Bag, hunt, keep
from contactor.storm.replay import read_replay
from contactor.storm.run import run_storm
from contactor.storm.scenario import load_scenario, scenario_names
from contactor.storm.side_by_side import run_all
from contactor.storm.troubles import TROUBLES

app = typer.Typer(
    help="Break stations, lines and the central system on purpose, in virtual time, and see that nothing is lost.",
    no_args_is_help=True,
)

SeedOption = Annotated[int | None, typer.Option("--seed", help="Repeats a storm; drawn and printed if not given.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object a storm and nothing else.")]
StationsOption = Annotated[
    int | None, typer.Option("--stations", help="How many stations; the storm's own number if not given.")
]
HoursOption = Annotated[
    float | None, typer.Option("--hours", help="How long the storm lasts; its own time if not given.")
]

JOBS_MAX = 64
JobsOption = Annotated[
    int,
    typer.Option("--jobs", min=1, max=JOBS_MAX, help="How many storms run side by side; one a processor is best."),
]

_SEEDS = 10**9


@app.command(name="list")
def list_storms(
    troubles: Annotated[bool, typer.Option("--troubles", help="List the troubles that scenarios mix.")] = False,
) -> None:
    """List the storms, or the troubles that storms are made of."""
    table = Table("Trouble" if troubles else "Storm", "What happens", box=None)
    rows = (
        [(name, trouble.about) for name, trouble in TROUBLES.items()]
        if troubles
        else [(name, load_scenario(name).about) for name in scenario_names()]
    )
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@app.command()
def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A storm of `contactor storm list`, or a TOML file.")],
    seed: SeedOption = None,
    stations: StationsOption = None,
    hours: HoursOption = None,
    times: Annotated[int, typer.Option(min=1, help="Run it so many times, with this seed and those after it.")] = 1,
    jobs: JobsOption = 1,
    as_json: JsonOption = False,
) -> None:
    """Run a storm and say whether anything was lost; exit code 1 if so. Of several, each is said when it ends."""
    scenario = load_scenario(name)
    if stations is not None:
        scenario = replace(scenario, stations=stations)
    if hours is not None:
        scenario = replace(scenario, storm_hours=hours)
    first = _seed(seed)
    if not as_json:
        typer.echo(f"contactor {__version__}, storm {name}, seed {_span(first, times)}")
    failed: list[int] = []
    for _, verdict in run_all(((scenario, first + count) for count in range(times)), run_storm, jobs):
        if times > 1 and not as_json:
            typer.echo(f"seed {verdict.seed}:")
        print_verdict(verdict, as_json=as_json)
        if not verdict.is_good:
            failed.append(verdict.seed)
    if times > 1 and not as_json:
        typer.echo(f"{times} storms: {_outcome(failed)}")
    raise typer.Exit(1 if failed else 0)


@app.command(name="hunt")
def hunt_storms(
    seconds: Annotated[float, typer.Option(help="How long to look.")] = 60.0,
    seed: SeedOption = None,
    storm: Annotated[
        list[str] | None, typer.Option("--storm", metavar="NAME", help="Only these; all if not given.")
    ] = None,
    shrink_s: Annotated[
        float, typer.Option("--shrink-seconds", help="How long each failure may be made smaller; 0 keeps it as it is.")
    ] = SHRINK_MAX_S,
    jobs: JobsOption = 1,
    folder: Annotated[Path, typer.Option("--keep", help="Where failures are kept as replay files.")] = Path("storms"),
) -> None:
    """Run storms of all kinds with fresh seeds; keep and shrink what fails. Exit code 1 if anything did."""
    if seconds <= 0:
        raise BadSetting("--seconds", seconds, "give more than 0")
    if shrink_s < 0:
        raise BadSetting("--shrink-seconds", shrink_s, "give 0 or more")
    scenarios = [load_scenario(name) for name in storm or scenario_names()]
    given = _seed(seed)
    console = Console()
    console.print(f"contactor {__version__}, hunt with seed {given}", highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("no storm yet", total=seconds)

        def told(bag: Bag, passed_s: float) -> None:
            words = f"{bag.storms} storms, {bag.station_hours:.0f} station-hours, {len(bag.failures)} failures"
            progress.update(bar, completed=min(passed_s, seconds), description=words)

        bag = hunt(scenarios, given, seconds, told=told, shrink_s=shrink_s, jobs=jobs)
    for scenario, verdict in bag.failures:
        file = keep(folder, scenario, verdict)
        words = f"[red]{verdict.violations[0].invariant}[/red]: contactor storm replay {file}"
        console.print(words, highlight=False, soft_wrap=True)  # to be copied in one piece
    console.print(
        f"{bag.storms} storms, {bag.station_hours:.0f} station-hours, {bag.transactions} transactions, "
        f"{bag.troubles.total()} troubles of {len(bag.troubles)} kinds, {len(bag.failures)} failures",
        highlight=False,
    )
    raise typer.Exit(1 if bag.failures else 0)


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A replay file that a hunt has kept.")],
    as_json: JsonOption = False,
) -> None:
    """Run a kept storm again; exit code 1 if it still fails."""
    kept = read_replay(file)
    if not as_json:
        typer.echo(f"contactor {__version__}, storm {kept.scenario.name}, seed {kept.seed}, kept by {kept.version}")
    verdict = run_storm(kept.scenario, kept.seed)
    print_verdict(verdict, as_json=as_json)
    raise typer.Exit(0 if verdict.is_good else 1)


def _seed(given: int | None) -> int:
    return randbelow(_SEEDS) if given is None else given


def _outcome(failed: list[int]) -> str:
    seeds = ", ".join(map(str, sorted(failed)))
    return f"{len(failed)} failed, with the seeds {seeds}" if failed else "nothing was lost"


def _span(first: int, times: int) -> str:
    return str(first) if times == 1 else f"{first} to {first + times - 1}"
