"""SHELL: what a virtual station costs: memory and processor time, idle and charging, many in one process.

    python -m benchmarks.fleet [--stations 1000]

The other end is a process that only says yes. The stations are whole ones, as `contactor fleet` runs them: software,
simulated hardware, store in memory, a websocket each. Idle, a station says a Heartbeat a minute; charging, one car is
plugged in and a reading goes out every ten seconds, and then, where one core can be enough for it, so often that with
the heartbeats it says 0.4 messages a second. Memory is what the process holds above what it held before the first
station; processor time is the process's own, so that only the seconds until all have booted depend on what else the
machine does.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks.server_process import Cores, ServerProcess, free_port, many_open_files, pinned
from contactor.base.ids import OutletNumber
from contactor.base.sweeping import keep_what_is_there, seldom_swept
from contactor.fleet.fleet import Fleet
from contactor.fleet.plan import HOURS_A_DAY, Drivers, FleetPlan, Group
from contactor.rig.garage import vehicle_model
from contactor.rig.vehicle import Vehicle
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.virtual.virtual_station import VirtualStation

LIMIT_S = 60.0
LIMIT_PER_STATION_S = 0.05
"""Whatever is waited for must come within so long, on a machine that is busy with other things as well."""
WATCH_S = 60.0
"""One heartbeat of each station, six of its readings, three of its pings."""
QUIET_S = 15.0
"""From the start of a charge until the current has risen and every status is told."""
PACE_PER_S = 200
"""So many cars come a second: all at once would be a traffic jam and no fleet."""
SETTINGS = {"MeterValueSampleInterval": "10", "MinimumStatusDuration": "0", "HeartbeatInterval": "60"}
BUSY = {Key.METER_VALUE_SAMPLE_INTERVAL: "3", Key.HEARTBEAT_INTERVAL: "15"}
"""A third of a message and a fifteenth: 0.4 a second."""
BUSY_MAX = 2500
"""More stations would have no core's worth left to take their answers in, unless each takes less than 0.04 % of it."""
OUTLET = OutletNumber(1)
WIDTH = 150
"""Of the table, in characters, wherever it is printed to."""

COLUMNS = (
    "stations",
    "all booted, s",
    "boot, CPU ms",
    "idle, KB",
    "idle, % core",
    "charging, KB",
    "charging, % core",
    "messages/s",
    "busy, % core",
    "messages/s",
    "load",
)


@dataclass(frozen=True)
class Watched:
    """What a fleet took while it was watched: the share of a core in percent, and the messages sent; a station each."""

    core_percent: float
    messages_per_s: float


@dataclass(frozen=True)
class Cost:
    """What so many stations took; `load` is the machine's while they were watched, other programs included."""

    stations: int
    boot_s: float
    boot_cpu_ms: float
    idle_kb: float
    idle: Watched
    charging_kb: float
    charging: Watched
    busy: Watched | None
    load: float

    def row(self) -> Iterator[str]:
        """As the table shows it."""
        yield from (f"{self.stations}", f"{self.boot_s:.1f}", f"{self.boot_cpu_ms:.2f}")
        yield from (f"{self.idle_kb:.1f}", f"{self.idle.core_percent:.4f}")
        yield f"{self.charging_kb:.1f}"
        for watched in (self.charging, self.busy):
            yield "-" if watched is None else f"{watched.core_percent:.4f}"
            yield "-" if watched is None else f"{watched.messages_per_s:.2f}"
        yield f"{self.load:.1f}"


async def measure(stations: int, port: int) -> Cost:
    """Boot them all, watch them idle, let a car charge at each, watch again, and once more at a faster pace."""
    plan = FleetPlan(
        f"ws://127.0.0.1:{port}/ocpp",
        (Group(stations, settings=SETTINGS),),
        Drivers((0.0,) * HOURS_A_DAY),
        ramp_up_per_s=100_000.0,
        jitter_s=0.0,
    )
    fleet = Fleet(plan)  # with the product's tables, and without a station yet
    empty = _resident_bytes()
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    async with fleet:
        await _until(lambda: fleet.tally.accepted == stations, "every station was accepted", stations)
        boot_s, boot_cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
        await asyncio.sleep(WATCH_S / 4)  # first statuses
        idle_kb = (_resident_bytes() - empty) / stations / 1024
        _tell(f"booted in {boot_s:.1f} s, {boot_cpu_s:.1f} s of them the processor's; {idle_kb:.1f} KB each")
        idle = await _watch(fleet, "idle")
        await _plug_all(fleet.stations)
        await _until(lambda: _charging(fleet) == stations, "a car charged at every station", stations)
        await asyncio.sleep(QUIET_S)
        charging_kb = (_resident_bytes() - empty) / stations / 1024
        _tell(f"{charging_kb:.1f} KB each")
        charging = await _watch(fleet, "charging")
        busy = await _watch_busy(fleet) if stations <= BUSY_MAX else None
        assert fleet.tally.accepted == _charging(fleet) == stations, f"some were lost: {fleet.tally.troubles}"
        load = os.getloadavg()[1]
    return Cost(
        stations,
        boot_s,
        boot_cpu_s / stations * 1000,
        idle_kb,
        idle,
        charging_kb,
        charging,
        busy,
        load,
    )


