"""Tags and groups as the operator keeps them: listed, counted, removed; and what version of one somebody saw."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from hashlib import blake2b

from sqlalchemy import ColumnElement, Connection, delete, func, select

from contactor.central.care.mark import move_mark
from contactor.central.store import schema
from contactor.central.store.ledger_tables import tag_groups
from contactor.central.store.schema import TransactionState
from contactor.central.tag_register import group_of, tag_of
from contactor.central.tags import Tag, TagGroup, tag_key

_tags = schema.tags.c
_groups = tag_groups.c


@dataclass(frozen=True, slots=True)
class GroupCounts:
    """How many tags a group has, how many of them are blocked, and how many transactions they have open."""

    tags: int
    blocked_tags: int
    open_transactions: int


def find_tags(
    connection: Connection,
    *,
    text: str | None = None,
    parent: str | None = None,
    is_blocked: bool | None = None,
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
        yield _tags.parent_key == tag_key(parent)
    if is_blocked is not None:
        yield _tags.is_blocked == is_blocked
    if after is not None:
        yield _tags.key > tag_key(after)


def find_groups(
    connection: Connection, *, text: str | None = None, after: str | None, limit: int
) -> list[tuple[TagGroup, GroupCounts]]:
    """Groups in the order of their keys, each with what it holds."""
    query = select(tag_groups, *_counts()).order_by(_groups.key).limit(limit)
    if text is not None:
        query = query.where(_groups.key.contains(tag_key(text), autoescape=True))
    if after is not None:
        query = query.where(_groups.key > tag_key(after))
    return [
        (group_of(row), GroupCounts(row.tag_count, row.blocked_count, row.open_count))
        for row in connection.execute(query)
    ]


def count_group(connection: Connection, name: str) -> GroupCounts:
    """What a group holds."""
    row = connection.execute(select(*_counts()).select_from(tag_groups).where(_groups.key == tag_key(name))).one()
    return GroupCounts(row.tag_count, row.blocked_count, row.open_count)


def _counts() -> Iterable[ColumnElement[int]]:
    in_group = select(func.count()).where(_tags.parent_key == _groups.key).correlate(tag_groups)
    running = (
        select(func.count())
        .select_from(schema.transactions.join(schema.tags, _tags.key == schema.transactions.c.tag_key))
        .where(_tags.parent_key == _groups.key, schema.transactions.c.state == TransactionState.OPEN)
        .correlate(tag_groups)
    )
    return (
        in_group.scalar_subquery().label("tag_count"),
        in_group.where(_tags.is_blocked).scalar_subquery().label("blocked_count"),
        running.scalar_subquery().label("open_count"),
    )


def delete_tag(connection: Connection, id_tag: str) -> None:
    """Remove a tag; it is Invalid from now on. Its transactions stay."""
    connection.execute(delete(schema.tags).where(_tags.key == tag_key(id_tag)))
    move_mark(connection)


def delete_group(connection: Connection, name: str) -> None:
    """Remove a group that no tag is in."""
    connection.execute(delete(tag_groups).where(_groups.key == tag_key(name)))


def etag_of(each: Tag | TagGroup) -> str:
    """The version of a tag or a group."""
    return f'"{blake2b(repr(astuple(each)).encode(), digest_size=9).hexdigest()}"'
