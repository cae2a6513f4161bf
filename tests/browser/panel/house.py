"""Two virtual stations with a front panel over their control API, and a central system that accepts everything."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from contactor.cli.panel_process import PanelProcess
from contactor.link.memory import MemoryNetwork
from contactor.virtual.control.server import ControlServer
from contactor.virtual.virtual_station import VirtualStation
from tests.virtual.control.stage import Central, virtual_station

STATION = "CP-1"
HOSTILE = '<img src=x onerror=alert(1)> "quoted" & :colon'
BADGE = "ANNA"


@dataclass(frozen=True)
class PanelHouse:
    """What is running; `url` is where browsers look."""

    url: str
    control: ControlServer
    central: Central
    station: VirtualStation
    hostile: VirtualStation


@asynccontextmanager
async def panel_house() -> AsyncIterator[PanelHouse]:
    """Open one: a station that is online, and one with an ugly name that never gets through."""
    network, central = MemoryNetwork(), Central()
    async with AsyncExitStack() as running:
        listener = network.listen("ws://central/ocpp", central.admit)
        await listener.start()
        running.push_async_callback(listener.close)
        stations = [virtual_station(STATION, network, speed=60.0), _hostile(network)]
        for station in stations:
            station.switch_on()
            running.push_async_callback(station.shut_down)
        control = await running.enter_async_context(ControlServer(stations, port=0))
        panel = await running.enter_async_context(PanelProcess(control.url, port=0, badges=(BADGE, HOSTILE[:60])))
        await stations[0].until(lambda: stations[0].station.is_online)
        yield PanelHouse(panel.url, control, central, *stations)


def _hostile(network: MemoryNetwork) -> VirtualStation:
    return virtual_station(
        HOSTILE, network, SupervisionUrl="ws://nobody/<script>alert(2)</script>", BoxIdentifier="<b>BOLD</b>"
    )
