"""SHELL: operators, who order what the table of orders says, and in the calm insist on what must be so."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Mapping

from contactor.central.commands.command import CommandRefused, CommandState, CommandView, Order, QueueFull
from contactor.central.store.port import WriterFull, WriterStopped
from contactor.storm.central_house import CentralHouse
from contactor.storm.chance import Chance
from contactor.storm.orders import ORDERS, Desktop, Payload, local_list
from contactor.storm.station_house import StationHouse

ANSWER_WAIT_S = 600.0
INSIST_PAUSE_S = 20.0
_WAITS_S = (None, None, 60.0, 900.0)
_GOOD = ("Accepted", "Scheduled", None)


class Operator:
    """Whoever orders for one station."""

    def __init__(self, house: StationHouse, central: CentralHouse, chance: Chance) -> None:
        self.outcomes: Counter[str] = Counter()
        self._house = house
        self._central = central
        self._chance = chance
        self._goes_home = False
        self._desktop = Desktop(house.clock.now(), chance, len(house.outlets), 1, 0, 0)

    async def live(self, orders_per_hour: float) -> None:
        """Order one thing after the other, until everybody is sent home."""
        while not self._goes_home:
            await asyncio.sleep(self._chance.wait_s(orders_per_hour))
            if not self._goes_home:
                await self.order_something()

    def go_home(self) -> None:
        """Order nothing more at random."""
        self._goes_home = True

    async def order_something(self) -> None:
        """Draw an order and give it."""
        self._look_at_desk()
        action, make = self._chance.weighted(ORDERS)
        await self._order(action, make(self._desktop), wait_s=self._chance.pick(_WAITS_S))

    async def insist(self) -> None:
        """Calm: the station works again, and its list is a list that we know."""
        await self._insist_on("ChangeAvailability", {"connectorId": 0, "type": "Operative"})
        self._look_at_desk()
        await self._insist_on("SendLocalList", local_list(self._desktop, is_full=True))

    async def _insist_on(self, action: str, payload: Payload) -> None:
        while True:
            view = await self._order(action, payload, wait_s=ANSWER_WAIT_S)
            if view is not None and view.state is CommandState.ANSWERED and view.status in _GOOD:
                return
            await asyncio.sleep(INSIST_PAUSE_S)

    async def _order(self, action: str, payload: Mapping[str, object], *, wait_s: float | None) -> CommandView | None:
        server = self._central.server
        if server is None:
            return None
        order = Order(self._house.name, action, payload, by="operator", wait_s=wait_s)
        try:
            # A central system that is killed meanwhile never says anything; nor do its operators' screens.
            async with asyncio.timeout(ANSWER_WAIT_S):
                view = await server.desk.submit(order)
                view = await server.desk.settled(view.command_id, wait_s=ANSWER_WAIT_S)
        except (CommandRefused, QueueFull, WriterFull, WriterStopped, TimeoutError) as error:
            self.outcomes[type(error).__name__] += 1
            return None
        except Exception:
            # A database without room refuses orders in its own words; one that was taken away under a killed process
            # has none. Whoever ordered learns nothing; the record is what counts.
            if self._central.disk.is_full or server is not self._central.server:
                self.outcomes["database refused"] += 1
                return None
            raise
        self.outcomes[str(view.state)] += 1
        return view

    def _look_at_desk(self) -> None:
        self._desktop.now = self._central.clock.now()
        software = self._house.station.runner.station
        if software is not None:
            with contextlib.suppress(StopIteration):
                known = next(each for each in software.transactions.all_known() if each.central_id is not None)
                self._desktop.transaction_id = known.central_id or 1
