"""What `contactor station` runs: one virtual charger, with its drivers, its control API and its front panel."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path

import structlog
import typer

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.base.ids import OutletNumber
from contactor.base.sweeping import unswept
from contactor.cli import loop
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
from contactor.virtual.driver import Visit, drive_in_turn
from contactor.virtual.factory_file import Factory, is_serial, load_factory
from contactor.virtual.network import Network
from contactor.virtual.trace.trace_file import TraceFile
from contactor.virtual.virtual_station import VirtualStation

_FITTING_CARS = {OutletKind.CCS2: "saloon", OutletKind.CHADEMO: "old_hatchback"}
_TAKE_WH = 20_000.0
_PAUSE_S = 20.0


@dataclass(frozen=True, slots=True)
class Control:
    """Where the control API and the front panel are to listen; what has no port is not there."""

    host: str
    port: int | None
    token: str | None
    panel_port: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A station that is to run, and what goes on around it; `badge` is its drivers'."""

    factory: Factory
    state: Path | None
    speed: float
    badge: str | None
    tls: StationTls
    control: Control
    trace: Path | None


def factory_of(
    file: Path | None, *, product: str | None, model: str | None, serial: str | None, initial: Mapping[str, str]
) -> Factory:
    """What a file says, or the usual, with what is given in its place.

    Raises:
        BadSetting: a value cannot be used.
    """
    if serial is not None and not is_serial(serial):
        raise BadSetting("--serial", serial, "give 1 to 25 printable ASCII characters")
    made = Factory() if file is None else load_factory(file, product)
    return made.differing(product=product, model=model, serial=serial, initial=initial)


def tls_of(ca_file: Path | None, certificate: Path | None, key: Path | None) -> StationTls:
    """Whom the station trusts, and what it shows of itself, as long as nothing was installed.

    Raises:
        BadSetting: a certificate or its key is missing.
    """
    if (certificate is None) != (key is None):
        missing, given = ("--certificate-key", certificate) if key is None else ("--certificate", key)
        raise BadSetting(missing, None, f"{given} needs both --certificate and --certificate-key")
    own = None if certificate is None or key is None else CertificateFiles(certificate, key)
    return StationTls(ca_file, own)


def run(wanted: Wanted) -> int:
    """Run it until the process is told to end.

    Raises:
        BadSetting: a value cannot be used.
    """
    speed, badge = wanted.speed, wanted.badge
    if not 0 < speed <= 1000:
        raise BadSetting("--speed", speed, "give more than 0 and at most 1000")
    if badge is not None and not (badge and is_presentable(f"{badge}-9")):
        raise BadSetting("--drivers", badge, "give a badge of 1 to 18 printable ASCII characters")
    return loop.run(_run(wanted))


async def _run(wanted: Wanted) -> int:
    virtual, badge, control = _virtual(wanted), wanted.badge, wanted.control
    with ExitStack() as open_files:
        if wanted.trace is not None:
            virtual.watchers.append(open_files.enter_context(TraceFile(wanted.trace, virtual.name, virtual.clock)))
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


def _virtual(wanted: Wanted) -> VirtualStation:
    factory = wanted.factory
    name = factory.initial.get("BoxIdentifier", factory.serial)
    log = structlog.get_logger("contactor.station").bind(station=name)

    def observe(note: Note) -> None:
        log.info(note.event, **note.facts)

    store: Store = MemoryStore() if wanted.state is None else SqliteStore(wanted.state)
    dice = Dice.unpredictable()
    return VirtualStation(
        name,
        load_product(factory.product),
        factory.settings(),
        store,
        Network(WebSocketDialer(tls=wanted.tls), dice),
        clock=SystemClock(),
        dice=dice,
        hardware_speed=wanted.speed,
        files=NetworkFiles(wanted.tls.context),
        observe=observe,
    )


def _check_way(virtual: VirtualStation) -> None:
    configuration = virtual.station.configuration
    needed = {"--url": Key.SUPERVISION_URL, "--id": Key.BOX_IDENTIFIER}
    missing = [option for option, key in needed.items() if configuration.text(key) is None]
    if missing:
        raise BadSetting(" and ".join(missing), None, "a station that was never configured needs --url and --id")


async def _let_people_in(
    virtual: VirtualStation, badge: str | None, control: Control, port: int, running: AsyncExitStack
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
