"""SHELL: what the console costs: processor time and memory for each open tab, first paint, and the stations' patience.

    python -m benchmarks.console --stations 10000 --changes 200 --seconds 20

A central system and a console run as processes of their own. The record knows so many stations; a few of them are
connected and send so many changes of status a second between them, and note how long each answer takes. Then one tab,
and ten, of a real browser look at the fleet, and at one station. The browser runs on the same cores: of the answer
times only those with the tabs' sockets alone (no drawing) tell what the console itself takes from the central system.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import httpx
from playwright.async_api import Page, async_playwright
from rich.console import Console
from rich.table import Table
from websockets.asyncio.client import ClientConnection, connect

from contactor.central.store.newest import open_newest

CONNECTED = 50
TABS = (1, 10)
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figures:
    """What one scene costs."""

    scene: str
    tabs: int
    console_percent: float
    console_mb: float
    central_percent: float
    p50_ms: float
    p99_ms: float
    first: "Firsts | None" = None


@dataclass(frozen=True)
class Firsts:
    """When the page showed anything, and when it showed rows."""

    paint_ms: float
    rows_ms: float


def populate(database: Path, stations: int) -> None:
    """A record that knows so many stations with two connectors each."""
    open_newest(str(database)).dispose()
    with sqlite3.connect(database) as connection:
        names = [f"CP-{number:05}" for number in range(1, stations + 1)]
        connection.executemany(
            "INSERT INTO stations (id, registration, created_at_ms, vendor, model, serial_number, firmware_version)"
            " VALUES (?, 'Accepted', 0, 'Schneider Electric', 'EVD1S180TBB', ?, '1.0.0')",
            [(name, f"SN-{name}") for name in names],
        )
        connection.executemany(
            "INSERT INTO connectors (station_id, connector_id, status, error_code, reported_at_ms, received_at_ms)"
            " VALUES (?, ?, ?, 'NoError', 0, 0)",
            [
                (name, connector, ("Available", "Charging", "Available", "Finishing", "Unavailable")[index % 5])
                for index, name in enumerate(names)
                for connector in (1, 2)
            ],
        )


class Process:
    """A child with what it has used."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, *arguments: str) -> "Process":
        """Start `contactor` with these arguments."""
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", "contactor", *arguments, stdout=asyncio.subprocess.PIPE
            )
        )

    async def line(self) -> dict[str, str]:
        """The next line that it tells."""
        assert self.process.stdout is not None
        return dict(json.loads(await self.process.stdout.readline()))

    async def end(self) -> None:
        """Have it end, and wait until it has."""
        self.process.terminate()
        await self.process.wait()

    def used_s(self) -> float:
        """Processor seconds so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND

    def memory_mb(self) -> float:
        """What it keeps in memory."""
        rows = dict(line.split(":", 1) for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines())
        return int(rows["VmRSS"].split()[0]) / 1024


class Load:
    """Stations that report so many changes a second between them, and how long each answer took."""

    def __init__(self, url: str, changes_a_second: int) -> None:
        self._url = url
        self._pause_s = CONNECTED / changes_a_second
        self.took_s: list[float] = []
        self._number = 0

    async def run(self) -> None:
        """Report until cancelled."""
        await asyncio.gather(*(self._one(number) for number in range(1, CONNECTED + 1)))

    async def _one(self, number: int) -> None:
        url = f"{self._url}/CP-{number:05}"
        async with connect(url, subprotocols=["ocpp1.6"], proxy=None) as socket:  # type: ignore[list-item]
            boot: dict[str, object] = {"chargePointVendor": "Schneider Electric", "chargePointModel": "EVD1S180TBB"}
            await self._call(socket, "BootNotification", boot)
            await asyncio.sleep(number / CONNECTED * self._pause_s)
            status = 0
            while True:
                status += 1
                word = ("Charging", "SuspendedEV")[status % 2]
                report = {"connectorId": 1 + status % 2, "errorCode": "NoError", "status": word}
                began_s = time.perf_counter()
                await self._call(socket, "StatusNotification", report)
                self.took_s.append(time.perf_counter() - began_s)
                await asyncio.sleep(max(0.0, self._pause_s - (time.perf_counter() - began_s)))

    async def _call(self, socket: ClientConnection, action: str, payload: dict[str, object]) -> None:
        """Ask, and wait for the answer to this; what the central system asks meanwhile is not supported."""
        self._number += 1
        mine = str(self._number)
        await socket.send(json.dumps([2, mine, action, payload]))
        while (frame := json.loads(await socket.recv()))[:2] != [3, mine]:
            if frame[0] == 2:
                await socket.send(json.dumps([4, frame[1], "NotSupported", "", {}]))


class Scene:
    """Measures the two processes while something looks at them."""

    def __init__(self, central: Process, console: Process, load: Load, seconds: float) -> None:
        self._central, self._console, self._load, self._seconds = central, console, load, seconds

    async def measure(self, scene: str, tabs: int, first: Firsts | None = None) -> Figures:
        """What it costs while the scene lasts."""
        await asyncio.sleep(3.0)
        self._load.took_s.clear()
        began_s, central_s, console_s = time.monotonic(), self._central.used_s(), self._console.used_s()
        await asyncio.sleep(self._seconds)
        lasted_s = time.monotonic() - began_s
        cuts = quantiles(self._load.took_s, n=100)
        return Figures(
            scene,
            tabs,
            100 * (self._console.used_s() - console_s) / lasted_s,
            self._console.memory_mb(),
            100 * (self._central.used_s() - central_s) / lasted_s,
            cuts[49] * 1000,
            cuts[98] * 1000,
            first,
        )


@asynccontextmanager
async def sockets_only(url: str, cookie: str, count: int) -> AsyncIterator[None]:
    """Tabs that follow the fleet and draw nothing."""

    async def follow(stack: AsyncExitStack) -> asyncio.Task[None]:
        headers = {"Cookie": f"contactor_console={cookie}"}
        live = url.replace("http", "ws", 1) + "/live?topic=fleet"
        socket = await stack.enter_async_context(
            connect(live, additional_headers=headers, origin=url, max_size=None, proxy=None)  # type: ignore[arg-type]
        )

        async def read() -> None:
            async for _ in socket:
                pass

        return asyncio.create_task(read())

    async with AsyncExitStack() as stack:
        tasks = [await follow(stack) for _ in range(count)]
        yield
        for task in tasks:
            task.cancel()


async def firsts(page: Page) -> Firsts:
    """When the page was painted first, and when the grid showed rows, from the click on."""
    began_s = time.perf_counter()
    await page.reload()
    await page.locator(".ag-row").first.wait_for()
    rows_ms = (time.perf_counter() - began_s) * 1000
    painted = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
    return Firsts(painted, rows_ms)


async def scenes(plan: argparse.Namespace) -> list[Figures]:
    """Everything, one scene after the other."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "central.db"
        populate(database, plan.stations)
        options = ("--database", str(database), "--port", "0", "--api-port", "0", "--log-level", "error")
        central = await Process.start("central", *options, "--console-port", "off", "--allow-unknown-stations")
        told, user = await central.line(), await central.line()
        console = await Process.start("console", "--api", told["api"], "--port", "0", "--log-level", "error")
        url = (await console.line())["console"]
        load = Load(told["listening"], plan.changes)
        running = asyncio.create_task(load.run())
        try:
            return await _looked_at(plan, Scene(central, console, load, plan.seconds), url, user)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            for each in (console, central):
                await each.end()


