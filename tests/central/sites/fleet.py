"""A site of virtual stations on a memory network in virtual time, whose network can be taken away one by one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from contactor.base.dice import Dice
from contactor.base.ids import IdTag, OutletNumber, StationId
from contactor.central.server import CentralServer
from contactor.central.settings import CentralSettings, StationSetting
from contactor.central.sites.site import Site
from contactor.central.sites.site_rows import put_site
from contactor.central.store.database import for_writing
from contactor.central.store.writer import TurnWriter
from contactor.central.tags import Tag
from contactor.guide.load import load_product
from contactor.link.link import Dialer, DialledLink, LinkFailed, Receiver, Target
from contactor.link.memory import MemoryNetwork
from contactor.rig.garage import vehicle_model
from contactor.rig.vehicle import Vehicle
from contactor.station.settings import StationSettings
from contactor.station.store.memory import MemoryStore
from contactor.virtual.virtual_station import VirtualStation
from tests.central.bench import NOON
from tests.central.commands.closed_loop import LoopClock
from tests.central.sqlite_template import passing

URL = "ws://central/ocpp"
BADGE = "TAG-1"


class Gate:
    """A dialer that can be shut."""

    def __init__(self, dialer: Dialer) -> None:
        self._dialer = dialer
        self.is_shut = False

    async def dial(self, target: Target, receiver: Receiver) -> DialledLink:
        """Dial, unless the way is shut."""
        if self.is_shut:
            raise LinkFailed("the network is cut")
        return await self._dialer.dial(target, receiver)


class FleetSite:
    """The central system and the stations of one site."""

    def __init__(self, network: MemoryNetwork, central: CentralServer) -> None:
        self.central = central
        self.stations: dict[str, VirtualStation] = {}
        self._gates: dict[str, Gate] = {}
        self._network = network

    def add(self, name: str, model: str, clock: LoopClock) -> VirtualStation:
        """One more station, switched on."""
        gate = self._gates[name] = Gate(self._network.dialer())
        initial = {"SupervisionUrl": URL, "BoxIdentifier": name, "MinimumStatusDuration": "0"}
        station = VirtualStation(
            name,
            load_product(),
            StationSettings(model=model, serial=name, initial=initial, reconnect_first_s=0.1),
            MemoryStore(),
            gate,
            clock=clock,
            dice=Dice(len(self.stations)),
        )
        self.stations[name] = station
        station.switch_on()
        return station

    def set_site(self, site: Site, version: int = 1) -> None:
        """Keep a site, as the API does."""
        with for_writing(self.central.engine).begin() as connection:
            put_site(connection, site, version=version)

    def lose_network(self, name: str) -> None:
        """Cut a station off; it goes on by itself."""
        self._gates[name].is_shut = True
        for line in self._network.lines_of(name):
            line.cut()

    def return_network(self, name: str) -> None:
        """Let it find its way again."""
        self._gates[name].is_shut = False

    def power_w(self) -> float:
        """What all stations take from the site now."""
        return sum(
            station.rig.read(outlet).power_w for station in self.stations.values() for outlet in station.rig.outlets
        )

    async def start_charge(self, name: str, outlet: int, car: str, soc: float = 0.1) -> None:
        """Somebody plugs in and shows a badge."""
        station, number = self.stations[name], OutletNumber(outlet)
        station.plug(number, Vehicle(vehicle_model(car), soc=soc))
        await asyncio.sleep(1.0)
        station.touch_screen(number)
        station.present_badge(BADGE)

    def now(self) -> datetime:
        """The instant."""
        return self.central.clock.now()


@asynccontextmanager
async def fleet_site(models: dict[str, str]) -> AsyncIterator[FleetSite]:
    """Run a central system and stations by name and model; booted and at rest."""
    with passing() as database:
        async with _site_at(database, models) as site:
            yield site


@asynccontextmanager
async def _site_at(database: str, models: dict[str, str]) -> AsyncIterator[FleetSite]:
    network, clock = MemoryNetwork(), LoopClock(NOON)
    settings = CentralSettings(
        database=database,
        stations=tuple(StationSetting(StationId(name)) for name in models),
        tags=(Tag(IdTag(BADGE), allows_concurrent=True),),
    )
    central = CentralServer(
        settings,
        clock=clock,
        listener_factory=lambda admit: network.listen(URL, admit),
        writer_factory=TurnWriter,
    )
    async with central:
        site = FleetSite(network, central)
        try:
            for name, model in models.items():
                site.add(name, model, clock)
            await asyncio.sleep(30.0)
            yield site
        finally:
            for station in site.stations.values():
                await station.shut_down()
