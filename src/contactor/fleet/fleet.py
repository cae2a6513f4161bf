"""SHELL: a fleet at work: its stations connect one after the other, drivers come and go, a tally is kept."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from functools import partial
from operator import itemgetter
from pathlib import Path

from contactor.base.clock import Clock, SystemClock
from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.base.ids import OutletNumber
from contactor.base.timetable import Timetable
from contactor.fleet.crowd import Crowd
from contactor.fleet.plan import FleetPlan, Place, Shard, places
from contactor.fleet.tally import Ear, Sample, Tally
from contactor.guide.entries import Product
from contactor.guide.load import load_product
from contactor.link.link import Dialer
from contactor.link.station_tls import StationTls
from contactor.link.websocket_client import WebSocketDialer
from contactor.rig.settings import RigSettings
from contactor.station.settings import StationSettings
from contactor.station.store.memory import MemoryStore
from contactor.virtual.driver import Visit, drive
from contactor.virtual.virtual_station import VirtualStation

TRIES = 5
"""How many stations a driver looks at for a free outlet before giving up."""
TRACE_FRAMES = 0
TICK_S = 0.05
"""So fine a fleet's clock is: all that is due at its stations within a tick is done together."""
TICK_HARDWARE_S = 1.0
"""A tick is never more than this in the seconds of the hardware."""
RECONNECT_FIRST_S = 5.0
HARDWARE = RigSettings(step_s=10.0, ramp_step_s=1.0)
"""Coarse enough for thousands of batteries: half a percent of energy in the bend of a charging curve at worst."""
DIALLING_MAX = 100
"""So many stations dial for the first time at once: more would only wait for each other until the first gave up."""
DRAIN_S = 10.0
"""How long the central system is given at the end to confirm what it was sent."""


