"""`contactor station`: runs one virtual charger; its sub-commands play the people around one that runs."""

import asyncio
import json
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import structlog
import typer

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.base.ids import OutletNumber
from contactor.base.sweeping import unswept
from contactor.cli import logs, loop, scenarios
from contactor.cli.control import looks, people, surroundings, trouble
from contactor.cli.control.client import TOKEN_VARIABLE
from contactor.cli.panel import DEFAULT_PORT as PANEL_PORT
from contactor.cli.panel_process import PanelProcess
from contactor.guide.entries import OutletKind
from contactor.guide.load import load_product
from contactor.link.station_tls import StationTls
from contactor.link.tls import CertificateFiles
from contactor.link.websocket_client import WebSocketDialer
from contactor.station.authorization import is_presentable
from contactor.station.effects import Note
from contactor.station.file_transfer import NetworkFiles
from contactor.station.keys import Key
from contactor.station.store.memory import MemoryStore
from contactor.station.store.port import Store
from contactor.station.store.sqlite import SqliteStore
from contactor.virtual.control.address import LOOPBACK
from contactor.virtual.driver import Visit, drive_in_turn
from contactor.virtual.factory_file import Factory, is_serial, load_factory
from contactor.virtual.network import Network
from contactor.virtual.trace.trace_file import TraceFile
from contactor.virtual.virtual_station import VirtualStation

_FITTING_CARS = {OutletKind.CCS2: "saloon", OutletKind.CHADEMO: "old_hatchback"}
_DEFAULTS = Factory()
_TAKE_WH = 20_000.0
_PAUSE_S = 20.0
app = typer.Typer(help="Run a virtual station, or play the people around one that runs.", invoke_without_command=True)


