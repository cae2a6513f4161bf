"""What is promised about a store is promised for both databases: `database` makes a test run on each."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import structlog
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from contactor.base.sweeping import seldom_swept
from contactor.central.api import tickets
from tests.fast_folder import fast_folder
from tests.traceability import COLLECTED

if TYPE_CHECKING:
    from tests.central.postgresql_server import PostgresqlServer

# How fast the machine is decides no test.
settings.register_profile("contactor", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("contactor")

SQLITE, POSTGRESQL = "sqlite", "postgresql"
IN_BROWSER = Path(__file__).parent / "browser"


def pytest_configure(config: pytest.Config) -> None:
    """Have pytest make its folders where they are fast, unless somebody says where, and be swept seldom.

    A worker holds thousands of tests; looking through them for cycles again and again took a quarter of its time.
    """
    sweeping = ExitStack()
    sweeping.enter_context(seldom_swept())
    config.add_cleanup(sweeping.close)
    folder = fast_folder()
    if folder is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs a browser, and keep all tests in mind before some are left out: traceability counts each."""
    config.stash[COLLECTED] = tuple(items)
    for item in items:
        if IN_BROWSER in item.path.parents:
            item.add_marker("browser")


def pytest_collection_finish() -> None:
    """What was collected stays until the end; nobody need look through it."""
    gc.freeze()


@pytest.fixture(scope="session")
def postgresql(request: pytest.FixtureRequest) -> Iterator["PostgresqlServer"]:
    """A real PostgreSQL, shared by the workers of this run."""
    # Who needs none of it shall not wait for its import either.
    from tests.central.postgresql_server import running

    # Set by xdist in its workers; without it there is one worker only.
    run = getattr(request.config, "workerinput", {"testrunuid": uuid4().hex, "workerid": "main"})
    with running(run["testrunuid"], run["workerid"]) as server:
        yield server


@pytest.fixture(scope="session", params=[SQLITE, POSTGRESQL])
def new_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Makes addresses of databases without a row, one after the other: SQLite files, or the PostgreSQL database."""
    if request.param == SQLITE:
        return _files(tmp_path_factory)
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.clean


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """A password costs half a second of memory-hard work, and nearly every test of the API logs in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tickets, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def plain_tracebacks() -> None:
    """What is logged unasked shows an exception with its source in colours, which takes half a second each time."""
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, renderer])


def _files(folders: pytest.TempPathFactory) -> Callable[[], str]:
    from tests.central.sqlite_template import fresh

    return lambda: fresh(folders.mktemp("sqlite") / "central.db")


@pytest.fixture
def database(new_database: Callable[[], str]) -> str:
    """The address of a database without a row."""
    return new_database()


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def empty_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database without a table."""
    if request.param == SQLITE:
        return str(tmp_path_factory.mktemp("sqlite") / "empty.db")
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.empty()
