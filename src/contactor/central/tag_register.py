"""Where tags are kept: finding one, and putting those of the settings into the table."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from contactor.base.ids import IdTag
from contactor.central.care.mark import move_mark
from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.store import schema
from contactor.central.store.statement import Rows, upsert
from contactor.central.tags import Tag, tag_key

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_FIND = select(schema.tags).where(schema.tags.c.key == bindparam("key"))
_PUT = upsert(
    schema.tags,
    "key",
    "id_tag",
    "parent_id_tag",
    "expires_at_ms",
    "is_blocked",
    "allows_concurrent",
    key=("key",),
)


def find_tag(connection: Connection, id_tag: str) -> Tag | None:
    """The registered tag, in any spelling of its letters."""
    row = connection.execute(_FIND, {"key": tag_key(id_tag)}).one_or_none()
    return None if row is None else tag_of(row)


def all_tags(connection: Connection) -> list[Tag]:
    """Every registered tag."""
    return [tag_of(row) for row in connection.execute(select(schema.tags))]


def tag_of(row: _Row) -> Tag:
    """The tag of a row."""
    return Tag(
        id_tag=IdTag(row.id_tag),
        parent_id_tag=None if row.parent_id_tag is None else IdTag(row.parent_id_tag),
        expires_at=None if row.expires_at_ms is None else from_ms(row.expires_at_ms),
        is_blocked=row.is_blocked,
        allows_concurrent=row.allows_concurrent,
    )


def put_tags(connection: Connection, tags: Iterable[Tag]) -> None:
    """Register the tags, or overwrite what is registered of them."""
    Rows(_PUT, tuple(_row(tag) for tag in tags)).execute_on(connection)
    move_mark(connection)


def _row(tag: Tag) -> tuple[object, ...]:
    expires_at_ms = None if tag.expires_at is None else to_ms(tag.expires_at)
    return (
        tag_key(tag.id_tag),
        tag.id_tag,
        tag.parent_id_tag,
        expires_at_ms,
        tag.is_blocked,
        tag.allows_concurrent,
    )
