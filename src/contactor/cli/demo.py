"""`contactor demo`: a central system, two stations, and drivers who charge their cars, all on this machine.

The central system is a process of its own, so that it can be killed while cars charge: the demo starts it again, and
nothing is lost. The stations live in this process and speak to it over real websockets.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from contactor.base.errors import BadSetting
from contactor.cli import logs, loop
from contactor.cli.demo_report import print_report, report_of
from contactor.cli.demo_stage import Stage
from contactor.cli.demo_story import Storyteller


def run(
    once: Annotated[bool, typer.Option("--once", help="One session at each station, then end.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --once: print one JSON object and nothing else.")
    ] = False,
    speed: Annotated[
        float, typer.Option(help="Seconds of charging that pass in one real second; the wire keeps real time.")
    ] = 60.0,
    port: Annotated[
        int | None, typer.Option(help="Port of the central system; the first free one from 9000 on if not given.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where ledger and station states are kept; a temporary folder if not given.")
    ] = None,
) -> None:
    """Show the main job: cars charge at two stations, and the central system keeps the ledger."""
    if as_json and not once:
        raise BadSetting("--json", as_json, "it goes with --once")
    if not 0 < speed <= 1000:
        raise BadSetting("--speed", speed, "give more than 0 and at most 1000")
    logs.configure(logs.LogLevel.WARNING)
    with tempfile.TemporaryDirectory(prefix="contactor-demo-") as temporary:
        place = Path(temporary) if folder is None else folder
        place.mkdir(parents=True, exist_ok=True)
        play = _once(place, speed, port, as_json=as_json) if once else _for_ever(place, speed, port)
        raise typer.Exit(loop.run(play))


async def _once(place: Path, speed: float, port: int | None, *, as_json: bool) -> int:
    story = Storyteller(silent=as_json)
    started_s = asyncio.get_running_loop().time()
    async with Stage(place, port, story, speed=speed) as stage:
        await asyncio.gather(*(stage.one_session(station) for station in stage.stations))
        await stage.everything_delivered()
        meters_wh, frames = stage.energy_delivered_wh(), stage.frames
    seconds = asyncio.get_running_loop().time() - started_s
    report = report_of(stage.ledger_file, meters_wh=meters_wh, frames=frames, seconds=seconds)
    print_report(report, as_json=as_json)
    return 0 if report.agrees else 1


async def _for_ever(place: Path, speed: float, port: int | None) -> int:
    story = Storyteller(silent=False)
    async with Stage(place, port, story, speed=speed, has_console=True) as stage:
        console_url, panel_url, control_url = await stage.let_people_in()
        story.welcome(console_url, stage.login, panel_url, control_url)
        story.explain(stage.url, stage.central_pid, place)
        try:
            await stage.drivers_come_and_go()
        finally:
            story.farewell()
    return 0
