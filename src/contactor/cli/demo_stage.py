"""SHELL: the demo's stage: the central system as a child process, two virtual stations, and their drivers."""

import asyncio
import contextlib
import json
import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.base.errors import BadSetting, LinkError
from contactor.base.ids import OutletNumber
from contactor.cli.console_process import ConsoleProcess
from contactor.cli.demo_furnishing import furnish
from contactor.cli.demo_story import Storyteller
from contactor.cli.panel_process import PanelProcess
from contactor.cli.ports import PANEL_PORT
from contactor.guide.load import load_product
from contactor.link.websocket_client import WebSocketDialer
from contactor.station.effects import Note
from contactor.station.settings import StationSettings
from contactor.station.store.sqlite import SqliteStore
from contactor.virtual.control.address import DEFAULT_PORT
from contactor.virtual.control.server import ControlServer
from contactor.virtual.driver import Visit, drive, drive_in_turn
from contactor.virtual.network import Network
from contactor.virtual.virtual_station import VirtualStation

_STATIONS = {
    "DEMO-180": "EVD1S180TBB",
    "DEMO-120": "EVD1S120THB",
}
_BADGES = ("ANNA", "BEN", "CLARA", "DAVID", "EVA")

# In the demo an hour of charging takes a minute, so everything that is told about it must come sixty times as often.
_QUICK = {"MeterValueSampleInterval": "1", "MinimumStatusDuration": "0", "HeartbeatInterval": "10"}

_FIRST_VISITS = {
    "DEMO-180": Visit(OutletNumber(1), "ANNA", "saloon", soc=0.2, take_wh=6_000.0),
    "DEMO-120": Visit(OutletNumber(2), "BEN", "old_hatchback", soc=0.3, take_wh=3_000.0),
}
_VISITS = {
    "DEMO-180": {
        1: [
            Visit(OutletNumber(1), "ANNA", "saloon", 0.2, 20_000.0),
            Visit(OutletNumber(1), "EVA", "van", 0.4, 15_000.0),
        ],
        2: [Visit(OutletNumber(2), "CLARA", "grand_tourer", 0.1, 30_000.0)],
    },
    "DEMO-120": {
        1: [Visit(OutletNumber(1), "DAVID", "city_car", 0.3, 12_000.0)],
        2: [Visit(OutletNumber(2), "BEN", "old_hatchback", 0.3, 8_000.0)],
    },
}
_PAUSE_S = 4.0
_PORTS = range(9000, 9080)
_API_PORTS = range(9080, 9090)
_CONSOLE_PORTS = range(9090, 9100)
_CONTROL_PORTS = range(DEFAULT_PORT, DEFAULT_PORT + 10)
_PANEL_PORTS = range(PANEL_PORT, PANEL_PORT + 10)
_READY_WITHIN_S = 30.0
_END_WITHIN_S = 10.0
_RESTART_PAUSE_S = 1.0


def first_free_port(ports: range = _PORTS) -> int:
    """The first of some ports that nobody listens on.

    Low ports on purpose: the high ones are handed out to clients, and a restarted central system would find its own
    port taken by one of the stations that look for it.
    """
    for port in ports:
        with socket.socket() as probe:
            # As servers do: a port is free although connections of its last owner are still dying.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise BadSetting("--port", None, f"no port from {ports[0]} to {ports[-1]} is free; name one")


