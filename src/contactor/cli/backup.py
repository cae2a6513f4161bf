"""`contactor backup` and `contactor restore`: the whole record in one file, out of either database and into either."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Engine, text

from contactor.base.errors import BadSetting
from contactor.central.setting_words import Given, read_pairs
from contactor.central.settings import CentralSettings
from contactor.central.settings_file import load_settings
from contactor.central.store import archive
from contactor.central.store.address import MEMORY, is_postgresql, sqlite_path
from contactor.central.store.database import open_database, refusals_told

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        help=f"SQLite file or postgresql:// URL; the environment's or the file's, else {CentralSettings().database}.",
    ),
]
ConfigOption = Annotated[
    Path | None, typer.Option(help="The central system's TOML file; the environment and the options win over it.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A setting as of `contactor central`; may be repeated."),
]


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write; must not be there yet.")],
    config: ConfigOption = None,
    database: DatabaseOption = None,
    settings: SetOption = None,
) -> None:
    """Write the whole record to one file, while the central system runs or not.

    The file (a zip of JSON lines) holds one moment of the record, and can be restored into SQLite and PostgreSQL alike.
    It holds the hashes of stations' keys, so only its owner may read it.
    """
    address = _address(config, database, settings)
    if not is_postgresql(address) and not Path(sqlite_path(address)).exists():
        raise BadSetting("database", address, "there is no such file")
    with _opened(address) as engine, _new_file(file) as target, _bar("backing up") as progress:
        _require_sound(address, engine)
        manifest = archive.write_archive(engine, target, taken_at=datetime.now(UTC), progress=progress)
    _report("backed up", manifest, file)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `contactor backup` wrote.", exists=True, dir_okay=False)],
    config: ConfigOption = None,
    database: DatabaseOption = None,
    settings: SetOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what the database holds, all of it.")] = False,
) -> None:
    """Fill a database from a backup, all or nothing; stop the central system first.

    A database that holds rows is refused without --force. A backup of an older version is brought to the newest schema;
    one of a newer version is refused.
    """
    address = _address(config, database, settings)
    with _opened(address) as engine, _bar("restoring") as progress:
        manifest = archive.restore_archive(engine, file, may_replace=force, progress=progress)
    _report("restored", manifest, file)


def _address(config: Path | None, database: str | None, settings: list[str] | None) -> str:
    """The database of a central system that is started with the same file, environment and options."""
    flags = dict(read_pairs(settings or []))
    if database is not None:
        flags["database"] = Given(database, "--database")
    address = load_settings(config, os.environ, flags).database
    if address == MEMORY:
        raise BadSetting("database", address, "give a database that outlives a process")
    return address


@contextmanager
def _opened(address: str) -> Iterator[Engine]:
    engine = open_database(address)
    try:
        with refusals_told(address):
            yield engine
    finally:
        engine.dispose()


def _require_sound(address: str, engine: Engine) -> None:
    """A backup of a damaged file would be worse than none: it looks as if one were safe."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            verdict = connection.execute(text("PRAGMA integrity_check(1)")).scalar_one()
        if verdict != "ok":
            raise BadSetting("database", address, f"the file is damaged: {verdict}")


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there only when it is whole and on disk."""
    if path.exists():
        raise BadSetting("backup", str(path), "there is such a file already; give another name")
    part = path.with_name(path.name + ".part")
    try:
        with open(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _bar(what: str) -> Iterator[archive.Progress]:
    """A progress bar where somebody looks at a terminal, silence elsewhere."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("rows"), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _report(verb: str, manifest: archive.Manifest, file: Path) -> None:
    rows = sum(entry.rows for entry in manifest.tables)
    typer.echo(f"{verb} {rows:,} rows of {len(manifest.tables)} tables, schema {manifest.revision}: {file}")
