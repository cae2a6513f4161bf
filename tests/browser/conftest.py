"""A real browser before a real console, central system and stations; skipped where there is no Chromium."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.browser.house import House, house_in

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
VARIABLE = "CONTACTOR_CHROMIUM"
ZONE = "Europe/Amsterdam"
PATIENCE_MS = 30_000
"""A machine that tests on all its cores is slow at times; what comes sooner is seen sooner."""

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program."""
    found = os.environ.get(VARIABLE) or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip(f"no Chromium on this machine: apt-get install chromium, or name one in {VARIABLE}")
    return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("console")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(chromium: str, place: Path) -> AsyncIterator[House]:
    """One for all tests of a file: it takes seconds to open."""
    del chromium  # where there is no browser, nothing is started
    async with house_in(place) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield browser
        await browser.close()


class Watch:
    """What a page asked for beyond the console, and what went wrong in it."""

    def __init__(self, url: str) -> None:
        self._own = (url, url.replace("http", "ws", 1), "data:", "blob:", "about:")
        self.outside: list[str] = []
        self.errors: list[str] = []

    def look_at(self, context: BrowserContext) -> None:
        context.on("request", lambda request: self._note(request.url))
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("page", lambda page: page.on("websocket", lambda socket: self._note(socket.url)))

    def _note(self, url: str) -> None:
        if not url.startswith(self._own):
            self.outside.append(url)


@asynccontextmanager
async def visitor(house: House, browser: Browser) -> AsyncIterator[BrowserContext]:
    """A fresh visitor; whatever they do, nothing outside is asked, and no script fails."""
    watch = Watch(house.url)
    async with await browser.new_context(
        base_url=house.url,
        viewport={"width": 1600, "height": 1000},
        color_scheme="light",
        timezone_id=ZONE,
        locale="en-GB",
        reduced_motion="reduce",
    ) as context:
        context.set_default_timeout(PATIENCE_MS)
        watch.look_at(context)
        yield context
    assert watch.outside == []
    assert watch.errors == []


@pytest_asyncio.fixture(loop_scope="module")
async def context(house: House, browser: Browser) -> AsyncIterator[BrowserContext]:
    """Somebody who has not signed in yet."""
    async with visitor(house, browser) as context:
        yield context


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(house: House, browser: Browser) -> AsyncIterator[Page]:
    """The admin's page, signed in once for all tests of a file: each begins by going somewhere."""
    async with visitor(house, browser) as context:
        page = await context.new_page()
        await house.sign_in(page, "admin")
        yield page


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where the pictures of a run are left for people to look at."""
    folder = Path(__file__).resolve().parents[2] / "build" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
