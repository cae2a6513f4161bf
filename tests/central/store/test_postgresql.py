"""What only PostgreSQL can do to us: be elsewhere, end a connection, know other users, serve several at once."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text

from contactor.base.errors import BadSetting
from contactor.central.ledger import record_start
from contactor.central.queries import Queries
from contactor.central.settings import CentralSettings
from contactor.central.store import postgresql as driver
from contactor.central.store.database import for_writing, open_database
from contactor.central.store.newest import open_newest
from contactor.central.store.writer import ThreadWriter
from contactor.ocpp.messages import StartTransaction, StartTransactionResult
from tests.central.bench import NOON, STATION, at, open_store
from tests.central.postgresql_server import PostgresqlServer, with_password

START = StartTransaction(connector_id=1, id_tag="TAG-1", meter_start=1000, timestamp=NOON)  # type: ignore[arg-type]  # plain values for the id types


@pytest.fixture
def engine(postgresql: PostgresqlServer) -> Iterator[Engine]:
    engine = open_store(postgresql.clean())
    yield engine
    engine.dispose()


def test_promise_5_an_unreachable_server_is_told_without_the_password() -> None:
    address = "postgresql://operator:hush-hush@127.0.0.1:1/ledger"
    with pytest.raises(
        BadSetting, match=r"database: 'postgresql://operator:\*\*\*@127.0.0.1:1/ledger' .*refused"
    ) as told:
        open_newest(address)
    assert "hush-hush" not in str(told.value) + repr(told.value.value) + repr(CentralSettings(database=address))


def test_a_database_that_is_not_there_is_named(postgresql: PostgresqlServer) -> None:
    with pytest.raises(BadSetting, match='database "nowhere" does not exist'):
        open_newest(postgresql.address("nowhere"))


def test_a_user_who_may_not_make_tables_is_told_so(postgresql: PostgresqlServer) -> None:
    postgresql.execute("CREATE ROLE guest LOGIN")
    address = with_password(postgresql.empty(), "guest", "hush-hush")
    with pytest.raises(BadSetting, match="permission denied for schema public") as told:
        open_newest(address)
    postgresql.execute("DROP ROLE guest")
    assert "hush-hush" not in str(told.value)


def test_a_url_that_cannot_be_read_is_told_without_the_password() -> None:
    with pytest.raises(BadSetting, match=r"'postgresql://u:\*\*\*@h/d\?colour=red' cannot be used; .* no URL"):
        open_newest("postgresql://u:hush-hush@h/d?colour=red")


def test_a_missing_driver_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "find_spec", lambda _name: None)
    with pytest.raises(BadSetting, match=r"pip install 'contactor\[postgresql\]'"):
        open_newest("postgresql://h/d")


def test_promise_3_commits_reach_the_disk_whatever_the_servers_default_is(postgresql: PostgresqlServer) -> None:
    address = postgresql.empty()
    name = address.split("?")[0].rsplit("/", 1)[1]
    postgresql.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    engine = open_database(address)
    with engine.connect() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
    engine.dispose()


async def test_a_connection_that_was_ended_costs_nobody_a_row(engine: Engine) -> None:
    writer = ThreadWriter(for_writing(engine))
    told: asyncio.Queue[object] = asyncio.Queue()
    for _ in range(2):
        writer.write(_own_process, told.put_nowait)
        process = await asyncio.wait_for(told.get(), 20)
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})
        writer.write(lambda connection: record_start(connection, STATION, START, NOON), told.put_nowait)
        assert isinstance(await asyncio.wait_for(told.get(), 20), StartTransactionResult)
    await writer.stop()
    assert len(Queries(engine).transactions()) == 1


def _own_process(connection: Connection) -> object:
    return connection.execute(text("SELECT pg_backend_pid()")).scalar()


async def test_cs_04_two_nodes_that_hear_the_same_start_at_once_record_it_once(engine: Engine) -> None:
    """Both look before either has written; the unique key decides, and the loser looks again."""
    both_have_looked = threading.Barrier(2)
    told: asyncio.Queue[object] = asyncio.Queue()

    def race() -> object:
        first = True

        def work(connection: Connection) -> StartTransactionResult:
            nonlocal first
            if first:
                connection.execute(text("SELECT count(*) FROM transactions"))
                both_have_looked.wait(20)
                first = False
            return record_start(connection, STATION, START, at(1))

        return work

    writers = [ThreadWriter(for_writing(engine)), ThreadWriter(for_writing(engine))]
    for writer in writers:
        writer.write(race(), told.put_nowait)  # type: ignore[arg-type]  # a function of the connection
    answers = [await asyncio.wait_for(told.get(), 20) for _ in writers]
    for writer in writers:
        await writer.stop()
    assert all(isinstance(answer, StartTransactionResult) for answer in answers), answers
    assert answers[0] == answers[1]
    assert len(Queries(engine).transactions()) == 1


def test_readers_see_one_moment_of_the_record_throughout(engine: Engine) -> None:
    count = text("SELECT count(*) FROM transactions")
    with engine.connect() as reader:
        before = reader.execute(count).scalar()
        with for_writing(engine).begin() as connection:
            record_start(connection, STATION, START, NOON)
        assert reader.execute(count).scalar() == before == 0
    with engine.connect() as reader:
        assert reader.execute(count).scalar() == 1


def test_two_central_systems_that_start_at_once_migrate_once(postgresql: PostgresqlServer) -> None:
    address = postgresql.empty()
    failures: list[BaseException] = []

    def start() -> None:
        try:
            open_newest(address).dispose()
        except BaseException as error:  # told to the test
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
