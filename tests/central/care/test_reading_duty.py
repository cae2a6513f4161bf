"""CS-23: a station's configuration is read by itself, once for each firmware, in pieces where it must be."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from contactor.base.virtual_loop import run_virtually
from contactor.central.care.reading_duty import MAX_KEYS
from tests.central.bench import Json
from tests.central.commands.closed_loop import closed_loop
from tests.central.commands.scripted_station import Answer, Bench, ScriptedStation, a_bench, until_next

KEYS = {"HeartbeatInterval": "60", "NumberOfConnectors": "2", MAX_KEYS: "7"}


def reported(bench: Bench) -> dict[str, str]:
    with bench.central.engine.connect() as connection:
        rows = connection.execute(text("SELECT key, value FROM reported_configuration"))
        return {row.key: row.value for row in rows}


def by_name(payload: Json) -> Json:
    """A station that tells only what it is asked for by name."""
    asked = payload["key"]
    assert isinstance(asked, list)
    known = [{"key": key, "readonly": False, "value": KEYS[key]} for key in asked if key in KEYS]
    return {"configurationKey": known, "unknownKey": [key for key in asked if key not in KEYS]}


def whole(_payload: Json) -> Json:
    return {"configurationKey": [{"key": key, "readonly": False, "value": value} for key, value in KEYS.items()]}


def asks(station: ScriptedStation) -> list[int]:
    """How many keys each question named."""
    return [len(payload.get("key", ())) for action, payload in station.heard if action == "GetConfiguration"]  # type: ignore[arg-type]  # a list of JSON


async def connected(bench: Bench, answer: Callable[[Json], Answer], model: str = "OTHER") -> ScriptedStation:
    return await bench.connect(lambda _action, payload: answer(payload), model=model)


def test_cs_23_it_is_read_once_and_again_for_another_firmware(database: str) -> None:
    async def story() -> None:
        async with a_bench(database, read_configuration=True) as bench:
            first = await connected(bench, whole)
            await until_next(5)
            assert (reported(bench), asks(first)) == (KEYS, [0])
            first.hang_up()
            second = await connected(bench, whole)
            await until_next(5)
            assert asks(second) == []
            boot: Json = {"chargePointVendor": "Somebody", "chargePointModel": "OTHER", "firmwareVersion": "2"}
            await second.ask("BootNotification", boot)
            await until_next(5)
            assert asks(second) == [0]

    run_virtually(story())


@pytest.mark.parametrize("refusal", ["OccurenceConstraintViolation", {"configurationKey": []}])
def test_cs_23_a_station_that_cannot_tell_all_at_once_is_asked_in_pieces(database: str, refusal: Answer) -> None:
    async def story() -> None:
        async with a_bench(database, read_configuration=True) as bench:
            station = await connected(bench, lambda payload: by_name(payload) if "key" in payload else refusal)
            await until_next(30)
            assert reported(bench) == KEYS
            whole_ask, first, *pieces = asks(station)
            assert (whole_ask, first, set(pieces[:-1])) == (0, 1, {7})
            named = [key for _, payload in station.heard[1:] for key in payload["key"]]  # type: ignore[attr-defined]  # a list of JSON
            assert len(named) == len(set(named))
            assert "HeartbeatInterval" in named

    run_virtually(story())


def test_a_station_that_refuses_by_name_too_is_left_alone() -> None:
    async def story() -> None:
        async with a_bench(read_configuration=True) as bench:
            station = await connected(bench, lambda _payload: "InternalError")
            await until_next(200)
            assert asks(station) == [0, 1]

    run_virtually(story())


def test_a_station_that_gives_no_answer_is_asked_again_later() -> None:
    async def story() -> None:
        async with a_bench(read_configuration=True) as bench:
            answers: list[Answer] = [None, whole({})]
            station = await connected(bench, lambda _payload: answers.pop(0))
            await until_next(120)
            assert (reported(bench), asks(station)) == (KEYS, [0, 0])

    run_virtually(story())


def test_a_setting_turns_it_off() -> None:
    async def story() -> None:
        async with a_bench(read_configuration=False) as bench:
            station = await connected(bench, whole)
            await until_next(30)
            assert asks(station) == []

    run_virtually(story())


def test_cs_23_the_guides_station_tells_all_its_keys_and_its_limits_hold_from_then_on() -> None:
    async def story() -> None:
        async with closed_loop(read_configuration=True) as loop:
            await loop.pass_time(5)
            found = reported(loop)  # type: ignore[arg-type]  # has a central system too
            assert len(found) == 51
            assert found["SendLocalListMaxLength"] == "400"

    run_virtually(story())
