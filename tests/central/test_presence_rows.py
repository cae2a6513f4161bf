"""Presence is kept as periods, on both databases, and tells the share of a time."""

from datetime import timedelta

from contactor.base.virtual_loop import run_virtually
from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.presence_rows import came, newest_periods, uptimes, went
from contactor.central.store.database import for_writing
from tests.central.bench import NOON, STATION, at, store_in
from tests.central.commands.scripted_station import a_bench, until_next


def test_a_period_begins_with_the_connection_and_ends_with_it(database: str) -> None:
    async def story() -> None:
        async with a_bench(database) as bench:
            station = await bench.connect()
            await until_next(100)
            station.hang_up()
            await until_next(50)
            await bench.connect()
            await until_next(10)
            with bench.central.engine.connect() as connection:
                newest, first = newest_periods(connection, STATION, before=None, limit=9)
                (found,) = uptimes(connection, [(STATION, NOON)], NOON, bench.central.clock.now()).values()
            assert newest.until is None
            assert first.until is not None
            assert round((first.until - first.since).total_seconds()) == 100
            assert round((newest.since - first.until).total_seconds()) == 50
            assert round(found.connected.total_seconds()) == 110
            assert found.share is not None
            assert round(found.share, 2) == round(110 / 160, 2)

    run_virtually(story())


def test_tr_16_a_newer_connection_goes_on_with_the_period(database: str) -> None:
    async def story() -> None:
        async with a_bench(database) as bench:
            await bench.connect()
            await until_next(10)
            await bench.connect()
            await until_next(10)
            with bench.central.engine.connect() as connection:
                (only,) = newest_periods(connection, STATION, before=None, limit=9)
            assert only.until is None

    run_virtually(story())


def test_what_a_killed_run_left_open_ended_when_the_station_was_last_heard(database: str) -> None:
    with store_in(database) as engine, for_writing(engine).begin() as connection:
        came(STATION, at(0)).execute_on(connection)
        seen = {"at": to_ms(at(60)), "station": STATION}
        connection.exec_driver_sql(f"UPDATE stations SET last_seen_at_ms = {seen['at']} WHERE id = '{seen['station']}'")

    async def story() -> None:
        async with a_bench(database) as bench:
            with bench.central.engine.connect() as connection:
                (only,) = newest_periods(connection, STATION, before=None, limit=9)
            assert only.until == at(60)

    run_virtually(story())


def test_hb_05_a_connection_that_fell_silent_ended_with_its_last_sign_of_life() -> None:
    async def story() -> None:
        async with a_bench(heartbeat_interval_s=10) as bench:
            station = await bench.connect()
            await until_next(1000)
            station.hang_up()
            await until_next(1)
            with bench.central.engine.connect() as connection:
                (only,) = newest_periods(connection, STATION, before=None, limit=9)
            assert only.until is not None
            assert only.until - only.since < timedelta(seconds=10)

    run_virtually(story())


def test_uptime_counts_what_lies_within_the_time_that_is_asked_for(database: str) -> None:
    with store_in(database) as engine, for_writing(engine).begin() as connection:
        for start, end in ((0, 100), (200, 300), (400, None)):
            came(STATION, at(start)).execute_on(connection)
            if end is not None:
                went(STATION, at(end)).execute_on(connection)
        # From 50 to 500 it was there 50 + 100 + 100 of 450 seconds.
        found = uptimes(connection, [(STATION, NOON)], at(50), at(500))[STATION]
        assert (found.connected, found.share) == (timedelta(seconds=250), 250 / 450)
        # Known since 250: 50 + 100 of 250 seconds.
        found = uptimes(connection, [(STATION, at(250))], at(50), at(500))[STATION]
        assert (found.start, found.connected) == (from_ms(to_ms(at(250))), timedelta(seconds=150))
        assert uptimes(connection, [(STATION, at(900))], at(50), at(500))[STATION].share is None