async def _looked_at(plan: argparse.Namespace, scene: Scene, url: str, user: dict[str, str]) -> list[Figures]:
    found = [await scene.measure("nobody looks", 0)]
    async with httpx.AsyncClient(base_url=url) as client:
        form = {"name": user["user"], "password": user["password"], "goal": "/"}
        cookie = (await client.post("/login", data=form)).cookies["contactor_console"]
    found.append(await scene.measure("signed in, no tab", 0))
    async with sockets_only(url, cookie, max(TABS)):
        found.append(await scene.measure("fleet, sockets alone", max(TABS)))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=plan.chromium, args=list(CHROMIUM))
        for name, path in (("fleet", "/"), ("station", "/stations/CP-00001")):
            context = await browser.new_context(viewport={"width": 1600, "height": 1000})
            await context.add_cookies([{"name": "contactor_console", "value": cookie, "url": url}])
            pages: list[Page] = []
            for tabs in TABS:
                while len(pages) < tabs:
                    pages.append(await context.new_page())
                    await pages[-1].goto(url + path, timeout=120_000)
                first = await firsts(pages[0]) if name == "fleet" and tabs == 1 else None
                if plan.picture and name == "fleet" and tabs == 1:
                    await pages[0].wait_for_timeout(30_000)
                    await pages[0].screenshot(path=plan.picture)
                found.append(await scene.measure(f"{name}, browser", tabs, first))
            await context.close()
        await browser.close()
    return found


def report(found: Sequence[Figures]) -> None:
    """A table for people."""
    table = Table(
        "Scene",
        "Tabs",
        "Console, % of a core",
        "Console, MB",
        "Central, %",
        "p50, ms",
        "p99, ms",
        "First paint, ms",
        "First rows, ms",
    )
    for each in found:
        first = ("", "") if each.first is None else (f"{each.first.paint_ms:.0f}", f"{each.first.rows_ms:.0f}")
        table.add_row(
            each.scene,
            str(each.tabs),
            f"{each.console_percent:.1f}",
            f"{each.console_mb:.0f}",
            f"{each.central_percent:.1f}",
            f"{each.p50_ms:.1f}",
            f"{each.p99_ms:.1f}",
            *first,
        )
    Console(width=140).print(table)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="What the console costs.")
    parser.add_argument("--stations", type=int, default=10_000)
    parser.add_argument("--changes", type=int, default=200, help="Changes of status a second.")
    parser.add_argument("--seconds", type=float, default=20.0, help="For each scene.")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--picture", help="Where to leave a picture of the fleet.")
    report(asyncio.run(scenes(parser.parse_args())))


if __name__ == "__main__":
    main()
