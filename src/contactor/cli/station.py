"""`contactor station`: runs one virtual charger; its sub-commands play the people around one that runs.

Nothing of a charger is imported before one is to run: a car is plugged in at a running one without it.
"""

from pathlib import Path
from typing import Annotated

import typer

from contactor.base.errors import BadSetting
from contactor.base.sweeping import unswept
from contactor.cli.control.client import TOKEN_VARIABLE
from contactor.cli.late import LateGroup
from contactor.cli.log_words import LogFormat, LogLevel
from contactor.cli.ports import PANEL_PORT
from contactor.virtual.control.address import LOOPBACK
from contactor.virtual.factory_file import Factory

COMMANDS = {
    "plug": "contactor.cli.control.people:plug",
    "unplug": "contactor.cli.control.people:unplug",
    "car": "contactor.cli.control.people:car",
    "badge": "contactor.cli.control.people:badge",
    "touch": "contactor.cli.control.people:touch",
    "stop": "contactor.cli.control.people:stop",
    "restart": "contactor.cli.control.surroundings:restart",
    "supply": "contactor.cli.control.surroundings:supply",
    "speed": "contactor.cli.control.surroundings:speed",
    "run": "contactor.cli.scenarios:run",
    "list": "contactor.cli.control.looks:list_stations",
    "state": "contactor.cli.control.looks:state",
    "watch": "contactor.cli.control.looks:watch",
    "emergency-stop": "contactor.cli.control.trouble:emergency_stop",
    "door": "contactor.cli.control.trouble:door",
    "fault": "contactor.cli.control.trouble:fault",
    "power": "contactor.cli.control.surroundings:power",
    "network": "contactor.cli.control.surroundings:network",
}
"""The sub-commands and where they stand."""

_FACTORY = Factory()


class StationCommands(LateGroup):
    """The sub-commands of `contactor station`."""

    places = COMMANDS


app = typer.Typer(
    cls=StationCommands,
    help="Run a virtual station, or play the people around one that runs.",
    invoke_without_command=True,
)


@app.callback()
def run(
    context: typer.Context,
    url: Annotated[
        str | None, typer.Option(help="Where the central system listens, without the identity: ws://host:port/ocpp.")
    ] = None,
    identity: Annotated[
        str | None, typer.Option("--id", help="Name of this station at the central system (BoxIdentifier).")
    ] = None,
    factory: Annotated[
        Path | None,
        typer.Option(help="TOML file with product, model, serial and first values of configuration keys."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help=f"Commercial reference, see: contactor guide models; {_FACTORY.model} if not given."),
    ] = None,
    serial: Annotated[
        str | None,
        typer.Option(help=f"chargePointSerialNumber, at most 25 characters; {_FACTORY.serial} if not given."),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(help="AuthorizationKey in hex, 32 to 40 digits; sent by HTTP Basic.", envvar="CONTACTOR_KEY"),
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="Folder that remembers everything over restarts; without it nothing is kept.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="First value of a configuration key.")
    ] = None,
    speed: Annotated[float, typer.Option(help="Seconds of charging that pass in one real second.")] = 1.0,
    drivers: Annotated[
        str | None,
        typer.Option(metavar="BADGE", help="Let cars come, charge and leave, again and again; outlet n shows BADGE-n."),
    ] = None,
    ca_file: Annotated[
        Path | None, typer.Option(help="PEM file of the authorities to trust for wss and https.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="PEM file of this station's own certificate, for security profile 3.")
    ] = None,
    certificate_key: Annotated[Path | None, typer.Option(help="PEM file of its key, not encrypted.")] = None,
    product: Annotated[
        str | None,
        typer.Option(help=f"Whose guide to follow, a name or a path to a folder; {_FACTORY.product} if not given."),
    ] = None,
    control_port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port of the control API, 0 for any free one; without it there is none."),
    ] = None,
    control_host: Annotated[str, typer.Option(help="Address of the control API.")] = LOOPBACK,
    control_token: Annotated[
        str | None,
        typer.Option(envvar=TOKEN_VARIABLE, help="What the control API asks for; needed where others can reach it."),
    ] = None,
    panel: Annotated[
        bool, typer.Option("--panel", help="Serve the front panel, for a browser on this machine.")
    ] = False,
    panel_port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help=f"Port of the front panel, 0 for any free one; {PANEL_PORT} if not given."),
    ] = None,
    trace: Annotated[
        Path | None, typer.Option(help="Write every frame to this file, as JSON Lines; see: contactor trace.")
    ] = None,
    log_format: Annotated[LogFormat, typer.Option(help="Who reads the log on stderr.")] = LogFormat.TEXT,
    log_level: Annotated[LogLevel, typer.Option(help="From which importance on.")] = LogLevel.INFO,
) -> None:
    """Run one virtual station until Ctrl-C.

    With --state everything survives the end of the process, kill -9 included: the next start is a power cut to the
    station. What the central system has configured wins over the values given here, and these win over those of a
    factory file. With --control-port the first line on stdout is JSON and tells where the control API is; with --panel
    there is a control API in any case, and the second line tells where the front panel is.
    """
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return
    with unswept():
        from contactor.cli import logs, running_station

    logs.configure(log_level, log_format)
    if panel or panel_port is not None:
        panel_port = PANEL_PORT if panel_port is None else panel_port
        control_port = control_port or 0
    given = {"SupervisionUrl": url, "BoxIdentifier": identity, "AuthorizationKey": key}
    initial = {name: value for name, value in given.items() if value is not None}
    initial.update(_pairs(settings or []))
    wanted = running_station.Wanted(
        factory=running_station.factory_of(factory, product=product, model=model, serial=serial, initial=initial),
        state=state,
        speed=speed,
        badge=drivers,
        tls=running_station.tls_of(ca_file, certificate, certificate_key),
        control=running_station.Control(control_host, control_port, control_token, panel_port),
        trace=trace,
    )
    raise typer.Exit(running_station.run(wanted))


def _refuse_options(context: typer.Context) -> None:
    """What runs a station means nothing to a command that plays with one."""
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            verb = context.invoked_subcommand
            raise BadSetting(
                parameter.opts[0], context.params[name], f"it is for running a station; {verb} does without"
            )


def _pairs(settings: list[str]) -> dict[str, str]:
    pairs = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise BadSetting("--set", setting, "write KEY=VALUE, such as HeartbeatInterval=30")
        pairs[name] = value
    return pairs