class Stage:
    """Everything the demo needs, from the first process to the last message."""

    def __init__(
        self, place: Path, port: int | None, story: Storyteller, *, speed: float, has_console: bool = False
    ) -> None:
        self.ledger_file = place / "ledger.sqlite"
        self.stations: list[VirtualStation] = []
        self.url = ""
        self.login: tuple[str, str] | None = None
        """Name and password of the first user; None if the folder's ledger has had one before."""
        self._api_port = str(first_free_port(_API_PORTS)) if has_console else "off"
        self._place = place
        self._port = first_free_port() if port is None else port
        self._story = story
        self._speed = speed
        self._central: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._control: ControlServer | None = None
        self._pages = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._write_settings()
        try:
            await self._start_central()
            self._watch = asyncio.create_task(self._keep_central_alive())
            for name, model in _STATIONS.items():
                self._add_station(name, model)
        except BaseException:
            await self._strike()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._strike()

    @property
    def central_pid(self) -> int:
        """The process to kill for those who want to see what happens."""
        assert self._central is not None
        return self._central.pid

    async def let_people_in(self) -> tuple[str, str, str]:
        """Serve console, front panel and the stations' control API, and say where these are, in this order."""
        if self.login is not None:
            await furnish(self._api_url, self.login, tuple(_STATIONS))
        self._control = ControlServer(self.stations, port=first_free_port(_CONTROL_PORTS))
        await self._control.start()
        # The console is not the central system's own: it must stay when that one is killed, and show that it is away.
        console = ConsoleProcess(self._api_url, port=first_free_port(_CONSOLE_PORTS))
        panel = PanelProcess(self._control.url, port=first_free_port(_PANEL_PORTS), badges=_BADGES)
        async with asyncio.TaskGroup() as starting:
            for pages in (console, panel):
                starting.create_task(self._pages.enter_async_context(pages))
        return console.url, panel.url, self._control.url

    @property
    def _api_url(self) -> str:
        return f"http://127.0.0.1:{self._api_port}"

    @property
    def frames(self) -> int:
        """Messages on the wire, both ways, as the stations count them."""
        return sum(each.runner.frames_sent + each.runner.frames_received for each in self.stations)

    def energy_delivered_wh(self) -> int:
        """What the meters of all outlets say together."""
        return sum(each.rig.read(outlet).register_wh for each in self.stations for outlet in each.rig.outlets)

    async def one_session(self, station: VirtualStation) -> None:
        """One driver, one charge."""
        await drive(station, _FIRST_VISITS[station.name])

    async def drivers_come_and_go(self) -> None:
        """Every outlet has its drivers, for ever."""
        async with asyncio.TaskGroup() as drivers:
            for station in self.stations:
                for visits in _VISITS[station.name].values():
                    drivers.create_task(drive_in_turn(station, visits, pause_s=_PAUSE_S))

    async def everything_delivered(self) -> None:
        """Wait until the central system has confirmed every message that matters."""
        for station in self.stations:
            await station.until(lambda station=station: station.station.messages_owed == 0)  # type: ignore[misc]

    # Central system

    def _write_settings(self) -> None:
        lines = ["[central]\nlog_messages = true\n"]
        lines += [f"[[station]]\nid = {json.dumps(name)}\n" for name in _STATIONS]
        lines += [f"[[tag]]\nid = {json.dumps(badge)}\n" for badge in _BADGES]
        (self._place / "central.toml").write_text("\n".join(lines))

    async def _start_central(self) -> None:
        is_new = not self.ledger_file.exists()
        self._central = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "contactor",
            "central",
            *("--config", str(self._place / "central.toml")),
            *("--database", str(self.ledger_file)),
            *("--port", str(self._port)),
            *("--api-port", self._api_port),
            *("--console-port", "off"),
            *("--log-level", "error"),
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for us; the child is ended when the stations have said goodbye
        )
        assert self._central.stdout is not None
        try:
            async with asyncio.timeout(_READY_WITHIN_S):
                first_line = await self._central.stdout.readline()
        except TimeoutError:
            raise LinkError(f"the central system did not start within {_READY_WITHIN_S:g} s") from None
        if not first_line:
            raise LinkError("the central system did not start; what it says is above")
        self.url = json.loads(first_line)["listening"]
        if is_new and self._api_port != "off":
            first_user = json.loads(await self._central.stdout.readline())
            self.login = first_user["user"], first_user["password"]
        # A restarted one must be where the stations look for it.
        self._port = int(self.url.rsplit(":", 1)[1].split("/")[0])

    async def _keep_central_alive(self) -> None:
        while True:
            assert self._central is not None
            await self._central.wait()
            self._story.central_gone()
            await asyncio.sleep(_RESTART_PAUSE_S)  # one that dies at once must not be started without end
            try:
                await self._start_central()
            except LinkError as error:
                self._story.central_failed(error)
            else:
                self._story.central_back(self.central_pid)

    async def _strike(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self._pages.aclose()
        if self._control is not None:
            await self._control.stop()
        await asyncio.gather(*(station.shut_down() for station in self.stations), return_exceptions=True)
        if self._central is not None and self._central.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._central.terminate()
            try:
                async with asyncio.timeout(_END_WITHIN_S):
                    await self._central.wait()
            except TimeoutError:
                self._central.kill()
                await self._central.wait()

    # Stations

    def _add_station(self, name: str, model: str) -> None:
        def observe(note: Note) -> None:
            self._story.tell(name, note)

        dice = Dice.unpredictable()
        station = VirtualStation(
            name,
            load_product(),
            StationSettings(
                model=model,
                serial=f"{name}-SN",
                initial={"SupervisionUrl": self.url, "BoxIdentifier": name, **_QUICK},
                reconnect_first_s=1.0,
            ),
            SqliteStore(self._place / name),
            Network(WebSocketDialer(), dice),
            clock=SystemClock(),
            dice=dice,
            hardware_speed=self._speed,
            observe=observe,
        )
        self.stations.append(station)
        station.switch_on()
