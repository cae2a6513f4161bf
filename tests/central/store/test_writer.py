"""The writer: nobody is told before the commit, a bad item costs only itself, and nothing acknowledged is ever lost."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import IntegrityError

from contactor.central.store import schema
from contactor.central.store.batch import Work
from contactor.central.store.database import for_writing
from contactor.central.store.news import Looked
from contactor.central.store.port import Writer, WriterFull, WriterStopped
from contactor.central.store.statement import Rows, insert
from contactor.central.store.writer import ThreadWriter, TurnWriter
from tests.central.bench import open_store

INSERT_TAG = insert(schema.tags, "key", "id_tag")
INSERT_BOOT = insert(schema.boots, "station_id", "received_at_ms", "answered", "vendor", "model", "details")


def tag(name: str) -> tuple[Rows, ...]:
    return (Rows(INSERT_TAG, ((name, name),)),)


def tags_in(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT key FROM tags ORDER BY key")).scalars())


class Gate:
    """Holds the writer inside its transaction until opened."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self._opened = threading.Event()
        self._loop = asyncio.get_running_loop()

    def work(self, _connection: Connection) -> str:
        self._loop.call_soon_threadsafe(self.entered.set)
        assert self._opened.wait(20)
        return "through the gate"

    def open(self) -> None:
        self._opened.set()


class Told:
    """Collects outcomes, and can be waited for."""

    def __init__(self, expected: int = 1) -> None:
        self.outcomes: list[object] = []
        self.all_told = asyncio.Event()
        self._expected = expected

    def __call__(self, outcome: object) -> None:
        self.outcomes.append(outcome)
        if len(self.outcomes) == self._expected:
            self.all_told.set()

    async def wait(self) -> list[object]:
        await asyncio.wait_for(self.all_told.wait(), 20)
        return self.outcomes


@pytest.fixture
def engine(database: str) -> Engine:
    return open_store(database)


@pytest.fixture
async def writer(engine: Engine) -> AsyncIterator[ThreadWriter]:
    writer = ThreadWriter(for_writing(engine), limit=1000)
    yield writer
    await writer.stop()
    engine.dispose()


@pytest.fixture(params=[ThreadWriter, TurnWriter])
async def any_writer(engine: Engine, request: pytest.FixtureRequest) -> AsyncIterator[Writer]:
    any_writer: Writer = request.param(for_writing(engine), limit=1000)
    yield any_writer
    await any_writer.stop()
    engine.dispose()


async def test_what_was_written_is_committed_when_its_producer_is_told(any_writer: Writer, engine: Engine) -> None:
    told = Told(2)
    any_writer.write(tag("A"), told)
    any_writer.write(lambda connection: connection.execute(text("SELECT count(*) FROM tags")).scalar(), told)
    assert await told.wait() == [None, 1]
    assert tags_in(engine) == ["A"]


async def test_what_comes_during_a_commit_is_committed_together(writer: ThreadWriter, engine: Engine) -> None:
    commits: list[object] = []
    event.listen(writer._engine, "commit", commits.append)
    gate, told = Gate(), Told(101)
    writer.write(gate.work, told)
    await gate.entered.wait()
    for number in range(100):
        writer.write(tag(f"{number:03}"), told)
    assert told.outcomes == []
    gate.open()
    await told.wait()
    assert len(tags_in(engine)) == 100
    assert len(commits) == 2


async def test_everybody_is_told_in_the_order_in_which_they_came(any_writer: Writer) -> None:
    told: list[int] = []
    all_told = Told(20)

    def teller(number: int) -> None:
        told.append(number)
        all_told(None)

    for number in range(20):
        work = tag(str(number)) if number % 3 else (lambda _connection: None)
        any_writer.write(work, lambda _outcome, number=number: teller(number))  # type: ignore[misc]  # a default argument binds the number
    await all_told.wait()
    assert told == list(range(20))


async def test_only_the_bad_item_of_a_batch_fails(any_writer: Writer, engine: Engine) -> None:
    def broken(connection: Connection) -> None:
        connection.execute(text("INSERT INTO tags (key, id_tag) VALUES ('half', 'done')"))
        raise LookupError("a bug")

    told = Told(6)
    unknown_station = (Rows(INSERT_BOOT, (("NOBODY", 1, "Accepted", "v", "m", "{}"),)),)
    for work in (tag("A"), unknown_station, tag("B"), broken, (Rows(INSERT_TAG, ((None, "x"),)),), tag("C")):
        any_writer.write(work, told)
    outcomes = await told.wait()
    assert [type(outcome) for outcome in outcomes] == [
        type(None),
        IntegrityError,
        type(None),
        LookupError,
        IntegrityError,
        type(None),
    ]
    assert tags_in(engine) == ["A", "B", "C"]


async def test_a_producers_failure_when_told_does_not_keep_the_others_waiting(any_writer: Writer) -> None:
    def fails(_outcome: object) -> None:
        raise RuntimeError("a bug in a callback")

    told = Told()
    any_writer.write(tag("A"), fails)
    any_writer.write(tag("B"), told)
    assert await told.wait() == [None]


