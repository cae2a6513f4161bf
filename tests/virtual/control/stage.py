"""A station in memory under a served control API, and a central system that accepts everything."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.guide.load import load_product
from contactor.link.link import Admit, Closure, Handshake, Link
from contactor.link.memory import MemoryNetwork
from contactor.station.settings import StationSettings
from contactor.station.store.memory import MemoryStore
from contactor.virtual.control.server import ControlServer
from contactor.virtual.network import Network
from contactor.virtual.virtual_station import VirtualStation

KEY = "00112233445566778899aabbccddeeff"


@dataclass
class Central:
    """Answers every call at once, as a friendly central system does, and remembers what came."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    link: Link | None = None
    closures: list[Closure] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def admit(self, _handshake: Handshake) -> Admit:
        return Admit(self)

    def link_opened(self, link: Link) -> None:
        self.link = link
        self._changed.set()

    def text_received(self, text: bytes) -> None:
        frame = json.loads(text)
        if frame[0] == 2:
            self.calls.append((frame[2], frame[3]))
            assert self.link is not None
            self.link.send(msgspec.json.encode([3, frame[1], self._answer(frame[2])]))
        self._changed.set()

    def link_closed(self, closure: Closure) -> None:
        self.closures.append(closure)
        self._changed.set()

    def order(self, action: str, payload: dict[str, Any]) -> None:
        assert self.link is not None
        self.link.send(msgspec.json.encode([2, f"order-{len(self.calls)}", action, payload]))

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    def _answer(self, action: str) -> dict[str, Any]:
        now = SystemClock().now().isoformat().replace("+00:00", "Z")
        answers: dict[str, dict[str, Any]] = {
            "BootNotification": {"status": "Accepted", "currentTime": now, "interval": 300},
            "Heartbeat": {"currentTime": now},
            "Authorize": {"idTagInfo": {"status": "Accepted"}},
            "StartTransaction": {"idTagInfo": {"status": "Accepted"}, "transactionId": 4711},
        }
        return answers.get(action, {})


@dataclass
class Stage:
    """What a test of the control API works with."""

    virtual: VirtualStation
    central: Central
    control: ControlServer
    http: httpx.AsyncClient
    network: MemoryNetwork

    @property
    def path(self) -> str:
        return f"/stations/{self.virtual.name}"

    async def do(self, verb: str, body: object = None, *, method: str = "POST") -> dict[str, Any]:
        answer = await self.http.request(method, f"{self.path}/{verb}", json=body)
        assert answer.status_code == 200, answer.text
        done: dict[str, Any] = answer.json()
        return done

    async def refused(self, verb: str, body: object = None, *, method: str = "POST") -> tuple[int, dict[str, Any]]:
        answer = await self.http.request(method, f"{self.path}/{verb}", json=body)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        return answer.status_code, answer.json()

    async def state(self) -> dict[str, Any]:
        answer = await self.http.get(self.path)
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()
        return state

    async def booted(self) -> None:
        await self.virtual.until(lambda: self.virtual.station.is_online)


def virtual_station(name: str, network: MemoryNetwork, *, speed: float = 60.0, **initial: str) -> VirtualStation:
    return VirtualStation(
        name,
        load_product(),
        StationSettings(
            model="EVD1S180THB",
            serial="SN-1",
            initial={
                "SupervisionUrl": "ws://central/ocpp",
                "BoxIdentifier": name,
                "AuthorizationKey": KEY,
                "MinimumStatusDuration": "0",
                **initial,
            },
            reconnect_first_s=0.05,
        ),
        MemoryStore(),
        Network(network.dialer(), Dice("network")),
        clock=SystemClock(),
        dice=Dice("control"),
        hardware_speed=speed,
    )


@asynccontextmanager
async def stage(*, token: str | None = None, speed: float = 60.0, **initial: str) -> AsyncIterator[Stage]:
    network = MemoryNetwork()
    central = Central()
    listener = network.listen("ws://central/ocpp", central.admit)
    await listener.start()
    virtual = virtual_station("CP-1", network, speed=speed, **initial)
    virtual.switch_on()
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        async with (
            ControlServer([virtual], port=0, token=token) as control,
            httpx.AsyncClient(base_url=control.url, headers=headers, timeout=20) as http,
        ):
            yield Stage(virtual, central, control, http, network)
    finally:
        await virtual.shut_down()
        await listener.close()
