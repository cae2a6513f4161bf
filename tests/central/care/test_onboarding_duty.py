"""Pending stations are led to being accepted: key, configuration, boot; and stay Pending where that fails."""

import pytest
from sqlalchemy import Connection, select

from contactor.base.virtual_loop import run_virtually
from contactor.central.care.onboarding import OnboardingRow, begin_onboarding, find_onboarding
from contactor.central.events.event import EventKind
from contactor.central.settings import StationSetting
from contactor.central.store import schema
from contactor.ocpp.enumerations import RegistrationStatus
from tests.central.bench import STATION, Json
from tests.central.care.test_repair_duty import want
from tests.central.commands.closed_loop import ClosedLoop, closed_loop
from tests.central.commands.scripted_station import Answer, Bench, ScriptedStation, a_bench, until_next

KEY = bytes(range(20))
PENDING = {"stations": (StationSetting(STATION, registration=RegistrationStatus.PENDING),)}
WITH_KEY = {"stations": (StationSetting(STATION, KEY, RegistrationStatus.PENDING),)}
ACCEPTED: Json = {"status": "Accepted"}


async def begin(bench: Bench, *, rotates_key: bool = False) -> None:
    done: list[object] = []
    now = bench.central.clock.now()
    bench.central.writer.write(
        lambda connection: begin_onboarding(connection, STATION, rotates_key=rotates_key, by="anna", at=now),
        done.append,
    )
    await until_next(5)
    assert done == [None]


def found(bench: Bench | ClosedLoop) -> OnboardingRow:
    with bench.central.engine.connect() as connection:
        row = find_onboarding(connection, STATION)
    assert row is not None
    return row


def registration(bench: Bench | ClosedLoop) -> object:
    with bench.central.engine.connect() as connection:
        query = select(schema.stations.c.registration).where(schema.stations.c.id == STATION)
        return connection.execute(query).scalar()


def heard(station: ScriptedStation) -> list[str]:
    return [action for action, _ in station.heard]


def test_boot_08_a_pending_station_is_configured_accepted_and_asked_to_boot(database: str) -> None:
    async def story() -> None:
        async with a_bench(database, **PENDING) as bench:
            await want(bench, HeartbeatInterval="90")
            station = await bench.connect()
            await until_next(5)
            assert heard(station) == []  # nobody has asked for it yet
            await begin(bench)
            assert station.heard == [
                ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "90"}),
                ("TriggerMessage", {"requestedMessage": "BootNotification"}),
            ]
            assert (registration(bench), found(bench).stage) == ("Accepted", "boot")
            assert (await station.boot())["status"] == "Accepted"
            await until_next(5)
            assert (found(bench).state, found(bench).ended_at_ms is not None) == ("done", True)
            told = await bench.central.events.read(kinds=[EventKind.ONBOARDING_CHANGED])
            assert [(each.facts["state"], each.facts["stage"]) for each in told] == [
                ("running", "configuration"),
                ("running", "boot"),
                ("done", "boot"),
            ]

    run_virtually(story())


def test_sec_08_a_fresh_key_comes_first_if_it_is_asked_for(database: str) -> None:
    async def story() -> None:
        async with a_bench(database, **WITH_KEY) as bench:
            station = await bench.connect(password=KEY)
            await begin(bench, rotates_key=True)
            (action, change), boot = station.heard
            assert (action, change["key"], boot[0]) == ("ChangeConfiguration", "AuthorizationKey", "TriggerMessage")
            fresh = bytes.fromhex(str(change["value"]))
            station.hang_up()
            again = await bench.connect(password=fresh)
            await until_next(5)
            assert (again.results["s1"]["status"], found(bench).state) == ("Accepted", "done")
            views = await bench.desk.history()
            assert all(str(change["value"]) not in str(view) for view in views)

    run_virtually(story())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"status": "Rejected"}, "the station did not take HeartbeatInterval (Rejected)"),
        ({"status": "NotSupported"}, "the station did not take HeartbeatInterval (NotSupported)"),
        ("InternalError", "the station did not take HeartbeatInterval (InternalError)"),
    ],
)
def test_a_station_that_does_not_take_its_configuration_stays_pending(
    database: str, answer: Answer, reason: str
) -> None:
    async def story() -> None:
        async with a_bench(database, **PENDING) as bench:
            await want(bench, HeartbeatInterval="90")
            station = await bench.connect(lambda _action, _payload: answer)
            await begin(bench)
            assert (found(bench).state, found(bench).detail) == ("failed", reason)
            assert (registration(bench), heard(station)) == ("Pending", ["ChangeConfiguration"])
            await until_next(200)
            assert heard(station) == ["ChangeConfiguration"]

    run_virtually(story())


