"""A SQLite file at the newest schema, made once in a process and copied: a copy costs a hundredth of the migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

from contactor.central.store.newest import open_newest
from tests.fast_folder import fast_folder

_folder = TemporaryDirectory(prefix="contactor-template-")


@cache
def _template() -> Path:
    path = Path(_folder.name) / "central.db"
    open_newest(str(path)).dispose()
    return path


def fresh(path: Path) -> str:
    """The address of a database at `path`; one without a row is put there unless there is one already."""
    if not path.exists():
        copy(_template(), path)
    return str(path)


@contextmanager
def passing() -> Iterator[str]:
    """The address of a database without a row that is gone afterwards."""
    with TemporaryDirectory(prefix="contactor-test-", dir=fast_folder()) as folder:
        yield fresh(Path(folder) / "central.db")
