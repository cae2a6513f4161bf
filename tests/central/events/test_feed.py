"""The event feed: from the record and live, without gap or repetition, and only what was committed."""

import asyncio

import pytest
from sqlalchemy import Connection

from contactor.base.virtual_loop import run_virtually
from contactor.central.events import feed
from contactor.central.events.event import Event, EventKind, FellBehind
from contactor.central.events.event_rows import EventRecord
from contactor.central.events.feed import EventFeed, at_once
from contactor.central.events.outbox import record_event
from contactor.central.milliseconds import to_ms
from contactor.central.retention import forget_some, rules_of
from contactor.central.store.address import MEMORY
from contactor.central.store.migrate import upgrade
from contactor.central.store.sqlite import open_engine
from tests.central.bench import STATION, Json, at, settings, wire_time
from tests.central.commands.scripted_station import a_bench, until_next

START: Json = {"connectorId": 1, "idTag": "T", "meterStart": 1000, "timestamp": wire_time(0)}


class FeedBench:
    """A feed over a record that the test writes."""

    def __init__(self) -> None:
        self.engine = open_engine(MEMORY)
        upgrade(self.engine)
        self.feed = EventFeed(EventRecord(self.engine), at_once)

    def happen(self, *numbers: int, rings: bool = True) -> None:
        with self.engine.begin() as connection:
            for number in numbers:
                self._record(connection, number)
        if rings:
            self.feed.ring()

    def prune(self, before: float) -> int:
        """Forget what happened before so many seconds, and say how much that was."""
        (rule,) = [each for each in rules_of(settings()) if each.table.name == "events"]
        with self.engine.begin() as connection:
            return forget_some(connection, rule, after_id=0, before_ms=to_ms(at(before))).forgotten

    def _record(self, connection: Connection, number: int) -> None:
        record_event(connection, EventKind.STATION_ONLINE, STATION, at(number), {"number": number})


async def _take(feed: EventFeed, after: int, count: int) -> list[int]:
    taken: list[int] = []
    async with feed.subscribe(after) as events:
        async for event in events:
            taken.append(event.sequence)
            if len(taken) == count:
                return taken
    return taken


def test_a_reader_crosses_from_the_past_into_the_present() -> None:
    async def story() -> None:
        bench = FeedBench()
        bench.happen(1, 2, 3)
        reading = asyncio.create_task(_take(bench.feed, 1, 5))
        for number in (4, 5, 6):
            await asyncio.sleep(1)
            bench.happen(number)
        assert await reading == [2, 3, 4, 5, 6]

    run_virtually(story())


def test_readers_at_different_places_each_get_all_of_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "TAIL", 4)

    async def story() -> None:
        bench = FeedBench()
        bench.happen(*range(1, 21))
        early = asyncio.create_task(_take(bench.feed, 0, 30))
        late = asyncio.create_task(_take(bench.feed, 18, 12))
        await asyncio.sleep(1)
        for number in range(21, 31):
            bench.happen(number)
            await asyncio.sleep(0)
        assert await early == list(range(1, 31))
        assert await late == list(range(19, 31))

    run_virtually(story())


def test_a_reader_whose_events_were_pruned_is_told_so() -> None:
    async def story() -> None:
        bench = FeedBench()
        bench.happen(*range(1, 11))
        bench.feed._tail_start = bench.feed._tail_end = 10
        assert bench.prune(8) == 7
        assert await bench.feed.oldest() == 8
        with pytest.raises(FellBehind) as fell:
            await _take(bench.feed, 3, 1)
        assert fell.value.last_sequence == 3
        assert await _take(bench.feed, 0, 3) == [8, 9, 10]

    run_virtually(story())


def test_pruning_keeps_the_newest_so_that_no_number_returns() -> None:
    async def story() -> None:
        bench = FeedBench()
        bench.happen(1, 2)
        assert bench.prune(999) == 1
        assert (await bench.feed.oldest(), await bench.feed.latest()) == (2, 2)

    run_virtually(story())


def test_what_was_rolled_back_is_never_told() -> None:
    async def story() -> None:
        bench = FeedBench()
        with bench.engine.begin() as connection:
            record_event(connection, EventKind.STATION_ONLINE, STATION, at(0), {"number": 1})
            connection.rollback()
        bench.happen(2)
        (event,) = await bench.feed.read()
        assert event.facts == {"number": 2}

    run_virtually(story())


def test_closing_ends_every_reader() -> None:
    async def story() -> None:
        bench = FeedBench()
        reading = asyncio.create_task(_take(bench.feed, 0, 1))
        await asyncio.sleep(1)
        bench.feed.close()
        assert await reading == []

    run_virtually(story())


def test_a_charge_is_told_from_boot_to_stop_once_however_often_it_is_repeated() -> None:
    async def story() -> None:
        async with a_bench() as bench:
            station = await bench.connect()
            status: Json = {"connectorId": 1, "errorCode": "NoError", "status": "Charging"}
            number = 0
            for second in (1, 2):
                number = int(str((await station.ask("StartTransaction", START))["transactionId"]))
                await station.ask("StatusNotification", {**status, "timestamp": wire_time(second / 10)})
                stop: Json = {"transactionId": number, "meterStop": 400, "timestamp": wire_time(60)}
                await station.ask("StopTransaction", stop)
                security: Json = {"type": "TamperDetectionActivated", "timestamp": wire_time(0)}
                await station.ask("SecurityEventNotification", security)
            station.hang_up()
            await until_next()
            events = await bench.central.events.read()
            assert [event.kind.value for event in events] == [
                "station_online",
                "station_booted",
                "alarm_changed",  # the badge is not registered
                "transaction_started",
                "status_changed",
                "transaction_stopped",
                "transaction_suspect",
                "alarm_changed",
                "security_event",
                "alarm_changed",
                "station_offline",
            ]
            assert _facts(events, EventKind.TRANSACTION_STOPPED)["energy_wh"] == 0
            assert _facts(events, EventKind.TRANSACTION_SUSPECT)["reason"] == "meter_went_back"
            assert _facts(events, EventKind.TRANSACTION_STARTED)["transaction_id"] == number

    run_virtually(story())


def _facts(events: list[Event], kind: EventKind) -> dict[str, object]:
    (found,) = (event for event in events if event.kind is kind)
    return dict(found.facts)
