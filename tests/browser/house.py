"""A central system with a console before it and virtual stations behind it, all real, and people who sign in."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from playwright.async_api import Page

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.base.ids import IdTag, StationId
from contactor.central.api.server import ApiServer
from contactor.central.server import CentralServer
from contactor.central.settings import CentralSettings, StationSetting
from contactor.central.tags import Tag
from contactor.cli.console_process import ConsoleProcess
from contactor.cli.demo_stage import first_free_port
from contactor.guide.load import load_product
from contactor.link.websocket_client import WebSocketDialer
from contactor.station.settings import StationSettings
from contactor.station.store.sqlite import SqliteStore
from contactor.virtual.twin.twins import VirtualTwins
from contactor.virtual.virtual_station import VirtualStation
from tests.central.api.bench import API, PASSWORD, brisk, log_in
from tests.central.bench import address_in

STATION = "RDAM-01"
HOSTILE = "HOSTILE-1"
BADGE = "ANNA"
MODEL = "EVD1S180TBB"
_QUICK = {"MeterValueSampleInterval": "1", "MinimumStatusDuration": "0", "HeartbeatInterval": "10"}


class House:
    """What is running, and the way in."""

    def __init__(self, central: CentralServer, api: ApiServer, admin: httpx.AsyncClient, url: str) -> None:
        self.central = central
        self.api = api
        self.admin = admin
        self.url = url
        assert api.first_password is not None
        self._passwords = {"admin": api.first_password}

    def password(self, name: str) -> str:
        return self._passwords[name]

    async def change_role(self, name: str, role: str) -> None:
        answer = await self.admin.patch(f"{API}/users/{name}", json={"role": role})
        assert answer.is_success, answer.text

    async def add_user(self, name: str, role: str) -> None:
        new = {"name": name, "password": PASSWORD, "role": role}
        answer = await self.admin.post(f"{API}/users", json=new)
        assert answer.is_success, answer.text
        self._passwords[name] = PASSWORD

    async def sign_in(self, page: Page, name: str) -> None:
        await page.goto("/login")
        await page.get_by_label("Name").fill(name)
        await page.get_by_label("Password").fill(self._passwords[name])
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("heading", name="Fleet", level=1).wait_for()


@asynccontextmanager
async def house_in(place: Path) -> AsyncIterator[House]:
    """Open one in a folder; its console, which takes as long to start as all else, starts beside it."""
    first = random.randrange(12_000, 30_000)
    settings = CentralSettings(
        listen_port=0,
        api_port=first_free_port(range(first, first + 200)),
        database=address_in(place),
        log_messages=True,
        webhook_networks=("127.0.0.0/8",),
        stations=(StationSetting(StationId(STATION)), StationSetting(StationId(HOSTILE))),
        tags=(Tag(IdTag(BADGE)),),
    )
    async with AsyncExitStack() as running:
        console = ConsoleProcess(f"http://127.0.0.1:{settings.api_port}", port=0)
        running.push_async_exit(console)
        starting = asyncio.create_task(console.__aenter__())
        await asyncio.sleep(0)  # the child is on its way before this loop is busy
        central = await running.enter_async_context(CentralServer(settings, leisure=brisk))
        api = await running.enter_async_context(ApiServer(central, twins=VirtualTwins()))
        admin = await running.enter_async_context(httpx.AsyncClient(base_url=api.url, timeout=30))
        assert api.first_password is not None
        identity = await log_in(admin, "admin", api.first_password)
        admin.headers["X-CSRF-Token"] = str(identity["csrf_token"])
        await starting
        yield House(central, api, admin, console.url)


@asynccontextmanager
async def station_in(house: House, place: Path, name: str = STATION) -> AsyncIterator[VirtualStation]:
    """A virtual station that has booted; a minute of its hardware passes in a second."""
    station = VirtualStation(
        name,
        load_product(),
        StationSettings(
            model=MODEL,
            serial=f"{name}-SN",
            initial={
                "SupervisionUrl": f"ws://127.0.0.1:{house.central.port}/ocpp",
                "BoxIdentifier": name,
                **_QUICK,
            },
            reconnect_first_s=0.1,
            firmware_install_s=0.5,
        ),
        SqliteStore(place / name),
        WebSocketDialer(),
        clock=SystemClock(),
        dice=Dice.unpredictable(),
        hardware_speed=20.0,
    )
    station.switch_on()
    try:
        async with asyncio.timeout(30):
            await station.until(lambda: station.runner.station is not None and house.central.sessions.is_online(name))
        yield station
    finally:
        await station.shut_down()
