"""SHELL: a backup: all tables of one moment in a zip of JSON lines, which either database can take in again.

    manifest.json      the schema's revision, and the tables in the order in which they can be filled
    stations.jsonl     a row a line, values in the order of the manifest's columns; bytes in base64

Both ways stream: a ledger of any size needs no more memory than a thousand of its rows.
"""

import binascii
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeVar
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import msgspec
from sqlalchemy import Connection, Engine, LargeBinary, MetaData, Table, func, insert, select

from contactor import __version__
from contactor.base.errors import BadSetting
from contactor.central.store.counters import continue_counters, read_counters
from contactor.central.store.migrate import Migration, migrating, require_known

_Each = TypeVar("_Each")

FORMAT = 1
MANIFEST = "manifest.json"
BATCH_ROWS = 1000
_VERSION_TABLE = "alembic_version"

Progress = Callable[[int, int], None]
"""Is told how many rows are done, of how many."""


class TableEntry(msgspec.Struct, frozen=True):
    """A table as it stands in the archive."""

    name: str
    columns: tuple[str, ...]
    rows: int


class Manifest(msgspec.Struct, frozen=True):
    """What an archive holds; `counters` are the numbers last given by tables that never give one twice."""

    format: int
    contactor: str
    revision: str
    taken_at: datetime
    tables: tuple[TableEntry, ...]
    counters: dict[str, int]


class NoBackup(BadSetting):
    """A file is no backup of ours, or was damaged since."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__("backup", str(path), reason)


# --- Writing ------------------------------------------------------------------------------------------------------


def write_archive(engine: Engine, file: IO[bytes], *, taken_at: datetime, progress: Progress) -> Manifest:
    """Write one moment of the database; who writes to it meanwhile is not held up.

    Raises:
        BadSetting: the database holds nothing of ours.
    """
    with engine.connect() as connection, ZipFile(file, "w", ZIP_DEFLATED) as archive:
        revision = Migration(connection).revision
        if revision is None:
            raise BadSetting("database", str(engine.url.database), "there is no ledger in it")
        tables = _tables(connection)
        counts = [_count(connection, table) for table in tables]
        done = 0
        for table in tables:
            with archive.open(_member(table.name), "w", force_zip64=True) as member:
                for rows in _batches(_read(connection, table)):
                    member.write(b"".join(rows))
                    done += len(rows)
                    progress(done, sum(counts))
        entries = tuple(
            TableEntry(str(table.name), tuple(map(str, table.columns.keys())), rows)
            for table, rows in zip(tables, counts, strict=True)
        )
        manifest = Manifest(FORMAT, __version__, revision, taken_at, entries, read_counters(connection, tables))
        archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def _read(connection: Connection, table: Table) -> Iterator[bytes]:
    query = select(table).order_by(*table.primary_key)
    for row in connection.execute(query, execution_options={"yield_per": BATCH_ROWS}):
        yield msgspec.json.encode(tuple(row)) + b"\n"


# --- Taking in again ----------------------------------------------------------------------------------------------


def restore_archive(engine: Engine, path: Path, *, may_replace: bool, progress: Progress) -> Manifest:
    """Fill a database from an archive, all or nothing, and bring it to the newest schema.

    Raises:
        NoBackup: the file is not an archive, or is damaged.
        SchemaTooNew: a newer version wrote the archive, or the database.
        BadSetting: the database holds rows already, and `may_replace` was not said.
    """
    with _opened(path) as archive, migrating(engine) as migration:
        manifest = _manifest(archive, path)
        _make_room(migration, may_replace=may_replace)
        migration.upgrade(manifest.revision)
        tables = {table.name: table for table in _tables(migration.connection)}
        total, done = sum(entry.rows for entry in manifest.tables), 0
        for entry in manifest.tables:
            table = tables.get(entry.name)
            if table is None or set(table.columns.keys()) != set(entry.columns):
                raise NoBackup(path, f"table {entry.name} does not fit schema {manifest.revision}")
            for rows in _batches(_rows(archive, path, entry, table)):
                migration.connection.execute(insert(table), rows)
                done += len(rows)
                progress(done, total)
        continue_counters(migration.connection, list(tables.values()), manifest.counters)
        migration.upgrade()
    return manifest


def _make_room(migration: Migration, *, may_replace: bool) -> None:
    if migration.revision is None:
        return
    filled = [table.name for table in _tables(migration.connection) if _has_rows(migration.connection, table)]
    if filled and not may_replace:
        raise BadSetting("database", ", ".join(filled), "these tables hold rows; give --force to replace everything")
    migration.downgrade()


def _manifest(archive: ZipFile, path: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    except (KeyError, msgspec.MsgspecError) as error:
        raise NoBackup(path, "it has no manifest that can be read") from error
    if manifest.format != FORMAT:
        raise NoBackup(path, f"its format is {manifest.format}; this version reads format {FORMAT}")
    require_known("schema of the backup", manifest.revision)
    missing = {_member(entry.name) for entry in manifest.tables} - set(archive.namelist())
    if missing:
        raise NoBackup(path, f"it lacks {', '.join(sorted(missing))}")
    return manifest


def _rows(archive: ZipFile, path: Path, entry: TableEntry, table: Table) -> Iterator[dict[str, Any]]:
    binary = [name for name in entry.columns if isinstance(table.columns[name].type, LargeBinary)]
    count = 0
    with archive.open(_member(entry.name)) as member:
        for line in member:
            values = msgspec.json.decode(line, type=list[Any])  # Any: each column has a type of its own
            if len(values) != len(entry.columns):
                raise NoBackup(path, f"row {count + 1} of {entry.name} has {len(values)} values")
            row = dict(zip(entry.columns, values, strict=True))
            for name in binary:
                row[name] = None if row[name] is None else b64decode(row[name])
            count += 1
            yield row
    if count != entry.rows:
        raise NoBackup(path, f"{entry.name} has {count} rows of {entry.rows}")


@contextmanager
def _opened(path: Path) -> Iterator[ZipFile]:
    try:
        with ZipFile(path) as archive:
            yield archive
    # What zip, base64 and JSON say of a file that was cut, altered, or never was an archive.
    except (BadZipFile, zlib.error, EOFError, binascii.Error, msgspec.MsgspecError) as error:
        raise NoBackup(path, f"it is no backup, or is damaged: {error}") from error


# --- Both ways ----------------------------------------------------------------------------------------------------


def _tables(connection: Connection) -> list[Table]:
    """The tables as they are in this database, whatever its schema; what others refer to comes first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != _VERSION_TABLE]


def _member(table: str) -> str:
    return f"{table}.jsonl"


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _has_rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(1).select_from(table).limit(1)).first() is not None


def _batches(rows: Iterator[_Each]) -> Iterator[list[_Each]]:
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch
