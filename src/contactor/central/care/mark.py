"""The mark that moves whenever what is wanted of stations changes: tags, list rules, templates.

It is written with the change itself, so whoever saw the mark has seen the change.
"""

from sqlalchemy import Connection, select, text

from contactor.central.store.care_tables import care_marks
from contactor.central.store.prepared import Prepared

_NAME = "wanted"
_MOVE = text(
    "INSERT INTO care_marks (name, version) VALUES (:name, 1)"
    " ON CONFLICT (name) DO UPDATE SET version = care_marks.version + 1"
)
_READ = Prepared(select(care_marks.c.version).where(care_marks.c.name == _NAME))


def move_mark(connection: Connection) -> None:
    """Something that is wanted of stations has changed."""
    connection.execute(_MOVE, {"name": _NAME})


def read_mark(connection: Connection) -> int:
    """Where the mark stands."""
    row = _READ.first(connection, {})
    return 0 if row is None else int(row.version)
