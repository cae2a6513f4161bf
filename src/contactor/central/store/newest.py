"""SHELL: opens a database that has the newest schema, which it has at every start but the first after an update."""

from pathlib import Path

from sqlalchemy import Connection, Engine, String, column, inspect, select, table

from contactor.central.store.database import for_writing, open_database, refusals_told

MIGRATIONS = Path(__file__).parent / "migrations"
_REVISION = select(column("version_num", String)).select_from(table("alembic_version"))


def open_newest(address: str) -> Engine:
    """An engine for the database, which can be reached, may be written and has the newest schema.

    Raises:
        BadSetting: it cannot be reached, may not be written, or was written by a newer version.
    """
    engine = open_database(address)
    try:
        with refusals_told(address):
            if not _is_newest(engine):
                # Only now: reading Alembic and every migration takes longer than all else about a database.
                from contactor.central.store.migrate import upgrade

                upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def newest_revision() -> str:
    """The schema of this version: that of the last migration, whose file is named after it (`r0001_begin.py`)."""
    last = max(MIGRATIONS.glob("versions/r*.py")).name
    return last.removeprefix("r").partition("_")[0]


def revision_of(connection: Connection) -> str | None:
    """The schema that a database has; None without our tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(_REVISION).scalar()


def _is_newest(engine: Engine) -> bool:
    with for_writing(engine).connect() as connection, connection.begin():
        return revision_of(connection) == newest_revision()
