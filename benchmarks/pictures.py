"""SHELL: the pictures of README, taken anew from the pages as they are.

    python -m benchmarks.pictures docs/pictures

A station, its configuration and the front panel are those of the demo, with its drivers at work; the fleet has two
hundred stations whose cars charge twenty times as fast.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from benchmarks.console import CHROMIUM, Process
from contactor.cli.demo_stage import Stage
from contactor.cli.demo_story import Storyteller

STATION = "DEMO-180"
STATIONS = 200
BADGES = [f"B-{number:03}" for number in range(1, 301)]
SETTINGS = "[central]\nallow_unknown_stations = true\n" + "".join(f'[[tag]]\nid = "{each}"\n' for each in BADGES)
CROWD = f"""
url = "ws://127.0.0.1:9000/ocpp"
ramp_up_per_s = 20
speed = 20
[[group]]
count = {STATIONS}
id = "AMS-{{number:03}}"
models = ["EVD1S180TBB", "EVD1S120THB"]
settings = {{ MeterValueSampleInterval = 5, MinimumStatusDuration = 0 }}
[drivers]
arrivals_per_hour = [{", ".join(["6"] * 24)}]
badges = {json.dumps(BADGES)}
[[drivers.car]]
vehicle = "saloon"
soc = [0.1, 0.5]
take_wh = [15000, 40000]
"""
DRIVEN_S = 40.0
"""As long as it takes until the curves have something to show."""
TRENDS_S = 100.0
"""As long as the tiles' trends need to have something to show."""
PATIENCE_MS = 60_000


@asynccontextmanager
async def visitor(browser: Browser, url: str, theme: str, height: int = 860) -> AsyncIterator[Page]:
    """Somebody who looks, in a theme."""
    async with await browser.new_context(
        base_url=url, viewport={"width": 1440, "height": height}, color_scheme="dark" if theme == "dark" else "light"
    ) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield await context.new_page()


async def sign_in(page: Page, login: tuple[str, str]) -> None:
    """As the first user."""
    await page.goto("/login")
    await page.get_by_label("Name").fill(login[0])
    await page.get_by_label("Password").fill(login[1])
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("heading", name="Fleet", level=1).wait_for()


async def of_demo(browser: Browser, place: Path, folder: Path) -> None:
    """The station, its configuration, and the panel."""
    async with Stage(place, None, Storyteller(silent=True), speed=60.0, has_console=True) as stage:
        console, panel, _control = await stage.let_people_in()
        assert stage.login is not None
        driving = asyncio.create_task(stage.drivers_come_and_go())
        try:
            async with visitor(browser, console, "dark") as page:
                await sign_in(page, stage.login)
                await page.goto(f"/stations/{STATION}")
                await asyncio.sleep(DRIVEN_S)
                for number in (1, 2):
                    card = page.get_by_role("region", name=f"Connector {number}")
                    await expect(card.locator(".pill")).to_have_text("Charging", timeout=PATIENCE_MS)
                await page.screenshot(path=folder / "console-station.png")
            async with visitor(browser, console, "light") as page:
                await sign_in(page, stage.login)
                await page.goto(f"/stations/{STATION}")
                await page.get_by_role("tab", name="Configuration").click()
                await page.get_by_role("button", name="Read again").click()
                await page.get_by_role("button", name="Edit HeartbeatInterval").wait_for()
                await page.get_by_role("tab", name="Configuration").evaluate("tab => tab.scrollIntoView()")
                await page.evaluate("window.scrollBy(0, -72)")
                await page.screenshot(path=folder / "console-configuration.png")
            async with visitor(browser, panel, "light", height=1200) as page:
                await page.goto(f"/stations/{STATION}")
                await asyncio.sleep(DRIVEN_S)
                for side in (1, 2):
                    await page.get_by_role("button", name=f"Stop side {side}").wait_for()
                await page.screenshot(path=folder / "panel.png")
        finally:
            driving.cancel()
            await asyncio.gather(driving, return_exceptions=True)


async def of_fleet(browser: Browser, place: Path, folder: Path) -> None:
    """Two hundred stations."""
    options = ("--database", str(place / "fleet.db"), "--config", str(place / "fleet.toml"), "--console-port", "off")
    ports = ("--port", "0", "--api-port", "0", "--log-level", "error")
    async with AsyncExitStack() as running:
        central = await Process.start("central", *options, *ports)
        running.push_async_callback(central.end)
        told, user = await central.line(), await central.line()
        console = await Process.start("console", "--api", told["api"], "--port", "0", "--log-level", "error")
        running.push_async_callback(console.end)
        url = (await console.line())["console"]
        fleet = await Process.start("fleet", "run", str(place / "crowd.toml"), "--url", told["listening"], "--lines")
        running.push_async_callback(fleet.end)
        async with visitor(browser, url, "light") as page:
            await sign_in(page, (user["user"], user["password"]))
            await page.locator(".ag-row").first.wait_for()
            await asyncio.sleep(TRENDS_S)
            await page.screenshot(path=folder / "console-fleet.png")


async def take(folder: Path, chromium: str) -> None:
    """All of them."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM))
        with tempfile.TemporaryDirectory(prefix="contactor-pictures-") as place:
            (Path(place) / "fleet.toml").write_text(SETTINGS)
            (Path(place) / "crowd.toml").write_text(CROWD)
            await of_demo(browser, Path(place), folder)
            await of_fleet(browser, Path(place), folder)
        await browser.close()


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(description="The pictures of README, taken anew.")
    parser.add_argument("folder", type=Path, help="Where to leave them, such as docs/pictures.")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    plan = parser.parse_args()
    plan.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(plan.folder, plan.chromium))


if __name__ == "__main__":
    main()
