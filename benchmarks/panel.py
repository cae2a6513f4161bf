"""SHELL: what the front panel costs: processor time and memory of its process for each open tab.

    python -m benchmarks.panel --seconds 10

A central system, a station whose cars charge an hour in a minute and tell of it every second, and its front panel run
as processes of their own; then one tab, and ten, of a real browser look at the station.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import async_playwright
from rich.console import Console
from rich.table import Table

from benchmarks.console import CHROMIUM, TABS, Process

STATION = "CP-PANEL"
SETTINGS = '[central]\nallow_unknown_stations = true\n[[tag]]\nid = "ANNA-1"\n[[tag]]\nid = "ANNA-2"\n'
SETTLED_S = 5.0
PATIENCE_MS = 120_000


@dataclass(frozen=True)
class Figures:
    """What one scene costs."""

    tabs: int
    panel_percent: float
    panel_mb: float
    station_percent: float


async def measure(panel: Process, station: Process, tabs: int, seconds: float) -> Figures:
    """What it costs while that many look."""
    await asyncio.sleep(SETTLED_S)
    began_s, panel_s, station_s = time.monotonic(), panel.used_s(), station.used_s()
    await asyncio.sleep(seconds)
    lasted_s = time.monotonic() - began_s
    return Figures(
        tabs,
        100 * (panel.used_s() - panel_s) / lasted_s,
        panel.memory_mb(),
        100 * (station.used_s() - station_s) / lasted_s,
    )


async def scenes(plan: argparse.Namespace, place: Path) -> list[Figures]:
    """Nobody, one tab, ten."""
    async with AsyncExitStack() as running:

        async def started(*arguments: str) -> Process:
            process = await Process.start(*arguments, "--log-level", "error")
            running.push_async_callback(process.end)
            return process

        ports = ("--port", "0", "--api-port", "off", "--console-port", "off")
        central = await started(
            "central", "--config", str(place / "central.toml"), "--database", str(place / "central.db"), *ports
        )
        url = (await central.line())["listening"]
        quick = ("--set", "MeterValueSampleInterval=1", "--speed", "60", "--drivers", "ANNA")
        station = await started("station", "--url", url, "--id", STATION, "--control-port", "0", *quick)
        panel = await started("panel", "--at", (await station.line())["control"], "--port", "0")
        address = (await panel.line())["panel"]
        found = [await measure(panel, station, 0, plan.seconds)]
        playwright = await running.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=plan.chromium, args=list(CHROMIUM))
        context = await browser.new_context(viewport={"width": 1600, "height": 1000})
        context.set_default_timeout(PATIENCE_MS)
        for tabs in TABS:
            while len(context.pages) < tabs:
                page = await context.new_page()
                await page.goto(f"{address}/stations/{STATION}")
                await page.get_by_role("group", name="Screen", exact=True).wait_for()
            found.append(await measure(panel, station, tabs, plan.seconds))
        await browser.close()
    return found


def report(found: Sequence[Figures]) -> None:
    """A table for people."""
    table = Table("Tabs", "Panel, % of a core", "Panel, MB", "Station, %")
    for each in found:
        table.add_row(
            str(each.tabs), f"{each.panel_percent:.1f}", f"{each.panel_mb:.0f}", f"{each.station_percent:.1f}"
        )
    Console(width=100).print(table)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="What the front panel costs.")
    parser.add_argument("--seconds", type=float, default=10.0, help="For each scene.")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    plan = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "central.toml").write_text(SETTINGS)
        report(asyncio.run(scenes(plan, Path(folder))))


if __name__ == "__main__":
    main()
