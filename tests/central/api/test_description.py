"""The API keeps to its own description: whatever fits it, and whatever does not, is answered without a failure."""

import asyncio

from contactor.central.api.app import make_app
from contactor.central.api.openapi import described
from contactor.central.api.role import Role
from contactor.virtual.twin.twins import VirtualTwins
from tests.central.api.bench import api_with
from tests.scenarios.api_fuzz import Heard, ask_everything

EXAMPLES = 6


async def test_nothing_that_can_be_asked_makes_the_server_fail(database: str) -> None:
    async with api_with(VirtualTwins(), database) as bench:
        token = await bench.token(Role.ADMIN)
        heard = Heard()
        await asyncio.to_thread(ask_everything, bench.api.url, token, heard, examples=EXAMPLES)
        assert heard.failures == []
        assert heard.statuses[200] > EXAMPLES


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