def test_a_key_that_is_not_taken_ends_it_and_the_old_key_still_opens_the_door(database: str) -> None:
    async def story() -> None:
        async with a_bench(database, **WITH_KEY) as bench:
            station = await bench.connect(lambda _action, _payload: {"status": "Rejected"}, password=KEY)
            await begin(bench, rotates_key=True)
            assert (found(bench).state, found(bench).detail) == ("failed", "the station did not take its key: Rejected")
            station.hang_up()
            assert (await bench.connect(password=KEY)).results["s1"]["status"] == "Pending"

    run_virtually(story())


def test_cf_21_a_value_that_needs_a_boot_is_followed_by_a_reset(database: str) -> None:
    async def story() -> None:
        async with a_bench(database, **PENDING) as bench:
            await want(bench, BoxIdentifier="RDAM-01")
            station = await bench.connect(
                lambda action, _payload: {"status": "RebootRequired"} if action == "ChangeConfiguration" else ACCEPTED
            )
            await begin(bench)
            assert station.heard[1:] == [("Reset", {"type": "Soft"})]
            assert (await station.boot())["status"] == "Accepted"

    run_virtually(story())


def test_it_goes_on_after_a_restart_of_the_central_system(database: str) -> None:
    async def first() -> None:
        async with a_bench(database, **PENDING) as bench:
            await want(bench, HeartbeatInterval="90")
            await bench.connect(lambda _action, _payload: None)
            await begin(bench)
            assert found(bench).stage == "configuration"

    async def second() -> None:
        async with a_bench(database, **PENDING) as bench:
            station = await bench.connect()
            await until_next(5)
            assert heard(station) == ["ChangeConfiguration", "TriggerMessage"]

    run_virtually(first())
    run_virtually(second())


def test_a_person_who_accepts_the_station_meanwhile_has_ended_it(database: str) -> None:
    async def story() -> None:
        async with a_bench(database, **PENDING) as bench:
            await want(bench, HeartbeatInterval="90")
            await begin(bench)
            statement = "UPDATE stations SET registration = 'Accepted'"
            bench.central.writer.write(lambda connection: connection.exec_driver_sql(statement), lambda _done: None)
            await bench.connect()
            assert found(bench).state == "done"

    run_virtually(story())


def test_the_guides_station_is_led_from_pending_to_accepted_by_itself() -> None:
    async def story() -> None:
        # It is there only once the loop has seen its connectors, which a Pending station does not tell of.
        given = PENDING["stations"]
        async with closed_loop(onboard_pending_stations=True, read_configuration=True, stations=given) as loop:
            (view,) = loop.central.queries.stations()
            assert view.registration is RegistrationStatus.ACCEPTED
            orders = {(each.action, each.by) for each in await loop.central.desk.history()}
            assert orders == {("GetConfiguration", "central system"), ("TriggerMessage", "central system")}

    run_virtually(story())


def test_sec_08_the_guides_station_takes_a_fresh_key_on_its_way_to_being_accepted() -> None:
    async def story() -> None:
        async with closed_loop() as loop:
            done: list[object] = []

            def work(connection: Connection) -> None:
                connection.exec_driver_sql("UPDATE stations SET registration = 'Pending'")
                now = loop.central.clock.now()
                begin_onboarding(connection, STATION, rotates_key=True, by="anna", at=now)

            loop.central.writer.write(work, done.append)
            await loop.order("Reset", {"type": "Soft"})
            await loop.until(lambda: found(loop).state == "done")
            assert (done, registration(loop)) == ([None], "Accepted")
            member = loop.central.roster.find(STATION)
            assert member is not None
            assert member.key is not None

    run_virtually(story())
