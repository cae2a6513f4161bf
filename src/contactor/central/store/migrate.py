"""SHELL: moves a database between schemas, all steps or none."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from contactor.base.errors import BadSetting, BrokenPromise
from contactor.central.store.database import for_writing
from contactor.central.store.newest import MIGRATIONS, revision_of
from contactor.central.store.postgresql import lock_for_migration


class SchemaTooNew(BadSetting):
    """A database or a backup has a schema that this version does not know: a newer one wrote it."""

    def __init__(self, what: str, revision: str) -> None:
        super().__init__(what, revision, "a newer Contactor wrote this schema; use that version, or a newer one")


class Migration:
    """Moves one database between schemas, all in the transaction of its connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.has_moved = False
        self._configuration = _configuration()
        self._configuration.attributes["connection"] = connection

    @property
    def revision(self) -> str | None:
        """The schema the database has now; None for a database without our tables."""
        return revision_of(self.connection)

    def upgrade(self, revision: str = "head") -> None:
        """Move up to `revision`."""
        before = self.revision
        command.upgrade(self._configuration, revision)
        self.has_moved |= self.revision != before

    def downgrade(self, revision: str = "base") -> None:
        """Move down to `revision`; what only newer schemas hold is lost."""
        command.downgrade(self._configuration, revision)
        self.has_moved = True


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Move the database up to `revision`; all steps or none."""
    with migrating(engine) as migration:
        migration.upgrade(revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Move the database down to `revision`; what only newer schemas hold is lost."""
    with migrating(engine) as migration:
        migration.downgrade(revision)


@contextmanager
def migrating(engine: Engine) -> Iterator[Migration]:
    """One transaction in which a database may change its schema; nobody else migrates it meanwhile.

    Raises:
        SchemaTooNew: this version does not know the database's schema.
    """
    with for_writing(engine).connect() as connection:
        if engine.dialect.name == "postgresql":
            with connection.begin():
                lock_for_migration(connection)
                yield _known(connection)
        else:
            with _without_cascades(connection), connection.begin():
                migration = _known(connection)
                yield migration
                if migration.has_moved:
                    _require_whole(connection)


def require_known(what: str, revision: str) -> None:
    """Refuse a schema that this version has no migration for.

    Raises:
        SchemaTooNew: so it is.
    """
    try:
        ScriptDirectory.from_config(_configuration()).get_revision(revision)
    except CommandError as error:
        raise SchemaTooNew(what, revision) from error


def _known(connection: Connection) -> Migration:
    migration = Migration(connection)
    if migration.revision is not None:
        require_known("schema of the database", migration.revision)
    return migration


@contextmanager
def _without_cascades(connection: Connection) -> Iterator[None]:
    """SQLite alters a table by copying and dropping it, and a drop would take along every row that refers to it."""
    driver = connection.connection  # a pragma counts only outside of a transaction
    driver.cursor().execute("PRAGMA foreign_keys = OFF").close()
    try:
        yield
    finally:
        driver.cursor().execute("PRAGMA foreign_keys = ON").close()


def _require_whole(connection: Connection) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        raise BrokenPromise(f"the migration left rows that refer to nothing, first: {orphans[0]}")


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return configuration
