"""SHELL: PostgreSQL as the central system wants it: every commit on disk, and an outage noticed within seconds."""

from importlib.util import find_spec
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.pool import ConnectionPoolEntry

from contactor.base.errors import BadSetting
from contactor.central.store.address import without_secret

CONNECT_TIMEOUT_S = 10

# Without these a writer whose server vanished from the network would wait a quarter of an hour for it.
_NETWORK = {
    "connect_timeout": CONNECT_TIMEOUT_S,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}

_LOCK_FOR_MIGRATION = text("SELECT pg_advisory_xact_lock(6007199254740991)")
"""Any number will do that no other program takes on this database."""


def open_engine(address: str) -> Engine:
    """An engine for the database at a `postgresql://` URL, in libpq's own reading of it.

    A password may also come from PGPASSWORD or ~/.pgpass. Readers see one moment of the record throughout a
    transaction, as they do in SQLite.

    Raises:
        BadSetting: the URL cannot be read, or the driver is not installed.
    """
    engine = create_engine(
        "postgresql+psycopg://",
        connect_args=_parameters(address),
        # Rows come as tuples in the statement's order.
        paramstyle="format",
        isolation_level="REPEATABLE READ",
        pool_pre_ping=True,
    )
    event.listen(engine, "connect", _set_up)
    return engine


def for_writing(engine: Engine) -> Engine:
    """The same database for one who writes: each statement sees what others have committed meanwhile."""
    return engine.execution_options(isolation_level="READ COMMITTED")


def lock_for_migration(connection: Any) -> None:
    """Wait until nobody else migrates this database; let go at the end of the transaction."""
    connection.execute(_LOCK_FOR_MIGRATION)


def _parameters(address: str) -> dict[str, Any]:  # Any: libpq's parameters are texts and numbers
    if find_spec("psycopg") is None:
        raise BadSetting(
            "database", without_secret(address), "its driver is missing: pip install 'contactor[postgresql]'"
        )
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        given = conninfo_to_dict(address)
    except ProgrammingError as error:
        raise BadSetting("database", without_secret(address), "it is no URL that PostgreSQL can read") from error
    return {"application_name": "contactor", **_NETWORK, **given}


def _set_up(connection: Any, _record: ConnectionPoolEntry) -> None:  # Any: the driver is not always there
    """What a station was told is on disk must be on disk, whatever the server's or the user's default is."""
    was_automatic, connection.autocommit = connection.autocommit, True
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) FROM pg_settings"
        " WHERE name = 'synchronous_commit' AND setting = 'off'"
    )
    connection.autocommit = was_automatic
