"""Drift is seen, put right by a person or by itself, and what a station does not take stays visible; both databases."""

import pytest

from contactor.base.virtual_loop import run_virtually
from contactor.central.care.drift import KeyState, look_at_keys
from contactor.central.care.duty import Subject
from contactor.central.care.scope import Scope
from contactor.central.care.templates import Template, put_template
from contactor.central.recognition import NOTHING_KNOWN
from contactor.ocpp.enumerations import RegistrationStatus
from tests.central.bench import STATION, Json
from tests.central.commands.closed_loop import ClosedLoop, closed_loop
from tests.central.commands.scripted_station import Answer, Bench, a_bench, until_next

REPORT: Json = {
    "configurationKey": [
        {"key": "HeartbeatInterval", "readonly": False, "value": "60"},
        {"key": "NumberOfConnectors", "readonly": True, "value": "2"},
    ]
}


async def want(bench: Bench | ClosedLoop, **values: str) -> None:
    """Set a template for all stations, and let the caretaker notice."""
    done: list[object] = []
    template = Template("all", Scope(), values)
    bench.central.writer.write(lambda connection: put_template(connection, template), done.append)
    await until_next(5)
    assert done == [None]


def states(bench: Bench | ClosedLoop) -> dict[str, tuple[str, str | None]]:
    """The state and the last outcome of each key that something is wanted of."""
    with bench.central.engine.connect() as connection:
        subject = Subject(connection, STATION, RegistrationStatus.ACCEPTED, bench.central.clock.now())
        looks = look_at_keys(connection, subject, NOTHING_KNOWN)
        return {look.wanted.key: (look.state.value, look.outcome) for look in looks}


def test_drift_is_seen_and_left_alone_unless_it_is_to_be_repaired(database: str) -> None:
    async def story() -> None:
        async with a_bench(database) as bench:
            station = await bench.connect(lambda a, _p: REPORT if a == "GetConfiguration" else {"status": "Accepted"})
            await bench.settle("GetConfiguration", {})
            await want(bench, HeartbeatInterval="060", NumberOfConnectors="3", Unheard="1")
            assert states(bench) == {
                "HeartbeatInterval": (KeyState.DRIFTING, None),
                "NumberOfConnectors": (KeyState.READ_ONLY, None),
                "Unheard": (KeyState.UNKNOWN, None),
            }
            assert [action for action, _ in station.heard] == ["GetConfiguration"]
            await bench.settle("ChangeConfiguration", {"key": "heartbeatinterval", "value": "060"})
            assert states(bench)["HeartbeatInterval"] == (KeyState.IN_STEP, "Accepted")

    run_virtually(story())


@pytest.mark.parametrize(
    ("answer", "state", "outcome"),
    [
        ({"status": "Accepted"}, KeyState.IN_STEP, "Accepted"),
        ({"status": "RebootRequired"}, KeyState.AWAITING_BOOT, "RebootRequired"),
        ({"status": "Rejected"}, KeyState.REFUSED, "Rejected"),
        ({"status": "NotSupported"}, KeyState.REFUSED, "NotSupported"),
        ("InternalError", KeyState.REFUSED, "InternalError"),
    ],
)
def test_cf_21_repair_sends_each_key_once_and_keeps_what_came_of_it(
    database: str, answer: Answer, state: KeyState, outcome: str
) -> None:
    async def story() -> None:
        async with a_bench(database, repair_configuration=True) as bench:
            station = await bench.connect(lambda a, _p: REPORT if a == "GetConfiguration" else answer)
            await bench.settle("GetConfiguration", {})
            await want(bench, HeartbeatInterval="90")
            assert states(bench) == {"HeartbeatInterval": (state, outcome)}
            await until_next(200)
            changes = [payload for action, payload in station.heard if action == "ChangeConfiguration"]
            assert changes == [{"key": "HeartbeatInterval", "value": "90"}]
            # Another value is another matter.
            await want(bench, HeartbeatInterval="91")
            values = [payload["value"] for action, payload in station.heard if action == "ChangeConfiguration"]
            assert values == ["90", "91"]

    run_virtually(story())


def test_cf_21_what_awaits_a_boot_is_in_step_after_it(database: str) -> None:
    async def story() -> None:
        async with a_bench(database, repair_configuration=True) as bench:
            station = await bench.connect(
                lambda a, _p: REPORT if a == "GetConfiguration" else {"status": "RebootRequired"}
            )
            await bench.settle("GetConfiguration", {})
            await want(bench, HeartbeatInterval="90")
            assert states(bench)["HeartbeatInterval"][0] == KeyState.AWAITING_BOOT
            await station.boot()
            await until_next(5)
            assert states(bench)["HeartbeatInterval"][0] == KeyState.IN_STEP

    run_virtually(story())


def test_a_station_that_comes_back_is_put_right(database: str) -> None:
    async def story() -> None:
        async with a_bench(database, repair_configuration=True) as bench:
            await want(bench, HeartbeatInterval="90")
            station = await bench.connect()
            await until_next(5)
            assert [payload for action, payload in station.heard] == [{"key": "HeartbeatInterval", "value": "90"}]
            assert states(bench)["HeartbeatInterval"][0] == KeyState.IN_STEP

    run_virtually(story())


def test_the_guides_station_is_put_right_by_itself() -> None:
    async def story() -> None:
        async with closed_loop(read_configuration=True, repair_configuration=True) as loop:
            await want(loop, MeterValueSampleInterval="42", HeartbeatInterval="120")
            await loop.until(lambda: {state for state, _ in states(loop).values()} == {KeyState.IN_STEP})
            answer = (await loop.order("GetConfiguration", {"key": ["MeterValueSampleInterval"]})).answer
            assert answer == {
                "configurationKey": [{"key": "MeterValueSampleInterval", "readonly": False, "value": "42"}]
            }

    run_virtually(story())
