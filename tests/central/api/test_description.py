"""The API keeps to its own description: whatever fits it, and whatever does not, is answered without a failure."""

import asyncio
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok

from contactor.central.api.app import make_app
from contactor.central.api.openapi import described
from contactor.central.api.role import Role
from contactor.virtual.twin.twins import VirtualTwins
from tests.central.api.bench import api_with

EXAMPLES = 6
LEFT_OUT = ("/stream", "/import", "/metrics", "/login")
"""A stream has no end; of the others one is a file, and the last would end the login by which we ask."""


async def test_nothing_that_can_be_asked_makes_the_server_fail(database: str) -> None:
    async with api_with(VirtualTwins(), database) as bench:
        token = await bench.token(Role.ADMIN)
        await asyncio.to_thread(_ask_everything, bench.api.url, token)


def _ask_everything(url: str, token: str) -> None:
    document = schemathesis.openapi.from_dict(described(make_app()))
    for found in document.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if operation.path.endswith(LEFT_OUT) or "/login" in operation.path:
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def check(case: "schemathesis.Case[Any]") -> None:  # Any: whatever the operation takes
            answer = case.call(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
            assert answer.status_code < 500, (case.method, case.path, answer.text)
            if answer.status_code >= 400:
                assert answer.headers["content-type"][0] == "application/problem+json"

        check()


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
