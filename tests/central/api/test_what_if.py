"""What would it do, over REST: asked by operators, answered by a twin, and nothing of it reaches the real station."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contactor.central.api.role import Role
from contactor.central.rehearsal.known import KnownStation
from contactor.central.rehearsal.rehearsal import Rehearsal, Trial, TwinFailed, TwinsBusy
from contactor.virtual.twin.twins import VirtualTwins
from tests.central.api.bench import API, Bench, api_with, problem_of
from tests.central.bench import STATION, Json

PATH = f"{API}/stations/{STATION}/what-if"
INOPERATIVE: Json = {"action": "ChangeAvailability", "payload": {"connectorId": 1, "type": "Inoperative"}}


@pytest.fixture
async def bench(database: str) -> AsyncIterator[Bench]:
    async with api_with(VirtualTwins(), database) as bench:
        yield bench


async def test_an_operator_is_told_what_a_twin_does_and_nothing_is_ordered(bench: Bench) -> None:
    operator = await bench.client(Role.OPERATOR)
    answer = await operator.post(PATH, json=INOPERATIVE)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["answer"] == {"kind": "result", "fields": {"status": "Accepted"}}
    assert [each["payload"]["status"] for each in told["told"] if each["action"] == "StatusNotification"] == [
        "Unavailable"
    ]
    assert (told["before"]["statuses"]["1"], told["after"]["statuses"]["1"]) == ("Available", "Unavailable")
    assert [each["connector_id"] for each in told["before"]["schedules"]] == [0, 1]
    assert told["unknown"][:2] == [
        "the product: the station is not recognised, and a generic charger stands in for it",
        "the station itself: it was never heard of",
    ]

    assert (await bench.admin.get(f"{API}/commands")).json()["items"] == []
    assert (await bench.admin.get(f"{API}/stations/{STATION}/connectors")).json() == []


async def test_what_would_not_be_sent_is_said_and_tried_all_the_same(tmp_path: Path) -> None:
    wrong = {"action": "ChangeConfiguration", "payload": {"key": "AuthorizationKey", "value": "not hexadecimal"}}
    async with api_with(VirtualTwins(), tmp_path) as bench:
        told = (await bench.admin.post(PATH, json=wrong)).json()
    assert told["objection"]["field"].startswith("payload.")
    assert told["objection"]["value"] == "(not shown)"
    assert "not hexadecimal" not in str(told)
    assert told["answer"]["kind"] in ("result", "error")


async def test_a_trial_that_cannot_be_is_refused_by_its_field(tmp_path: Path) -> None:
    wrong: list[tuple[Json, str]] = [
        ({"action": "Explode"}, "action"),
        ({"payload": {"connectorId": "one", "type": "Inoperative"}}, "payload.connectorId"),
        ({"watch_s": 601}, "watch_s"),
        ({"duration_s": 0}, "duration_s"),
        ({"nonsense": 1}, "nonsense"),
    ]
    async with api_with(VirtualTwins(), tmp_path) as bench:
        for change, field in wrong:
            refused = problem_of(await bench.admin.post(PATH, json={**INOPERATIVE, **change}), 422)
            assert refused["field"] == field
        viewer = await bench.client(Role.VIEWER)
        problem_of(await viewer.post(PATH, json=INOPERATIVE), 403)
        problem_of(await bench.admin.post(f"{API}/stations/NOBODY/what-if", json=INOPERATIVE), 404)


class Trouble:
    """Twins that cannot be had."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def rehearse(self, _known: KnownStation, _trial: Trial) -> Rehearsal:
        raise self._error

    def close(self) -> None:
        pass


async def test_twins_that_fail_are_busy_or_are_not_there_are_problems(tmp_path: Path) -> None:
    troubles = ((Trouble(TwinsBusy("8 wait")), 429), (Trouble(TwinFailed("it took too long")), 422), (None, 409))
    for number, (twins, status) in enumerate(troubles):
        async with api_with(twins, str(tmp_path / f"{number}.db")) as bench:
            problem_of(await bench.admin.post(PATH, json=INOPERATIVE), status)
