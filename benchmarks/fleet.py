"""SHELL: what a virtual station costs: memory and processor time, idle and charging, many in one process.

    python -m benchmarks.fleet [--stations 1000]

The other end is a process that only says yes. The stations are whole ones, as `contactor fleet` runs them: software,
simulated hardware, store in memory, a websocket each. Idle, a station says a Heartbeat a minute; charging, one car is
plugged in and a reading goes out every ten seconds. Memory is what the process holds above what it held before the
first station.
"""

import argparse
import asyncio
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks.server_process import Cores, ServerProcess, free_port, many_open_files, pinned
from contactor.base.ids import OutletNumber
from contactor.fleet.fleet import Fleet
from contactor.fleet.plan import HOURS_A_DAY, Drivers, FleetPlan, Group
from contactor.rig.garage import vehicle_model
from contactor.rig.vehicle import Vehicle

BOOT_LIMIT_S = 300.0
WATCH_S = 20.0
SETTINGS = {"MeterValueSampleInterval": "10", "MinimumStatusDuration": "0", "HeartbeatInterval": "60"}


COLUMNS = (
    "stations",
    "all booted, s",
    "boot, CPU ms",
    "idle, KB",
    "idle, % core",
    "charging, KB",
    "charging, % core",
    "messages/s",
)


@dataclass(frozen=True)
class Cost:
    """What so many stations took."""

    stations: int
    boot_s: float
    boot_cpu_ms: float
    idle_kb: float
    idle_core_percent: float
    charging_kb: float
    charging_core_percent: float
    charging_messages_per_s: float


async def measure(stations: int, port: int) -> Cost:
    """Boot them all, watch them idle, let a car charge at each, and watch again."""
    plan = FleetPlan(
        f"ws://127.0.0.1:{port}/ocpp",
        (Group(stations, settings=SETTINGS),),
        Drivers((0.0,) * HOURS_A_DAY),
        ramp_up_per_s=100_000.0,
        jitter_s=0.0,
    )
    gc.collect()
    empty = _resident_bytes()
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    async with Fleet(plan) as fleet:
        await _until(lambda: fleet.tally.accepted == stations, "every station was accepted")
        boot_s, boot_cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
        await asyncio.sleep(WATCH_S / 4)  # first statuses
        gc.collect()
        idle = _resident_bytes()
        idle_share = await _core_share()
        for station in fleet.stations:
            outlet = OutletNumber(1)
            station.plug(outlet, Vehicle(vehicle_model("saloon"), soc=0.2))
            station.touch_screen(outlet)
            station.present_badge("FLEET")
        await _until(lambda: fleet.sample().charging == stations, "a car charged at every station")
        await asyncio.sleep(WATCH_S / 2)
        gc.collect()
        charging = _resident_bytes()
        before = fleet.sample()
        charging_share = await _core_share()
        after = fleet.sample()
    return Cost(
        stations,
        boot_s,
        boot_cpu_s / stations * 1000,
        (idle - empty) / stations / 1024,
        idle_share / stations * 100,
        (charging - empty) / stations / 1024,
        charging_share / stations * 100,
        (after.frames_sent - before.frames_sent) / (after.at_s - before.at_s) / stations,
    )


def _resident_bytes() -> int:
    """What this process holds in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def _core_share() -> float:
    """The share of a core that this process takes for a while."""
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    await asyncio.sleep(WATCH_S)
    return (time.process_time() - began_cpu_s) / (time.perf_counter() - began_s)


async def _until(condition: Callable[[], bool], what: str) -> None:
    limit_s = time.perf_counter() + BOOT_LIMIT_S
    while not condition():
        if time.perf_counter() > limit_s:
            raise TimeoutError(f"not within {BOOT_LIMIT_S:g} s: {what}")
        await asyncio.sleep(0.02)


def main(arguments: Sequence[str]) -> None:
    """Measure in a fresh process for each size, and print a table."""
    parser = argparse.ArgumentParser(prog="benchmarks.fleet")
    parser.add_argument("--stations", type=int, action="append")
    parser.add_argument("--at", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.at is not None:
        print(json.dumps(uvloop.run(measure(given.stations[0], given.at)).__dict__))
        return
    table = Table(title="Virtual stations in one process", box=None)
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for stations in given.stations or (1000, 10_000):
        cost = _in_a_process(stations)
        table.add_row(
            str(cost.stations),
            f"{cost.boot_s:.1f}",
            f"{cost.boot_cpu_ms:.2f}",
            f"{cost.idle_kb:.1f}",
            f"{cost.idle_core_percent:.4f}",
            f"{cost.charging_kb:.1f}",
            f"{cost.charging_core_percent:.4f}",
            f"{cost.charging_messages_per_s:.2f}",
        )
    Console().print(table)


def _in_a_process(stations: int) -> Cost:
    port, cores = free_port(), Cores.chosen()
    command = [sys.executable, "-m", "benchmarks.sink_server", str(port)]
    with many_open_files(), ServerProcess(command, port, cores.server), pinned(cores.load):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.fleet", "--stations", str(stations), "--at", str(port)],
            stdout=subprocess.PIPE,
            check=True,
        )
    return Cost(**json.loads(done.stdout))


if __name__ == "__main__":
    main(sys.argv[1:])
