"""What is promised about the store is promised for both databases: `database` makes a test run on each."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.central.postgresql_server import PostgresqlServer, running

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@pytest.fixture(scope="session")
def postgresql(request: pytest.FixtureRequest) -> Iterator[PostgresqlServer]:
    """A real PostgreSQL, shared by the workers of this run."""
    # Set by xdist in its workers; without it there is one worker only.
    run = getattr(request.config, "workerinput", {"testrunuid": uuid4().hex, "workerid": "main"})
    with running(run["testrunuid"], run["workerid"]) as server:
        yield server


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without a row: a SQLite file's, then a PostgreSQL database's."""
    if request.param == SQLITE:
        return str(tmp_path / "central.db")
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.clean()


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without a table."""
    if request.param == SQLITE:
        return str(tmp_path / "empty.db")
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.empty()
