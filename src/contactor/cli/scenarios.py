"""`contactor station run`: plays scenarios, against a scripted central system or a real one, and tells the verdict."""

from pathlib import Path
from typing import Annotated

import typer

from contactor.base.errors import BadSetting
from contactor.base.sweeping import unswept


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
        with unswept():
            from contactor.cli import scenario_stage
        scenario_stage.list_shipped()
        return
    if not scenarios:
        raise BadSetting("FILE|NAME", None, "give a file or a name; see: contactor station run --list")
    if url is not None and fast:
        raise BadSetting("--fast", True, "a real central system lives in real time; leave --fast or --url away")
    if trace is not None and len(scenarios) > 1:
        raise BadSetting("--trace", str(trace), "a trace is of one scenario")
    with unswept():
        from contactor.cli import scenario_stage
    opposite = None if url is None else scenario_stage.opposite(url, identity, key, ca_file)
    stage = scenario_stage.Stage(opposite, trace, is_fast=fast, is_quiet=quiet)
    raise typer.Exit(scenario_stage.play_all(scenarios, stage))
