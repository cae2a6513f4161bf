"""Starts and stops of many stations in one commit: they ask the database together, and mean what they mean alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, select

from contactor.base.ids import IdTag, StationId
from contactor.central.handlers.transactions import Transactions
from contactor.central.plan import Caller, Do, Plan
from contactor.central.readings import Metering
from contactor.central.settings import StationSetting
from contactor.central.store import operation_tables, schema
from contactor.central.store.batch import Batches, Item
from contactor.central.store.database import for_writing
from contactor.central.tag_register import put_groups, put_tags
from contactor.central.tags import Tag, TagGroup
from contactor.ocpp.datatypes import MeterValue, SampledValue
from contactor.ocpp.messages import StartTransaction, StartTransactionResult, StopTransaction, StopTransactionResult
from tests.central.bench import at, settings, store_in

STATIONS = tuple(StationId(f"RDAM-{number:02}") for number in range(1, 7))
FLEET = IdTag("FLEET-7")


@dataclass
class Crowd:
    """Stations whose calls reach the disk in one batch."""

    engine: Engine
    batches: Batches
    transactions: Transactions

    def start(self, station: StationId, tag: str, meter: int = 1000, when: float = 0, connector: int = 1) -> Plan:
        request = StartTransaction(connector_id=connector, id_tag=IdTag(tag), meter_start=meter, timestamp=at(when))  # type: ignore[arg-type]  # a plain connector
        return self.transactions.start(Caller(station, at(when)), request)

    def stop(self, station: StationId, number: int, meter: int = 5000, when: float = 600, **fields: object) -> Plan:
        request = StopTransaction(transaction_id=number, meter_stop=meter, timestamp=at(when), **fields)  # type: ignore[arg-type]  # optional fields by name
        return self.transactions.stop(Caller(station, at(when)), request)

    def commit(self, *plans: Plan) -> Sequence[object]:
        items = [Item(plan.work, lambda _outcome: None) for plan in plans if isinstance(plan, Do)]
        return [outcome for _, outcome in self.batches.commit(items)]

    def started(self, *plans: Plan) -> list[StartTransactionResult]:
        results = self.commit(*plans)
        assert all(isinstance(result, StartTransactionResult) for result in results), results
        return results  # type: ignore[return-value]  # looked at one by one

    def rows(self, table: object = schema.transactions) -> list[object]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(table)).all())  # type: ignore[call-overload]  # any table


@pytest.fixture
def crowd(database: str) -> Iterator[Crowd]:
    with store_in(database, settings(stations=tuple(StationSetting(each) for each in STATIONS))) as engine:
        with for_writing(engine).begin() as connection:
            put_groups(connection, [TagGroup(FLEET, concurrent_max=1)])
            put_tags(connection, [Tag(IdTag(f"TAG-{number}")) for number in range(1, 7)])
            put_tags(connection, [Tag(IdTag(f"CAR-{number}"), parent_id_tag=FLEET) for number in range(1, 4)])
        with for_writing(engine).connect() as connection:
            yield Crowd(engine, Batches(connection), Transactions(Metering()))


def statuses(results: Sequence[StartTransactionResult]) -> list[str]:
    return [result.id_tag_info.status.value for result in results]


def test_cs_07_starts_in_one_commit_have_a_number_each_and_it_is_their_own(crowd: Crowd) -> None:
    results = crowd.started(*(crowd.start(each, f"TAG-{n}", meter=n) for n, each in enumerate(STATIONS, 1)))
    found = {row.station_id: (row.id, row.id_tag, row.meter_start_wh) for row in crowd.rows()}  # type: ignore[attr-defined]  # rows of transactions
    assert statuses(results) == ["Accepted"] * len(STATIONS)
    assert found == {
        each: (result.transaction_id, f"TAG-{n}", n)
        for n, (each, result) in enumerate(zip(STATIONS, results, strict=True), 1)
    }


def test_cs_09_a_tag_that_starts_at_two_stations_at_once_starts_at_the_first(crowd: Crowd) -> None:
    results = crowd.started(crowd.start(STATIONS[0], "TAG-1"), crowd.start(STATIONS[1], "tag-1"))
    assert statuses(results) == ["Accepted", "ConcurrentTx"]


def test_cs_09_the_limit_of_a_group_holds_for_those_that_start_at_once(crowd: Crowd) -> None:
    plans = [crowd.start(each, f"CAR-{n}") for n, each in enumerate(STATIONS[:3], 1)]
    assert sorted(statuses(crowd.started(*plans))) == ["Accepted", "ConcurrentTx", "ConcurrentTx"]


def test_cs_09_a_tag_that_stops_may_start_elsewhere_in_the_same_commit(crowd: Crowd) -> None:
    (first,) = crowd.started(crowd.start(STATIONS[0], "TAG-1"))
    stopped, started = crowd.commit(
        crowd.stop(STATIONS[0], first.transaction_id, id_tag="TAG-1"), crowd.start(STATIONS[1], "TAG-1", when=601)
    )
    assert isinstance(stopped, StopTransactionResult)
    assert isinstance(started, StartTransactionResult)
    assert started.id_tag_info.status.value == "Accepted"


def test_cs_03_a_start_that_comes_twice_in_one_commit_is_recorded_once(crowd: Crowd) -> None:
    first, again = crowd.started(crowd.start(STATIONS[0], "TAG-1"), crowd.start(STATIONS[0], "TAG-1"))
    assert first == again
    assert len(crowd.rows()) == 1


def test_cs_14_two_starts_on_one_connector_in_one_commit_leave_the_later_open(crowd: Crowd) -> None:
    crowd.started(crowd.start(STATIONS[0], "TAG-1"), crowd.start(STATIONS[0], "TAG-2", when=60))
    assert {row.id_tag: row.state for row in crowd.rows()} == {"TAG-1": "stop_missing", "TAG-2": "open"}  # type: ignore[attr-defined]  # rows of transactions


def test_cs_01_one_that_cannot_be_written_costs_the_others_nothing(crowd: Crowd) -> None:
    """A station that is not registered has no place for its transaction."""
    good, bad, other = crowd.commit(
        crowd.start(STATIONS[0], "TAG-1"), crowd.start(StationId("NOBODY"), "TAG-2"), crowd.start(STATIONS[1], "TAG-3")
    )
    assert isinstance(bad, Exception)
    assert isinstance(good, StartTransactionResult)
    assert isinstance(other, StartTransactionResult)
    assert len(crowd.rows()) == 2


def test_every_fact_of_a_commit_has_its_event_in_the_order_of_the_numbers(crowd: Crowd) -> None:
    first, second = crowd.started(crowd.start(STATIONS[0], "TAG-1"), crowd.start(STATIONS[1], "NOBODY"))
    crowd.commit(
        crowd.stop(STATIONS[0], first.transaction_id, meter=900), crowd.stop(STATIONS[1], second.transaction_id)
    )
    told = [(row.kind, row.station_id) for row in crowd.rows(operation_tables.events)]  # type: ignore[attr-defined]  # rows of events
    of_first = [kind for kind, station in told if station == STATIONS[0]]
    of_second = [kind for kind, station in told if station == STATIONS[1]]
    assert of_first[:3] == ["transaction_started", "transaction_stopped", "transaction_suspect"]
    assert of_second == ["alarm_changed", "transaction_started", "transaction_stopped"]


def test_cs_06_readings_that_come_with_stops_stand_with_their_connectors(crowd: Crowd) -> None:
    starts = [crowd.start(each, f"TAG-{n}", connector=n) for n, each in enumerate(STATIONS[:2], 1)]
    data = (MeterValue(timestamp=at(300), sampled_value=(SampledValue(value="1200"),)),)
    crowd.commit(
        *(
            crowd.stop(each, result.transaction_id, transaction_data=data)
            for each, result in zip(STATIONS, crowd.started(*starts), strict=False)
        )
    )
    found = [(row.station_id, row.connector_id) for row in crowd.rows(schema.readings)]  # type: ignore[attr-defined]  # rows of readings
    assert found == [(STATIONS[0], 1), (STATIONS[1], 2)]
