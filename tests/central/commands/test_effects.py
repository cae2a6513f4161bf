"""What answers mean for the record, on both databases: configuration, reservations, profiles, remote starts."""

from collections.abc import Mapping

import pytest
from sqlalchemy import Engine, text

from contactor.base.virtual_loop import run_virtually
from contactor.central.commands.command import CommandState, FollowUp
from contactor.central.events.event import EventKind
from tests.central.bench import STATION, Json, wire_time
from tests.central.commands.scripted_station import Answer, Bench, a_bench, until_next

ACCEPTED: Json = {"status": "Accepted"}
AWAY: Json = {"connectorId": 1, "expiryDate": wire_time(600), "idTag": "T", "reservationId": 4}


def rows(engine: Engine, question: str) -> list[tuple[object, ...]]:
    """What the database says."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(question))]


def status(connector: int, word: str, second: float) -> Json:
    return {"connectorId": connector, "status": word, "errorCode": "NoError", "timestamp": wire_time(second)}


# --- Configuration ------------------------------------------------------------------------------------------------


def test_what_a_station_reports_is_kept_and_what_it_reports_no_more_is_forgotten(database: str) -> None:
    reports: list[Json] = [
        {
            "configurationKey": [
                {"key": "HeartbeatInterval", "readonly": False, "value": "60"},
                {"key": "NumberOfConnectors", "readonly": True, "value": "2"},
                {"key": "AuthorizationKey", "readonly": False, "value": "topsecret"},
            ]
        },
        {"unknownKey": ["NumberOfConnectors"]},
        {"configurationKey": [{"key": "ClockAlignedDataInterval", "readonly": False, "value": "0"}]},
    ]

    async def story() -> None:
        async with a_bench(database) as bench:
            await bench.connect(lambda _action, _payload: reports.pop(0))
            kept = "SELECT key, value, is_readonly FROM reported_configuration ORDER BY key"
            await bench.settle("GetConfiguration", {})
            assert rows(bench.central.engine, kept) == [
                ("AuthorizationKey", "***", False),
                ("HeartbeatInterval", "60", False),
                ("NumberOfConnectors", "2", True),
            ]
            await bench.settle("GetConfiguration", {"key": ["NumberOfConnectors"]})
            assert [row[0] for row in rows(bench.central.engine, kept)] == ["AuthorizationKey", "HeartbeatInterval"]
            await until_next()
            await bench.settle("GetConfiguration", {})
            assert [row[0] for row in rows(bench.central.engine, kept)] == ["ClockAlignedDataInterval"]

    run_virtually(story())


@pytest.mark.parametrize(("word", "values"), [("Accepted", [("90",)]), ("Rejected", [("60",)]), ("NotSupported", [])])
def test_an_accepted_change_is_what_the_station_has(word: str, values: list[tuple[str]]) -> None:
    report: Json = {"configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "60"}]}

    async def story() -> None:
        async with a_bench() as bench:
            await bench.connect(lambda action, _p: report if action == "GetConfiguration" else {"status": word})
            await bench.settle("GetConfiguration", {})
            await bench.settle("ChangeConfiguration", {"key": "heartbeatinterval", "value": "90"})
            assert rows(bench.central.engine, "SELECT value FROM reported_configuration") == values

    run_virtually(story())


# --- Reservations -------------------------------------------------------------------------------------------------


async def _reservation(bench: Bench) -> object:
    ((state,),) = rows(bench.central.engine, "SELECT state FROM reservations")
    told = await bench.central.events.read(kinds=[EventKind.RESERVATION_CHANGED])
    assert [event.facts["state"] for event in told] == ["active", *([state] if state != "active" else [])]
    return state


def test_rsv_18_a_reservation_ends_by_its_expiry(database: str) -> None:
    async def story() -> None:
        async with a_bench(database) as bench:
            await bench.connect()
            await bench.settle("ReserveNow", AWAY)
            await until_next(590)
            assert await _reservation(bench) == "active"
            await until_next(20)
            assert await _reservation(bench) == "expired"

    run_virtually(story())


@pytest.mark.parametrize(("word", "state"), [("Accepted", "cancelled"), ("Rejected", "gone")])
def test_rsv_18_a_reservation_ends_when_it_is_cancelled(word: str, state: str) -> None:
    async def story() -> None:
        async with a_bench() as bench:
            await bench.connect(lambda action, _p: ACCEPTED if action == "ReserveNow" else {"status": word})
            await bench.settle("ReserveNow", AWAY)
            await bench.settle("CancelReservation", {"reservationId": 4})
            assert await _reservation(bench) == state

    run_virtually(story())


@pytest.mark.parametrize(
    ("connector", "word", "state"),
    [
        (1, "Faulted", "ended"),
        (1, "Unavailable", "ended"),
        (0, "Faulted", "ended"),
        (2, "Faulted", "active"),
        (1, "Reserved", "active"),
    ],
)
def test_cs_24_a_connector_that_cannot_be_used_keeps_no_reservation(connector: int, word: str, state: str) -> None:
    async def story() -> None:
        async with a_bench() as bench:
            station = await bench.connect()
            await bench.settle("ReserveNow", AWAY)
            await station.ask("StatusNotification", status(connector, word, 0.1))
            assert await _reservation(bench) == state

    run_virtually(story())


def test_a_reservation_the_station_refused_is_none() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            await bench.connect(lambda _action, _payload: {"status": "Occupied"})
            assert (await bench.settle("ReserveNow", AWAY)).status == "Occupied"
            assert rows(bench.central.engine, "SELECT * FROM reservations") == []

    run_virtually(story())


# --- Charging profiles --------------------------------------------------------------------------------------------


def installing(number: int, level: int = 0, connector: int = 1, **changes: object) -> Json:
    period = {"startPeriod": 0, "limit": 11000}
    profile = {
        "chargingProfileId": number,
        "stackLevel": level,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": "W", "chargingSchedulePeriod": [period]},
        **changes,
    }
    return {"connectorId": connector, "csChargingProfiles": profile}


@pytest.mark.parametrize(
    ("clear", "left"),
    [
        ({}, []),
        ({"id": 1}, [2, 3]),
        ({"id": 1, "connectorId": 2}, [2, 3]),
        ({"connectorId": 1}, [3]),
        ({"stackLevel": 0}, [2]),
        ({"chargingProfilePurpose": "TxProfile"}, [1, 2, 3]),
    ],
)
def test_installed_profiles_are_those_that_were_set_and_not_cleared(clear: Json, left: list[int]) -> None:
    async def story() -> None:
        async with a_bench() as bench:
            await bench.connect()
            for payload in (installing(9), installing(1), installing(2, 1), installing(3, 0, 2)):
                await bench.settle("SetChargingProfile", payload)
            assert _profiles(bench) == [1, 2, 3]  # 9 was replaced in its place
            await bench.settle("ClearChargingProfile", clear)
            assert _profiles(bench) == left

    run_virtually(story())


def _profiles(bench: Bench) -> list[object]:
    found = rows(bench.central.engine, "SELECT profile_id FROM installed_profiles ORDER BY profile_id")
    return [number for (number,) in found]


# --- Remote starts ------------------------------------------------------------------------------------------------


def start(tag: str, connector: int, second: float) -> Json:
    return {"connectorId": connector, "idTag": tag, "meterStart": 0, "timestamp": wire_time(second)}


@pytest.mark.parametrize(
    ("tag", "connector", "second", "is_it"),
    [
        ("remote", 1, 5, True),
        ("REMOTE", 1, 5, True),
        ("OTHER", 1, 5, False),
        ("REMOTE", 2, 5, False),
        ("REMOTE", 1, -3600, False),
        ("REMOTE", 1, 3600, False),
    ],
)
def test_rs_12_a_start_is_matched_by_tag_connector_and_time(
    database: str, tag: str, connector: int, second: float, is_it: bool
) -> None:
    async def story() -> None:
        async with a_bench(database) as bench:
            station = await bench.connect()
            view = await bench.settle("RemoteStartTransaction", {"idTag": "REMOTE", "connectorId": 1})
            answer = await station.ask("StartTransaction", start(tag, connector, second))
            found = await bench.look(view)
            assert found.transaction_id == (answer["transactionId"] if is_it else None)
            assert found.follow_up is (FollowUp.STARTED if is_it else FollowUp.AWAITING_START)

    run_virtually(story())


@pytest.mark.parametrize(
    ("answer", "state", "expected"),
    [
        (ACCEPTED, CommandState.ANSWERED, "Accepted"),
        (None, CommandState.TIMED_OUT, "Accepted"),
        ({"status": "Rejected"}, CommandState.ANSWERED, "Invalid"),
        ("InternalError", CommandState.REFUSED, "Invalid"),
    ],
)
def test_rs_13_the_tag_of_a_remote_start_under_way_may_charge(
    answer: Answer, state: CommandState, expected: str
) -> None:
    async def story() -> None:
        async with a_bench() as bench:
            station = await bench.connect(lambda _action, _payload: answer)
            view = await bench.settle("RemoteStartTransaction", {"idTag": "REMOTE"})
            assert view.state is state
            assert _verdict(await station.ask("Authorize", {"idTag": "REMOTE"})) == expected
            assert _verdict(await station.ask("Authorize", {"idTag": "OTHER"})) == "Invalid"
            begun = await station.ask("StartTransaction", start("REMOTE", 2, 40))
            assert _verdict(begun) == expected
            assert _verdict(await station.ask("Authorize", {"idTag": "REMOTE"})) == "Invalid"

    run_virtually(story())


def _verdict(answer: Json) -> object:
    verdict = answer["idTagInfo"]
    assert isinstance(verdict, Mapping)
    return verdict["status"]


def test_a_start_told_late_still_finds_its_command(database: str) -> None:
    async def story() -> None:
        async with a_bench(database) as bench:
            station = await bench.connect()
            view = await bench.settle("RemoteStartTransaction", {"idTag": "REMOTE"})
            await until_next(610)
            assert (await bench.look(view)).follow_up is FollowUp.NOT_STARTED
            await station.ask("StartTransaction", start("REMOTE", 1, 30))
            assert (await bench.look(view)).follow_up is FollowUp.STARTED

    run_virtually(story())


def test_a_profile_that_came_with_a_remote_start_lives_as_long_as_its_transaction() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            station = await bench.connect()
            profile = installing(7, chargingProfilePurpose="TxProfile")["csChargingProfiles"]
            await bench.settle("RemoteStartTransaction", {"idTag": "REMOTE", "chargingProfile": profile})
            number = (await station.ask("StartTransaction", start("REMOTE", 2, 1)))["transactionId"]
            kept = "SELECT connector_id, transaction_id FROM installed_profiles"
            assert rows(bench.central.engine, kept) == [(2, number)]
            stop: Json = {"transactionId": number, "meterStop": 5, "timestamp": wire_time(60)}
            await station.ask("StopTransaction", stop)
            assert rows(bench.central.engine, kept) == []

    run_virtually(story())


# --- Availability -------------------------------------------------------------------------------------------------


def test_avl_12_a_later_change_takes_the_place_of_a_scheduled_one() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            await bench.connect(lambda _action, _payload: {"status": "Scheduled"})
            first = await bench.settle("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
            other = await bench.settle("ChangeAvailability", {"connectorId": 2, "type": "Inoperative"})
            last = await bench.settle("ChangeAvailability", {"connectorId": 1, "type": "Operative"})
            shown = [(await bench.look(view)).follow_up for view in (first, other, last)]
            assert shown == [FollowUp.SUPERSEDED, FollowUp.SCHEDULED, FollowUp.SCHEDULED]

    run_virtually(story())


def test_avl_12_the_station_is_out_of_service_when_every_connector_is() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            station = await bench.connect(lambda _action, _payload: {"status": "Scheduled"})
            for connector in (1, 2):
                await station.ask("StatusNotification", status(connector, "Charging", 0))
            view = await bench.settle("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"})
            await station.ask("StatusNotification", status(1, "Unavailable", 1))
            assert (await bench.look(view)).follow_up is FollowUp.SCHEDULED
            await station.ask("StatusNotification", status(2, "Unavailable", 2))
            assert (await bench.look(view)).follow_up is FollowUp.DONE
            assert view.station_id == STATION

    run_virtually(story())
