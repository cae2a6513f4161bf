"""The end in good order: what is on its way is answered, nobody new is let in, and whoever watches learns of it."""

import asyncio
import json
from pathlib import Path

import pytest

from contactor.base.virtual_loop import run_virtually
from contactor.central.drain import drain
from contactor.ocpp.messages import ClearCache
from contactor.ocpp.peer import CallAnswered
from tests.central.api.bench import api_in, problem_of
from tests.central.bench import OTHER_STATION, STATION
from tests.central.test_server import BOOT, ask, station_at


class Sitting:
    """A session that is busy for a while."""

    def __init__(self, name: str, busy_s: float, ended: list[tuple[str, float, bool]]) -> None:
        self._name = name
        self._busy_until_s = asyncio.get_running_loop().time() + busy_s
        self._ended = ended

    @property
    def is_busy(self) -> bool:
        return asyncio.get_running_loop().time() < self._busy_until_s

    def end(self, _code: int, _reason: str, *, abruptly: bool = False) -> None:
        self._ended.append((self._name, round(asyncio.get_running_loop().time(), 1), abruptly))


def drained(busy_s: list[float], **how: object) -> list[tuple[str, float, bool]]:
    async def story() -> list[tuple[str, float, bool]]:
        ended: list[tuple[str, float, bool]] = []
        sittings = [Sitting(str(number), each, ended) for number, each in enumerate(busy_s)]
        plan: dict[str, object] = {"limit_s": 10.0, "spread_s": 0.0, "abruptly": False, **how}
        await drain(sittings, code=1001, reason="the end", **plan)  # type: ignore[arg-type]  # its own names
        return ended

    return run_virtually(story())


def test_who_is_idle_goes_at_once_and_who_is_busy_when_the_answer_is_out() -> None:
    assert drained([3, 0, 5]) == [("1", 0.0, False), ("0", 3.0, False), ("2", 5.0, False)]


def test_nobody_is_waited_for_longer_than_the_limit() -> None:
    assert drained([3600, 0], limit_s=2.0) == [("1", 0.0, False), ("0", 2.0, False)]


def test_the_ends_are_spread_so_that_the_returns_are() -> None:
    assert drained([0, 0, 0, 0], spread_s=8.0) == [(str(number), 2.0 * number, False) for number in range(4)]


def test_lines_may_be_cut_for_stations_that_never_return_after_a_close() -> None:
    assert drained([0], abruptly=True) == [("0", 0.0, True)]
    assert drained([]) == []


async def test_a_call_on_its_way_is_answered_before_the_connection_ends(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench, station_at(bench.central, STATION) as station:
        await ask(station, "BootNotification", BOOT)
        session = bench.central.sessions.find(STATION)
        assert session is not None
        outcomes: asyncio.Queue[object] = asyncio.Queue()
        session.call(ClearCache(), outcomes.put_nowait)
        sent = await station.recv()
        draining = asyncio.ensure_future(bench.central.drain())
        await asyncio.sleep(0)
        nobody = await bench.client()
        problem_of(await nobody.get("/readyz"), 503)
        assert (await nobody.get("/livez")).status_code == 200
        with pytest.raises(ConnectionRefusedError):
            async with station_at(bench.central, OTHER_STATION):
                pass
        await station.send(json.dumps([3, json.loads(sent)[1], {"status": "Accepted"}]))
        assert isinstance(await outcomes.get(), CallAnswered)
        await draining
        await station.wait_closed()
        assert station.close_code == 1001