class Fleet:
    """The stations of one shard of a plan: `async with Fleet(plan) as fleet:` runs it.

    Args:
        plan: what there is.
        shard: which part of it.
        dialer: opens links; real websockets unless given.
        clock: both times.
    """

    def __init__(
        self,
        plan: FleetPlan,
        shard: Shard | None = None,
        *,
        dialer: Dialer | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.plan = plan
        self._dialling = asyncio.Semaphore(DIALLING_MAX)
        self.tally = Tally(self._dialling.release)
        self.stations: list[VirtualStation] = []
        self._shard = shard or Shard()
        self._places = tuple(places(plan, self._shard))
        self._timetable = Timetable(tick_s=min(TICK_S, TICK_HARDWARE_S / plan.speed))
        self._dialer = dialer or WebSocketDialer(tls=_trust(plan), scheduler=self._timetable)
        self._clock = clock or SystemClock()
        # One for all: chance of its own would be a tenth of what an idle station weighs.
        self._dice = Dice(f"{plan.seed}-{self._shard.index}")
        self._products: dict[str, Product] = {group.product: load_product(group.product) for group in plan.groups}
        self._tasks: set[asyncio.Task[None]] = set()
        self._began_s = self._clock.monotonic_s()

    async def __aenter__(self) -> "Fleet":
        self._began_s = self._clock.monotonic_s()
        self._spawn(self._come_online())
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.end()

    @property
    def size(self) -> int:
        """How many stations the shard has, connected or not."""
        return len(self._places)

    async def samples(self, period_s: float) -> AsyncIterator[Sample]:
        """A sample each period, for as long as the plan says."""
        while self.plan.duration_s is None or self._elapsed_s() < self.plan.duration_s:
            await asyncio.sleep(period_s)
            yield self.sample()

    def sample(self) -> Sample:
        """How things stand."""
        on = [station for station in self.stations if station.runner.is_on]
        charging = [station for station in on if station.station.transactions.open_count]
        outlets = [(station.rig, outlet) for station in charging for outlet in station.rig.outlets]
        return Sample(
            at_s=round(self._elapsed_s(), 3),
            stations=self.size,
            connected=self.tally.connected,
            accepted=self.tally.accepted,
            charging=sum(station.station.transactions.open_count for station in charging),
            power_w=round(sum(rig.read(outlet).power_w for rig, outlet in outlets), 1),
            energy_wh=round(
                sum(each.rig.energy_delivered_wh(no) for each in self.stations for no in each.rig.outlets), 1
            ),
            frames_sent=sum(station.runner.frames_sent for station in self.stations),
            frames_received=sum(station.runner.frames_received for station in self.stations),
            owed=sum(station.station.messages_owed for station in on),
            visits=self.tally.visits,
            charged=self.tally.charged,
            refused=self.tally.refused,
            turned_away=self.tally.turned_away,
            troubles=self.tally.troubles.total(),
        )

    async def end(self) -> None:
        """Send the drivers home, give the central system a moment for what is owed to it, and switch off.

        Charges that are under way end with their stations, as by a power cut; each station says so when it comes back.
        """
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        owing = [each for each in self.stations if each.runner.is_on and each.station.messages_owed]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await asyncio.gather(*(each.until(partial(_owes_nothing, each)) for each in owing))
        await asyncio.gather(*(station.shut_down() for station in self.stations), return_exceptions=True)

    # Stations

    async def _come_online(self) -> None:
        """Switch stations on at the pace of the plan, each as late as chance has it, and no more than may dial."""
        pace_per_s = self.plan.ramp_up_per_s / self._shard.count
        due = [
            (number / pace_per_s + self._dice.between(0.0, self.plan.jitter_s), place)
            for number, place in enumerate(self._places)
        ]
        for due_s, place in sorted(due, key=itemgetter(0)):
            behind_s = due_s - self._elapsed_s()
            if behind_s > 0:
                await asyncio.sleep(behind_s)
            await self._dialling.acquire()  # released when its first dial has ended
            station = self._make(place)
            self.stations.append(station)
            station.switch_on()
        self._spawn(self._let_drivers_come())

    def _make(self, place: Place) -> VirtualStation:
        initial = {"SupervisionUrl": self.plan.url, "BoxIdentifier": place.station_id, **place.group.settings}
        if place.key_hex is not None:
            initial["AuthorizationKey"] = place.key_hex
        return VirtualStation(
            place.station_id,
            self._products[place.group.product],
            StationSettings(
                model=place.model,
                serial=f"F{place.index:08}",
                initial=initial,
                reconnect_first_s=RECONNECT_FIRST_S,
                trace_frames=TRACE_FRAMES,
            ),
            MemoryStore(),
            self._dialer,
            clock=self._clock,
            dice=self._dice,
            hardware_speed=self.plan.speed,
            hardware=HARDWARE,
            observe=Ear(self.tally, place.index),
            scheduler=self._timetable,
            keeps_rig=False,
        )

    # Drivers

    async def _let_drivers_come(self) -> None:
        crowd = Crowd(self.plan.drivers, len(self.stations), self.plan.speed, self._dice)
        while True:
            wait_s, is_arrival = crowd.wait_s(self._elapsed_s())
            await asyncio.sleep(wait_s)
            if is_arrival:
                self._arrive(crowd)

    def _arrive(self, crowd: Crowd) -> None:
        self.tally.visits += 1
        for _ in range(TRIES):
            station = self.stations[crowd.station()]
            free = [outlet for outlet in station.rig.outlets if not station.rig.is_plugged(outlet)]
            if not (free and station.runner.is_on):
                continue
            outlet = OutletNumber(crowd.pick_outlet(free))
            car = crowd.car(station.rig.plug_kind(outlet))
            if car is None:
                continue
            soc = crowd.between(*car.soc)
            visit = Visit(outlet, crowd.badge(), car.vehicle, soc, crowd.between(*car.take_wh))
            if car.battery_wh is not None:
                visit = replace(visit, battery_wh=crowd.between(*car.battery_wh))
            self._spawn(self._visit(station, visit))
            return
        self.tally.turned_away += 1

    async def _visit(self, station: VirtualStation, visit: Visit) -> None:
        try:
            was_charged = await drive(station, visit)
        except BadSetting:
            self.tally.turned_away += 1
        else:
            self.tally.charged += was_charged
            self.tally.refused += not was_charged

    def _spawn(self, deed: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(deed)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _elapsed_s(self) -> float:
        return self._clock.monotonic_s() - self._began_s


def _owes_nothing(station: VirtualStation) -> bool:
    return not (station.runner.is_on and station.station.messages_owed)


def _delivered_wh(station: VirtualStation) -> float:
    return sum(station.rig.energy_delivered_wh(outlet) for outlet in station.rig.outlets)


def _trust(plan: FleetPlan) -> StationTls | None:
    return None if plan.ca_file is None else StationTls(Path(plan.ca_file))
