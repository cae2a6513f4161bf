"""The API keeps to its own description: whatever fits it, and whatever does not, is answered without a failure.

`python -m tests.scenarios.api_fuzz --examples 40` asks for longer.
"""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from contactor.central.api.app import make_app
from contactor.central.api.openapi import described
from contactor.central.api.role import Role
from contactor.virtual.twin.twins import VirtualTwins
from tests.central.api.bench import api_with
from tests.central.postgresql_server import PostgresqlServer
from tests.conftest import POSTGRESQL, SQLITE
from tests.scenarios.api_fuzz import Heard, ask_everything, asker

EXAMPLES = 3


async def test_nothing_that_can_be_asked_makes_the_server_fail_on_either_database(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    """One after the other hears the same question: to think of it costs more than to answer it."""
    heard = {SQLITE: Heard(), POSTGRESQL: Heard()}
    async with AsyncExitStack() as running:
        asks = []
        for name, place in ((SQLITE, tmp_path), (POSTGRESQL, postgresql.clean())):
            bench = await running.enter_async_context(api_with(VirtualTwins(), place))
            asks.append(asker(bench.api.url, await bench.token(Role.ADMIN), heard[name]))
        await asyncio.to_thread(ask_everything, asks, examples=EXAMPLES)
    assert [each.failures for each in heard.values()] == [[], []]
    assert min(each.statuses[200] for each in heard.values()) > EXAMPLES


def test_every_operation_says_who_may_and_how_it_fails() -> None:
    document = described(make_app())
    operations = [each for path in document["paths"].values() for each in path.values()]
    assert len(operations) > 40
    for operation in operations:
        assert "security" in operation
        assert operation["summary"]
        assert operation["responses"]["4XX"]["content"] == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}
        }
