"""Both ends in one process and one virtual time: a central system in memory, and the real station core at its line."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from contactor.base.clock import ManualClock
from contactor.base.dice import Dice
from contactor.base.ids import IdTag
from contactor.central.commands.command import CommandState, CommandView, FollowUp, Order
from contactor.central.server import CentralServer
from contactor.central.store.writer import TurnWriter
from contactor.central.tags import Tag
from contactor.guide.load import load_product
from contactor.link.memory import MemoryNetwork
from contactor.station.settings import StationSettings
from contactor.station.store.memory import MemoryStore
from contactor.virtual.virtual_station import VirtualStation
from tests.central.bench import NOON, STATION, Json, settings
from tests.central.sqlite_template import passing

PATIENCE_S = 3600
URL = "ws://central/ocpp"


class LoopClock(ManualClock):
    """Both times follow the virtual loop."""

    def monotonic_s(self) -> float:
        """The loop's own seconds."""
        self.advance(asyncio.get_running_loop().time() - super().monotonic_s())
        return super().monotonic_s()

    def now(self) -> datetime:
        """The wall clock, as far as the loop has come."""
        self.monotonic_s()
        return super().now()


class ClosedLoop:
    """A central system and one station, which is booted and at rest."""

    def __init__(self, central: CentralServer, station: VirtualStation) -> None:
        self.central = central
        self.station = station

    async def order(self, action: str, payload: Json, **fields: object) -> CommandView:
        """Submit an order and wait for its end."""
        order = Order(STATION, action, payload, by="anna", **fields)  # type: ignore[arg-type]  # an order's own fields by name
        view = await self.central.desk.submit(order)
        return await self.central.desk.settled(view.command_id, wait_s=120)

    async def status_of(self, action: str, payload: Json, **fields: object) -> str | None:
        """The word of the answer."""
        view = await self.order(action, payload, **fields)
        assert view.state is CommandState.ANSWERED, view
        return view.status

    async def followed(self, view: CommandView) -> FollowUp | None:
        """What the follow-up of a command changes to."""
        for _ in range(PATIENCE_S):
            found = await self.central.desk.find(view.command_id)
            if found is not None and found.follow_up is not view.follow_up:
                return found.follow_up
            await self.pass_time(1)
        raise AssertionError(f"nothing followed {view}")

    async def pass_time(self, seconds: float) -> None:
        """Let virtual time pass."""
        await asyncio.sleep(seconds)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let virtual time pass until something is so."""
        for _ in range(PATIENCE_S * 2):
            if condition():
                return
            await self.pass_time(0.5)
        raise AssertionError(f"it did not come true within {PATIENCE_S} s")


@asynccontextmanager
async def closed_loop(model: str = "EVD1S180TBB", **changes: object) -> AsyncIterator[ClosedLoop]:
    """Run both; the tag TAG-1 may charge."""
    with passing() as database:
        async with _loop_at(model, {"database": database, **changes}) as loop:
            yield loop


@asynccontextmanager
async def _loop_at(model: str, changes: dict[str, object]) -> AsyncIterator[ClosedLoop]:
    network = MemoryNetwork()
    clock = LoopClock(NOON)
    given = settings(**{"tags": (Tag(IdTag("TAG-1")),), **changes})
    central = CentralServer(
        given,
        clock=clock,
        listener_factory=lambda admit: network.listen(URL, admit),
        writer_factory=TurnWriter,
    )
    async with central:
        station = VirtualStation(
            "twin",
            load_product(),
            StationSettings(
                model=model,
                serial="SN-1",
                initial={"SupervisionUrl": URL, "BoxIdentifier": STATION, "MinimumStatusDuration": "0"},
                reconnect_first_s=0.1,
            ),
            MemoryStore(),
            network.dialer(),
            clock=clock,
            dice=Dice(1),
        )
        station.switch_on()
        try:
            loop = ClosedLoop(central, station)
            await loop.until(lambda: len(central.queries.stations()[0].connectors) == 3)
            yield loop
        finally:
            await station.shut_down()
