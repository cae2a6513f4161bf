"""Migrations lead to the schema the code speaks of, and back."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, inspect, text

from contactor.central.store.migrate import downgrade, upgrade
from contactor.central.store.sqlite import open_engine
from contactor.central.store.tables import metadata


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_the_migrated_database_is_the_schema(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "migrated.db")
    upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_migrated_and_created_tables_are_spelled_alike(tmp_path: Path) -> None:
    """Alembic's comparison is blind to checks and to SQLite's own table options; the stored SQL is not."""

    def shape(engine: Engine) -> dict[str, object]:
        tables = MetaData()
        tables.reflect(engine)
        checks = {name: inspect(engine).get_check_constraints(name) for name in _tables(engine)}
        with engine.connect() as connection:
            sequences = connection.execute(text("SELECT sql FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")).all()
        return {"checks": checks, "growing": len(sequences)}

    migrated, created = open_engine(tmp_path / "migrated.db"), open_engine(tmp_path / "created.db")
    upgrade(migrated)
    metadata.create_all(created)
    assert shape(migrated) == shape(created)
    migrated.dispose()
    created.dispose()


def test_upgrading_twice_changes_nothing(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "migrated.db")
    upgrade(engine)
    upgrade(engine)
    assert _tables(engine) == set(metadata.tables)
    engine.dispose()


def test_downgrading_to_base_removes_every_table(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "migrated.db")
    upgrade(engine)
    downgrade(engine)
    assert _tables(engine) == set()
    upgrade(engine)
    assert _tables(engine) == set(metadata.tables)
    engine.dispose()


def test_the_database_is_set_up_to_lose_nothing(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "central.db")
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    engine.dispose()
