"""Migrations lead to the schema the code speaks of, and back, on both databases."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from contactor.base.errors import BadSetting
from contactor.central.store.database import for_writing, open_database
from contactor.central.store.migrate import SchemaTooNew, downgrade, upgrade
from contactor.central.store.newest import MIGRATIONS, newest_revision, open_newest
from contactor.central.store.tables import metadata
from tests.central.bench import LedgerBench, open_store


@pytest.fixture
def empty(empty_database: str) -> Iterator[Engine]:
    engine = open_database(empty_database)
    yield engine
    engine.dispose()


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_the_migrated_database_is_the_schema(empty: Engine) -> None:
    upgrade(empty)
    with empty.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrated_and_created_tables_are_spelled_alike(empty: Engine) -> None:
    """Alembic's comparison is blind to checks and to SQLite's own table options; the stored SQL is not."""

    def shape() -> dict[str, object]:
        shape: dict[str, object] = {
            name: (
                sorted(inspect(empty).get_check_constraints(name), key=str),
                sorted(inspect(empty).get_unique_constraints(name), key=str),
            )
            for name in _tables(empty)
        }
        if empty.dialect.name == "sqlite":
            growing = text("SELECT count(*) FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
            with empty.connect() as connection:
                shape["growing"] = connection.execute(growing).scalar()
        return shape

    upgrade(empty)
    migrated = shape()
    downgrade(empty)
    with for_writing(empty).begin() as connection:
        metadata.create_all(connection)
    assert migrated == shape()


def test_upgrading_twice_changes_nothing(empty: Engine) -> None:
    upgrade(empty)
    upgrade(empty)
    assert _tables(empty) == set(metadata.tables)


def test_the_newest_schema_is_that_of_the_last_migration() -> None:
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert newest_revision() == head


def test_downgrading_to_base_removes_every_table(empty: Engine) -> None:
    upgrade(empty)
    downgrade(empty)
    assert _tables(empty) == set()
    upgrade(empty)
    assert _tables(empty) == set(metadata.tables)


def test_the_ledger_outlives_the_way_down_to_the_first_schema_and_up_again(empty_database: str) -> None:
    """SQLite copies and drops tables to change them, which must not take along what refers to them."""
    engine = open_store(empty_database)
    ledger = LedgerBench(engine)
    number = ledger.start().transaction_id
    ledger.read(number)
    ledger.stop(number)
    before = ledger.queries.transactions(), ledger.queries.readings(number)
    downgrade(engine, "0001")
    upgrade(engine)
    assert (ledger.queries.transactions(), ledger.queries.readings(number)) == before
    assert ledger.start(when=700).transaction_id == number + 1
    engine.dispose()


def test_a_schema_from_the_future_is_left_alone(empty_database: str) -> None:
    engine = open_newest(empty_database)
    with for_writing(engine).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaTooNew, match="'9999' cannot be used; a newer Contactor wrote this schema"):
        open_newest(empty_database)
    assert _tables(engine) == set(metadata.tables)
    engine.dispose()


def test_a_sqlite_database_is_set_up_to_lose_nothing(tmp_path: object) -> None:
    engine = open_newest(f"{tmp_path}/central.db")
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    engine.dispose()


def test_a_file_that_is_no_database_is_told_in_a_line(tmp_path: object) -> None:
    with open(f"{tmp_path}/letter.txt", "w") as file:
        file.write("Dear reader, " * 100)
    with pytest.raises(BadSetting, match=r"letter\.txt' cannot be used; the database says: file is not a database"):
        open_newest(f"{tmp_path}/letter.txt")