def _resident_bytes() -> int:
    """What this process holds in memory once the garbage is gone; swept as `contactor fleet run` does."""
    keep_what_is_there()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def _plug_all(stations: Sequence[VirtualStation]) -> None:
    """Let a car come to each at the pace, however long the loop is busy in between."""
    began_s, plugged = time.perf_counter(), 0
    while plugged < len(stations):
        await asyncio.sleep(0.05)
        due = int((time.perf_counter() - began_s) * PACE_PER_S)
        for station in stations[plugged:due]:
            station.plug(OUTLET, Vehicle(vehicle_model("saloon"), soc=0.2))
            station.touch_screen(OUTLET)
            station.present_badge("FLEET")
        plugged = due


def _charging(fleet: Fleet) -> int:
    return sum(station.station.transactions.open_count for station in fleet.stations)


async def _watch(fleet: Fleet, what: str) -> Watched:
    """Look for a while at what the process takes and says."""
    _tell(f"{fleet.size} stations are {what}: watching for {WATCH_S:g} s")
    began_s, began_cpu_s, said = time.perf_counter(), time.process_time(), _sent(fleet)
    await asyncio.sleep(WATCH_S)
    took_s, took_cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    watched = Watched(took_cpu_s / took_s / fleet.size * 100, (_sent(fleet) - said) / took_s / fleet.size)
    _tell(f"each took {watched.core_percent:.4f} % of a core and said {watched.messages_per_s:.3f} messages a second")
    return watched


async def _watch_busy(fleet: Fleet) -> Watched:
    for station in fleet.stations:
        for key, value in BUSY.items():
            station.station.configuration.change(key, value)
        station.station.registration.heartbeat_interval_changed(Moment(time.monotonic(), datetime.now(UTC)))
    await asyncio.sleep(QUIET_S)
    return await _watch(fleet, "busy")


def _sent(fleet: Fleet) -> int:
    return sum(station.runner.frames_sent for station in fleet.stations)


async def _until(condition: Callable[[], bool], what: str, stations: int) -> None:
    limit_s = LIMIT_S + stations * LIMIT_PER_STATION_S
    began_s = time.perf_counter()
    _tell(f"{stations} stations: waiting until {what}, at most {limit_s:g} s")
    while not condition():
        if time.perf_counter() > began_s + limit_s:
            raise TimeoutError(f"not within {limit_s:g} s: {what}")
        await asyncio.sleep(0.05)


def _tell(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> None:
    """Measure in a fresh process for each size, and print a table."""
    parser = argparse.ArgumentParser(prog="benchmarks.fleet")
    parser.add_argument("--stations", type=int, action="append")
    parser.add_argument("--at", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.at is not None:
        with seldom_swept():
            sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(measure(given.stations[0], given.at))))
        return
    table = Table(title="Virtual stations in one process", box=None)
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for stations in given.stations or (1000, 10_000):
        table.add_row(*_in_a_process(stations).row())
    Console(width=WIDTH).print(table)


def _in_a_process(stations: int) -> Cost:
    port, cores = free_port(), Cores.chosen()
    command = [sys.executable, "-m", "benchmarks.sink_server", str(port)]
    with many_open_files(), ServerProcess(command, port, cores.server), pinned(cores.load):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.fleet", "--stations", str(stations), "--at", str(port)],
            stdout=subprocess.PIPE,
            check=True,
        )
    return msgspec.json.decode(done.stdout, type=Cost)


if __name__ == "__main__":
    main(sys.argv[1:])