@dataclass(frozen=True)
class _Control:
    """Where the control API and the front panel are to listen; what has no port is not there."""

    host: str
    port: int | None
    token: str | None
    panel_port: int | None


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
        typer.Option(help=f"Commercial reference, see: contactor guide models; {_DEFAULTS.model} if not given."),
    ] = None,
    serial: Annotated[
        str | None,
        typer.Option(help=f"chargePointSerialNumber, at most 25 characters; {_DEFAULTS.serial} if not given."),
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
        typer.Option(help=f"Whose guide to follow, a name or a path to a folder; {_DEFAULTS.product} if not given."),
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
    log_format: Annotated[logs.LogFormat, typer.Option(help="Who reads the log on stderr.")] = logs.LogFormat.TEXT,
    log_level: Annotated[logs.LogLevel, typer.Option(help="From which importance on.")] = logs.LogLevel.INFO,
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
    logs.configure(log_level, log_format)
    if not 0 < speed <= 1000:
        raise BadSetting("--speed", speed, "give more than 0 and at most 1000")
    if serial is not None and not is_serial(serial):
        raise BadSetting("--serial", serial, "give 1 to 25 printable ASCII characters")
    if drivers is not None and not (drivers and is_presentable(f"{drivers}-9")):
        raise BadSetting("--drivers", drivers, "give a badge of 1 to 18 printable ASCII characters")
    given = {"SupervisionUrl": url, "BoxIdentifier": identity, "AuthorizationKey": key}
    initial = {name: value for name, value in given.items() if value is not None}
    initial.update(_pairs(settings or []))
    made = _DEFAULTS if factory is None else load_factory(factory, product)
    made = made.differing(product=product, model=model, serial=serial, initial=initial)
    if panel or panel_port is not None:
        panel_port = PANEL_PORT if panel_port is None else panel_port
        control_port = control_port or 0
    tls = _tls(ca_file, certificate, certificate_key)
    control = _Control(control_host, control_port, control_token, panel_port)
    raise typer.Exit(loop.run(_run(made, state, speed, drivers, tls, control, trace)))


def _tls(ca_file: Path | None, certificate: Path | None, key: Path | None) -> StationTls:
    """Whom the station trusts, and what it shows of itself, as long as nothing was installed."""
    if (certificate is None) != (key is None):
        missing, given = ("--certificate-key", certificate) if key is None else ("--certificate", key)
        raise BadSetting(missing, None, f"{given} needs both --certificate and --certificate-key")
    own = None if certificate is None or key is None else CertificateFiles(certificate, key)
    return StationTls(ca_file, own)


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


async def _run(
    factory: Factory,
    state: Path | None,
    speed: float,
    badge: str | None,
    tls: StationTls,
    control: _Control,
    trace: Path | None,
) -> int:
    virtual = _virtual(factory, state, speed, tls)
    with ExitStack() as open_files:
        if trace is not None:
            virtual.watchers.append(open_files.enter_context(TraceFile(trace, virtual.name, virtual.clock)))
        virtual.switch_on()
        try:
            _check_way(virtual)
            async with AsyncExitStack() as running:
                if control.port is not None:
                    await _let_people_in(virtual, badge, control, control.port, running)
                tasks = [_drivers(virtual, number, badge) for number in virtual.rig.outlets if badge is not None]
                await asyncio.gather(*tasks, asyncio.Event().wait())
        finally:
            await virtual.shut_down()
    return 0


def _virtual(factory: Factory, state: Path | None, speed: float, tls: StationTls) -> VirtualStation:
    name = factory.initial.get("BoxIdentifier", factory.serial)
    log = structlog.get_logger("contactor.station").bind(station=name)

    def observe(note: Note) -> None:
        log.info(note.event, **note.facts)

    store: Store = MemoryStore() if state is None else SqliteStore(state)
    dice = Dice.unpredictable()
    return VirtualStation(
        name,
        load_product(factory.product),
        factory.settings(),
        store,
        Network(WebSocketDialer(tls=tls), dice),
        clock=SystemClock(),
        dice=dice,
        hardware_speed=speed,
        files=NetworkFiles(tls.context),
        observe=observe,
    )


def _check_way(virtual: VirtualStation) -> None:
    configuration = virtual.station.configuration
    needed = {"--url": Key.SUPERVISION_URL, "--id": Key.BOX_IDENTIFIER}
    missing = [option for option, key in needed.items() if configuration.text(key) is None]
    if missing:
        raise BadSetting(" and ".join(missing), None, "a station that was never configured needs --url and --id")


async def _let_people_in(
    virtual: VirtualStation, badge: str | None, control: _Control, port: int, running: AsyncExitStack
) -> None:
    """Serve the control API and, where it is wanted, the front panel; and say where they are."""
    # Imported here: what serves it takes a third of a start, and most stations do without.
    with unswept():
        from contactor.virtual.control.server import ControlServer

    server = ControlServer([virtual], host=control.host, port=port, token=control.token)
    await running.enter_async_context(server)
    typer.echo(json.dumps({"control": server.url}))
    if control.panel_port is not None:
        badges = [f"{badge}-{number}" for number in virtual.rig.outlets if badge is not None]
        panel = PanelProcess(server.url, port=control.panel_port, badges=badges, token=control.token)
        await running.enter_async_context(panel)
        typer.echo(json.dumps({"panel": panel.url}))


async def _drivers(virtual: VirtualStation, outlet: OutletNumber, badge: str) -> None:
    car = _FITTING_CARS[virtual.model.outlets[outlet - 1]]
    if virtual.rig.is_plugged(outlet):
        virtual.unplug(outlet)
    visit = Visit(outlet, f"{badge}-{outlet}", car, soc=0.2, take_wh=_TAKE_WH)
    await drive_in_turn(virtual, [visit], pause_s=_PAUSE_S)


for _name, _command in (
    ("plug", people.plug),
    ("unplug", people.unplug),
    ("car", people.car),
    ("badge", people.badge),
    ("touch", people.touch),
    ("stop", people.stop),
    ("restart", surroundings.restart),
    ("supply", surroundings.supply),
    ("speed", surroundings.speed),
    ("run", scenarios.run),
    ("list", looks.list_stations),
    ("state", looks.state),
    ("watch", looks.watch),
):
    app.command(_name)(_command)
for _name, _commands in (
    ("emergency-stop", trouble.emergency_stop),
    ("door", trouble.door),
    ("fault", trouble.fault),
    ("power", surroundings.power),
    ("network", surroundings.network),
):
    app.add_typer(_commands, name=_name)
