"""Stations as a process of their own, to be killed: real sockets, stores on disk, drivers in a hurry, and witnesses.

What a station durably owes is written down by a trigger of its own database, in the very commit that makes it owe; what
it says and hears is appended to a file before it is said. Both survive SIGKILL, and are the evidence afterwards.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from contactor.base.clock import SystemClock
from contactor.base.dice import Dice
from contactor.base.ids import ConnectorId, OutletNumber, StationId
from contactor.guide.load import load_product
from contactor.link.link import Cancellable
from contactor.link.websocket_client import WebSocketDialer
from contactor.rig.garage import GARAGE
from contactor.rig.vehicle import Vehicle
from contactor.station.settings import StationSettings
from contactor.station.store.sqlite import SqliteStore
from contactor.storm.chance import Chance
from contactor.storm.evidence import look_at, look_closely
from contactor.storm.frame import Frame
from contactor.storm.meddling import Meddler
from contactor.storm.tap import TapDialer
from contactor.virtual.virtual_station import VirtualStation

SPEED = 60.0
BADGES = ("ANNA", "BEN", "CLARA", "DAVID")
SETTLE_S = 480.0
"""For the longest pause between two dials (TR-13), and what is to be delivered after it."""
_LINES_PER_LIFE = 10**6
_WITNESS = """
create table if not exists witness (number integer primary key, at_s real, value blob);
create trigger if not exists witness_outbox after insert on rows when new.part = 'outbox' begin
    insert into witness (at_s, value) values ((julianday('now') - 2440587.5) * 86400.0, new.value);
end;
"""


class WallScheduler:
    """The loop, with seconds that go on from one life of the process to the next."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()

    def time(self) -> float:
        return time.time()

    def call_soon(self, callback: Callable[[], object], /) -> Cancellable:
        return self._loop.call_soon(callback)

    def call_later(self, delay_s: float, callback: Callable[[], object], /) -> Cancellable:
        return self._loop.call_later(delay_s, callback)


class Resident:
    """One station and whoever comes to it."""

    def __init__(self, name: str, folder: Path, url: str, chance: Chance) -> None:
        self.name = name
        self._folder = folder
        self._chance = chance
        self._store = SqliteStore(folder)
        with contextlib.closing(sqlite3.connect(folder / "station.sqlite")) as connection:
            connection.executescript(_WITNESS)
        self._frames = os.open(folder / "frames.jsonl", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        tap = TapDialer(name, WebSocketDialer(), Meddler(lambda: False), self._heard, WallScheduler())
        tap.lines = int(time.time()) * _LINES_PER_LIFE
        product = load_product()
        model = Chance(0, name).pick(sorted(product.models))  # the same in every life
        self.station = VirtualStation(
            name,
            product,
            StationSettings(
                model=model,
                serial=f"SN-{name}",
                initial={
                    "SupervisionUrl": url,
                    "BoxIdentifier": StationId(name),
                    "MinimumStatusDuration": "0",
                    "MeterValueSampleInterval": "2",
                    "TransactionMessageAttempts": "1000",
                    "TransactionMessageRetryInterval": "1",
                    "WebSocketPingInterval": "2",
                },
                reconnect_first_s=0.2,
                call_timeout_s=5.0,
                boot_retry_s=1.0,
            ),
            self._store,
            tap,
            clock=SystemClock(),
            dice=Dice.unpredictable(),
            hardware_speed=SPEED,
        )

    async def live(self, is_over: asyncio.Event) -> None:
        """Charge one car after the other until it is over, then let all be delivered."""
        self.station.switch_on()
        outlets = tuple(self.station.rig.outlets)
        for outlet in outlets:
            if self.station.rig.is_plugged(outlet):
                self.station.unplug(outlet)  # its driver went home with the last life
        async with asyncio.TaskGroup() as drivers:
            for outlet in outlets:
                drivers.create_task(self._drive(outlet, is_over))
        async with asyncio.timeout(SETTLE_S):
            await self.station.until(lambda: self.station.runner.is_on and self._is_settled)
        await asyncio.sleep(1.0)  # real seconds: the last status is on its way

    def look(self) -> bytes:
        """The last look, as a line of JSON."""
        self.station.runner.catch_up()
        look = look_closely(look_at(self.name, self.station, time.time()), self.station, self._store)
        return msgspec.json.encode(look)

    @property
    def _is_settled(self) -> bool:
        software = self.station.station
        return software.is_online and software.messages_owed == 0

    async def _drive(self, outlet: OutletNumber, is_over: asyncio.Event) -> None:
        while not is_over.is_set():
            plug = self.station.rig.plug_kind(outlet)
            model = self._chance.pick([each for each in GARAGE.values() if each.plug is plug])
            self.station.plug(outlet, Vehicle(model, soc=self._chance.between(0.1, 0.6)))
            await self._wait(lambda: self.station.station.can_charge(ConnectorId(outlet)), is_over)
            badge = self._chance.pick(BADGES)
            if self.station.runner.is_on:
                self.station.touch_screen(outlet)
                self.station.present_badge(badge)
            await self._stay(self._chance.between(1.0, 6.0), is_over)
            if self.station.runner.is_on and self._chance.happens(0.5):
                self.station.touch_screen(outlet)
                self.station.present_badge(badge)
                await self._stay(0.3, is_over)
            self.station.unplug(outlet)
            await self._stay(self._chance.between(0.1, 1.0), is_over)

    async def _wait(self, condition: Callable[[], bool], is_over: asyncio.Event) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.1 if is_over.is_set() else 5.0):
                await self.station.until(lambda: self.station.runner.is_on and condition())

    async def _stay(self, seconds: float, is_over: asyncio.Event) -> None:
        """Stay so long: real time is what passes here, and the end is an event."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(is_over.wait(), seconds)

    def _heard(self, frame: Frame, _text: bytes) -> None:
        os.write(self._frames, msgspec.json.encode(frame) + b"\n")


async def live(folder: Path, url: str, names: list[str]) -> None:
    """Run the stations until SIGTERM; then print a last look at each, one a line."""
    is_over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, is_over.set)
    residents = [Resident(name, folder / name, url, Chance(int(time.time() * 1000), name)) for name in names]
    print(json.dumps({"stations": len(residents)}), flush=True)
    async with asyncio.TaskGroup() as lives:
        for resident in residents:
            lives.create_task(resident.live(is_over))
    for resident in residents:
        sys.stdout.buffer.write(resident.look() + b"\n")
    sys.stdout.flush()
    for resident in residents:
        await resident.station.shut_down()


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("url")
    parser.add_argument("names", nargs="+")
    given = parser.parse_args()
    asyncio.run(live(given.folder, given.url, given.names))


if __name__ == "__main__":
    main()
