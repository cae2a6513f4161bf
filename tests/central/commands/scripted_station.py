"""A station that only does what the test says: it boots, hears calls, and answers what it is told to."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

from contactor.base.ids import StationId
from contactor.central.commands.command import CommandView, Order
from contactor.central.server import CentralServer
from contactor.central.store.writer import TurnWriter
from contactor.link.link import Closure, Link, Target
from contactor.link.memory import MemoryNetwork
from tests.central.bench import NOON, STATION, Json, address_in, settings
from tests.central.commands.closed_loop import URL, LoopClock
from tests.central.sqlite_template import passing

Answer = Json | str | None
"""A payload, the code of a CALLERROR, or None for silence."""
EVLINK = "EVD1S180THB"


class ScriptedStation:
    """One connection of a station."""

    def __init__(self, answer: Callable[[str, Json], Answer]) -> None:
        self.heard: list[tuple[str, Json]] = []
        self.results: dict[str, Json] = {}
        self.link: Link | None = None
        self._answer = answer
        self._count = 0

    def link_opened(self, link: Link) -> None:
        self.link = link

    def link_closed(self, _closure: Closure) -> None:
        self.link = None

    def text_received(self, text: bytes) -> None:
        frame = json.loads(text)
        if frame[0] != 2:
            self.results[frame[1]] = frame[2]
            return
        self.heard.append((frame[2], frame[3]))
        answer = self._answer(frame[2], frame[3])
        if isinstance(answer, str):
            self._send([4, frame[1], answer, "", {}])
        elif answer is not None:
            self._send([3, frame[1], answer])

    async def ask(self, action: str, payload: Json) -> Json:
        """Call, and return what the central system answers."""
        self._count += 1
        message_id = f"s{self._count}"
        self._send([2, message_id, action, payload])
        while message_id not in self.results:
            await until_next()
        return self.results[message_id]

    async def boot(self, model: str = "OTHER") -> Json:
        return await self.ask("BootNotification", {"chargePointVendor": "Somebody", "chargePointModel": model})

    def hang_up(self) -> None:
        assert self.link is not None
        self.link.close()

    def _send(self, frame: list[object]) -> None:
        assert self.link is not None
        self.link.send(json.dumps(frame).encode())


async def until_next(seconds: float = 0.1) -> None:
    """Let virtual time pass."""
    await asyncio.sleep(seconds)


class Bench:
    """A central system, and stations that are scripted."""

    def __init__(self, central: CentralServer, network: MemoryNetwork) -> None:
        self.central = central
        self.desk = central.desk
        self._network = network

    async def connect(
        self,
        answer: Callable[[str, Json], Answer] = lambda _action, _payload: {"status": "Accepted"},
        *,
        model: str = "OTHER",
        station: StationId = STATION,
        password: bytes | None = None,
    ) -> ScriptedStation:
        """A station that is connected and has booted."""
        scripted = ScriptedStation(answer)
        await self._network.dialer().dial(Target(URL, station, password), scripted)
        await scripted.boot(model)
        return scripted

    async def order(self, action: str, payload: Json, **fields: object) -> CommandView:
        """Submit."""
        return await self.desk.submit(Order(STATION, action, payload, "anna", **fields))  # type: ignore[arg-type]  # an order's own fields by name

    async def settle(self, action: str, payload: Json, **fields: object) -> CommandView:
        """Submit and wait for the end."""
        view = await self.order(action, payload, **fields)
        return await self.desk.settled(view.command_id, wait_s=100)

    async def look(self, view: CommandView) -> CommandView:
        """The record as it is now."""
        found = await self.desk.find(view.command_id)
        assert found is not None
        return found


@asynccontextmanager
async def a_bench(place: Path | str | None = None, **changes: object) -> AsyncIterator[Bench]:
    """A central system on a database that goes with it, on a file in a folder that outlives it, or at an address."""
    with nullcontext(address_in(place)) if place is not None else passing() as database:
        async with _bench_at(database, changes) as bench:
            yield bench


@asynccontextmanager
async def _bench_at(database: str, changes: Json) -> AsyncIterator[Bench]:
    network = MemoryNetwork()
    central = CentralServer(
        settings(**{"database": database, **changes}),
        clock=LoopClock(NOON),
        listener_factory=lambda admit: network.listen(URL, admit),
        writer_factory=TurnWriter,
    )
    async with central:
        yield Bench(central, network)