async def test_no_more_may_wait_than_the_limit(engine: Engine) -> None:
    writer = ThreadWriter(for_writing(engine), limit=3)
    gate, told = Gate(), Told(4)
    writer.write(gate.work, told)
    await gate.entered.wait()
    for name in "ABC":
        writer.write(tag(name), told)
    with pytest.raises(WriterFull, match="3 items"):
        writer.write(tag("D"), told)
    gate.open()
    assert await told.wait() == ["through the gate", None, None, None]
    await writer.stop()
    engine.dispose()


async def test_stopping_commits_what_waits_and_tells_everybody(engine: Engine) -> None:
    writer = ThreadWriter(for_writing(engine))
    gate, told = Gate(), Told(3)
    writer.write(gate.work, told)
    await gate.entered.wait()
    writer.write(tag("A"), told)
    writer.write(tag("B"), told)
    stopping = asyncio.create_task(writer.stop())
    gate.open()
    await stopping
    assert told.outcomes == ["through the gate", None, None]
    assert tags_in(engine) == ["A", "B"]
    with pytest.raises(WriterStopped):
        writer.write(tag("C"), told)
    await writer.stop()
    engine.dispose()


async def test_a_dead_disk_gives_each_its_error_and_the_writer_lives_on(writer: ThreadWriter, engine: Engine) -> None:
    is_dead = True

    def fail(_connection: Connection) -> None:
        if is_dead:
            raise sqlite3.OperationalError("disk I/O error")

    event.listen(writer._engine, "commit", fail)
    told = Told(2)
    writer.write(tag("A"), told)
    writer.write(tag("B"), told)
    assert [str(outcome) for outcome in await told.wait()] == ["disk I/O error"] * 2
    is_dead = False
    later = Told()
    writer.write(tag("C"), later)
    assert await later.wait() == [None]
    assert tags_in(engine) == ["C"]


async def test_what_a_full_disk_undoes_is_not_called_durable(tmp_path: Path) -> None:
    """SQLite undoes the whole transaction when the disk is full, and with it what other items of the batch had done."""
    engine = open_store(tmp_path)
    writer, told = TurnWriter(for_writing(engine)), Told(3)
    writer._connection.exec_driver_sql("PRAGMA max_page_count = 1")
    writer._connection.rollback()

    def fill_the_disk(connection: Connection) -> None:
        connection.execute(text("INSERT INTO tags (key, id_tag) VALUES ('big', :filler)"), {"filler": "x" * 100_000})

    writer.write(tag("A"), told)
    writer.write(fill_the_disk, told)
    writer.write(tag("C"), told)
    first, filled, last = await told.wait()
    assert (first, last) == (None, None)
    assert "full" in str(filled)
    assert tags_in(engine) == ["A", "C"]
    await writer.stop()
    engine.dispose()


async def test_a_database_that_cannot_be_opened_gives_each_its_error(database: str) -> None:
    engine = open_store(database)
    engine.dispose()
    event.listen(engine, "do_connect", _refuse_to_connect)
    writer, told = ThreadWriter(engine), Told()
    writer.write(tag("A"), told)
    (outcome,) = await told.wait()
    assert "no such disk" in str(outcome)
    await writer.stop()


def _refuse_to_connect(*_arguments: object) -> None:
    raise sqlite3.OperationalError("no such disk")


CRASHING = """
import asyncio, sys
from contactor.central.readings import Metering
from contactor.central.store.database import for_writing, open_database
from contactor.central.store.writer import ThreadWriter
from contactor.ocpp.datatypes import MeterValue, SampledValue
from tests.central.bench import STATION, at

async def main() -> None:
    writer, metering = ThreadWriter(for_writing(open_database(sys.argv[1]))), Metering()

    def write(number: int) -> None:
        value = MeterValue(timestamp=at(number), sampled_value=(SampledValue(value=str(number)),))
        writer.write(metering.rows(STATION, 1, 1, [value], at(number)), lambda outcome: tell(number, outcome))

    def tell(number: int, outcome: object) -> None:
        assert outcome is None, outcome
        print(number, flush=True)
        write(number + 50)

    for number in range(50):
        write(number)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("acknowledged_before_the_kill", [1, 700])
def test_promise_3_everything_acknowledged_survives_a_kill(database: str, acknowledged_before_the_kill: int) -> None:
    engine = open_store(database)
    process = subprocess.Popen([sys.executable, "-c", CRASHING, database], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged = [int(process.stdout.readline()) for _ in range(acknowledged_before_the_kill)]
    process.kill()
    # The last line may be cut short by the kill; then it was not acknowledged to anybody.
    acknowledged += [int(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    process.stdout.close()
    process.wait()
    with engine.connect() as connection:
        kept = list(connection.execute(text("SELECT energy_wh FROM readings")).scalars())
    engine.dispose()
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))


async def test_news_are_works_that_did_something_and_rows_that_somebody_looks_for(any_writer: Writer) -> None:
    """Readings, and when a station was heard, come with every message, and nobody waits for them."""
    unnoted = insert(schema.tags, "key", "id_tag", is_news=False)
    works: list[tuple[Work | tuple[Rows, ...], bool]] = [
        (tag("A"), True),
        ((Rows(unnoted, (("B", "B"),)),), False),
        (lambda _connection: Looked.NOTHING, False),
        (lambda _connection: None, True),
    ]
    for work, is_news in works:
        before, told = any_writer.news.number, Told()
        any_writer.write(work, told)
        await told.wait()
        assert (any_writer.news.number > before) is is_news
