"""Tags as the operator keeps them: listed, added, replaced, removed; and what version of one somebody saw."""

from collections.abc import Iterable
from hashlib import blake2b

from sqlalchemy import ColumnElement, Connection, delete, func, select

from contactor.central.care.mark import move_mark
from contactor.central.store import schema
from contactor.central.tag_register import tag_of
from contactor.central.tags import Tag, tag_key

_tags = schema.tags.c


def find_tags(
    connection: Connection,
    *,
    text: str | None,
    parent: str | None,
    is_blocked: bool | None,
    after: str | None,
    limit: int,
) -> list[Tag]:
    """Tags in the order of their keys; None means any."""
    query = select(schema.tags).where(*_conditions(text, parent, is_blocked, after)).order_by(_tags.key).limit(limit)
    return [tag_of(row) for row in connection.execute(query)]


def _conditions(
    text: str | None, parent: str | None, is_blocked: bool | None, after: str | None
) -> Iterable[ColumnElement[bool]]:
    if text is not None:
        yield _tags.key.contains(tag_key(text), autoescape=True)
    if parent is not None:
        yield func.lower(_tags.parent_id_tag) == parent.lower()
    if is_blocked is not None:
        yield _tags.is_blocked == is_blocked
    if after is not None:
        yield _tags.key > tag_key(after)


def delete_tag(connection: Connection, id_tag: str) -> None:
    """Remove a tag; it is Invalid from now on. Its transactions stay."""
    connection.execute(delete(schema.tags).where(_tags.key == tag_key(id_tag)))
    move_mark(connection)


def etag_of(tag: Tag) -> str:
    """The version of a tag."""
    parts = (tag.id_tag, tag.parent_id_tag, tag.expires_at, tag.is_blocked, tag.allows_concurrent)
    return f'"{blake2b(repr(parts).encode(), digest_size=9).hexdigest()}"'
