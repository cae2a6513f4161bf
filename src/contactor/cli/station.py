"""`contactor station`: runs one virtual charger."""

import asyncio
from pathlib import Path
from typing import Annotated

import structlog
import typer

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.base.ids import OutletNumber
from contactor.cli import logs, loop
from contactor.guide.entries import OutletKind
from contactor.guide.load import load_product
from contactor.link.tls import client_context
from contactor.link.websocket_client import WebSocketDialer
from contactor.station.authorization import is_presentable
from contactor.station.effects import Note
from contactor.station.file_transfer import NetworkFiles
from contactor.station.keys import Key
from contactor.station.settings import StationSettings
from contactor.station.store.memory import MemoryStore
from contactor.station.store.port import Store
from contactor.station.store.sqlite import SqliteStore
from contactor.virtual.driver import Visit, drive_in_turn
from contactor.virtual.virtual_station import VirtualStation

_FITTING_CARS = {OutletKind.CCS2: "saloon", OutletKind.CHADEMO: "old_hatchback"}
_TAKE_WH = 20_000.0
_PAUSE_S = 20.0


def run(
    url: Annotated[
        str | None, typer.Option(help="Where the central system listens, without the identity: ws://host:port/ocpp.")
    ] = None,
    identity: Annotated[
        str | None, typer.Option("--id", help="Name of this station at the central system (BoxIdentifier).")
    ] = None,
    model: Annotated[str, typer.Option(help="Commercial reference; see: contactor guide models.")] = "EVD1S180TBB",
    serial: Annotated[str, typer.Option(help="chargePointSerialNumber, at most 25 characters.")] = "VIRTUAL-0001",
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
    product: Annotated[str, typer.Option(help="Whose guide to follow.")] = "evlink_pro_dc",
    log_format: Annotated[logs.LogFormat, typer.Option(help="Who reads the log on stderr.")] = logs.LogFormat.TEXT,
    log_level: Annotated[logs.LogLevel, typer.Option(help="From which importance on.")] = logs.LogLevel.INFO,
) -> None:
    """Run one virtual station until Ctrl-C.

    With --state everything survives the end of the process, kill -9 included: the next start is a power cut to the
    station. What the central system has configured wins over the values given here.
    """
    logs.configure(log_level, log_format)
    if not 0 < speed <= 1000:
        raise BadSetting("--speed", speed, "give more than 0 and at most 1000")
    if not (1 <= len(serial) <= 25 and serial.isascii() and serial.isprintable()):
        raise BadSetting("--serial", serial, "give 1 to 25 printable ASCII characters")
    if drivers is not None and not (drivers and is_presentable(f"{drivers}-9")):
        raise BadSetting("--drivers", drivers, "give a badge of 1 to 18 printable ASCII characters")
    given = {"SupervisionUrl": url, "BoxIdentifier": identity, "AuthorizationKey": key}
    initial = {name: value for name, value in given.items() if value is not None}
    initial.update(_pairs(settings or []))
    factory = StationSettings(model=model, serial=serial, initial=initial)
    raise typer.Exit(loop.run(_run(product, factory, state, speed, drivers, ca_file)))


def _pairs(settings: list[str]) -> dict[str, str]:
    pairs = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise BadSetting("--set", setting, "write KEY=VALUE, such as HeartbeatInterval=30")
        pairs[name] = value
    return pairs


async def _run(
    product: str, factory: StationSettings, state: Path | None, speed: float, badge: str | None, ca_file: Path | None
) -> int:
    log = structlog.get_logger("contactor.station").bind(station=factory.initial.get("BoxIdentifier", factory.serial))

    def observe(note: Note) -> None:
        log.info(note.event, **note.facts)

    store: Store = MemoryStore() if state is None else SqliteStore(state)
    tls = client_context(ca_file) if ca_file is not None else None
    virtual = VirtualStation(
        factory.serial,
        load_product(product),
        factory,
        store,
        WebSocketDialer(tls=tls),
        clock=SystemClock(),
        dice=Dice.unpredictable(),
        hardware_speed=speed,
        files=NetworkFiles(tls),
        observe=observe,
    )
    virtual.switch_on()
    configuration = virtual.station.configuration
    if configuration.text(Key.SUPERVISION_URL) is None or configuration.text(Key.BOX_IDENTIFIER) is None:
        await virtual.shut_down()
        raise BadSetting("--url and --id", None, "a station that was never configured needs both")
    tasks = (
        []
        if badge is None
        else [asyncio.create_task(_drivers(virtual, number, badge)) for number in virtual.rig.outlets]
    )
    try:
        await asyncio.gather(*tasks, asyncio.Event().wait())
    finally:
        for task in tasks:
            task.cancel()
        await virtual.shut_down()
    return 0


async def _drivers(virtual: VirtualStation, outlet: OutletNumber, badge: str) -> None:
    car = _FITTING_CARS[virtual.model.outlets[outlet - 1]]
    if virtual.rig.is_plugged(outlet):
        virtual.unplug(outlet)
    visit = Visit(outlet, f"{badge}-{outlet}", car, soc=0.2, take_wh=_TAKE_WH)
    await drive_in_turn(virtual, [visit], pause_s=_PAUSE_S)
