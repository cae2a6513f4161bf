"""A real browser before a real console, central system and stations; skipped where there is no Chromium.

One browser serves the whole run, and one loop; each file has a house of its own, and one page that stays open: what it
has fetched and compiled once, it needs not fetch again.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from contactor.console.people import COOKIE
from contactor.console.visit import ZONE_COOKIE
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


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(chromium: str, place: Path) -> AsyncIterator[House]:
    """One for all tests of a file: it takes seconds to open."""
    del chromium  # where there is no browser, nothing is started
    async with house_in(place) as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield browser
        await browser.close()


class Served(Protocol):
    """Whatever has pages."""

    @property
    def url(self) -> str:
        """Where they are."""


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
async def visitor(house: Served, browser: Browser) -> AsyncIterator[BrowserContext]:
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


@pytest_asyncio.fixture(loop_scope="session")
async def context(house: House, browser: Browser) -> AsyncIterator[BrowserContext]:
    """Somebody who has not signed in yet."""
    async with visitor(house, browser) as context:
        yield context


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(house: House, browser: Browser) -> AsyncIterator[Page]:
    """The admin's page, signed in once for all tests of a file: each begins by going somewhere."""
    async with visitor(house, browser) as context:
        await let_in(house, context, "admin")
        yield await context.new_page()


async def let_in(house: House, context: BrowserContext, name: str) -> None:
    """Have somebody signed in without the pages that lead there; how people do it, test_signing_in tells."""
    async with httpx.AsyncClient(base_url=house.url) as client:
        form = {"name": name, "password": house.password(name), "goal": "/"}
        session = (await client.post("/login", data=form)).cookies[COOKIE]
    # The zone is what the page before this one would have told.
    cookies = {COOKIE: session, ZONE_COOKIE: quote(ZONE, safe="")}
    await context.add_cookies([{"name": key, "value": value, "url": house.url} for key, value in cookies.items()])


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where the pictures of a run are left for people to look at."""
    folder = Path(__file__).resolve().parents[2] / "build" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
