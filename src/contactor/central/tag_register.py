"""Where tags and their groups are kept: finding one, putting them there, and judging a tag by all that is kept."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import Connection, bindparam, select

from contactor.base.ids import IdTag
from contactor.central.care.mark import move_mark
from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.store import schema
from contactor.central.store.ledger_tables import tag_groups
from contactor.central.store.prepared import Found, Prepared
from contactor.central.store.statement import Rows, insert_new, upsert
from contactor.central.tags import Place, Tag, TagGroup, judge_tag, tag_key
from contactor.ocpp.datatypes import IdTagInfo

_tags = schema.tags.c
_FIND = Prepared(select(schema.tags).where(_tags.key == bindparam("key")))
_FIND_GROUP = Prepared(select(tag_groups).where(tag_groups.c.key == bindparam("key")))
_PUT = upsert(
    schema.tags,
    "key",
    "id_tag",
    "parent_id_tag",
    "parent_key",
    "expires_at_ms",
    "is_blocked",
    "allows_concurrent",
    "concurrent_max",
    "stations",
    key=("key",),
)
_PUT_GROUP = upsert(
    tag_groups, "key", "name", "expires_at_ms", "is_blocked", "concurrent_max", "stations", key=("key",)
)
_NAME_GROUP = insert_new(tag_groups, "key", "name")


def find_tag(connection: Connection, id_tag: str) -> Tag | None:
    """The registered tag, in any spelling of its letters."""
    row = _FIND.first(connection, {"key": tag_key(id_tag)})
    return None if row is None else tag_of(row)


def all_tags(connection: Connection) -> list[Tag]:
    """Every registered tag."""
    return [tag_of(row) for row in connection.execute(select(schema.tags))]


def all_groups(connection: Connection) -> dict[str, TagGroup]:
    """Every group of tags, by its key."""
    return {row.key: group_of(row) for row in connection.execute(select(tag_groups))}


def find_group(connection: Connection, name: str) -> TagGroup | None:
    """A group of tags, in any spelling of its letters (CS-18)."""
    row = _FIND_GROUP.first(connection, {"key": tag_key(name)})
    return None if row is None else group_of(row)


def judge(connection: Connection, tag: Tag | None, station_id: str, now: datetime) -> IdTagInfo:
    """Judge a tag by all that is kept, None if nobody knows it."""
    group = None if tag is None or tag.parent_id_tag is None else find_group(connection, tag.parent_id_tag)
    return judge_tag(tag, Place(station_id), now=now, group=group)


def put_tags(connection: Connection, tags: Iterable[Tag]) -> None:
    """Register the tags, or overwrite what is registered of them; their groups exist from now on."""
    rows = []
    names: dict[str, str] = {}
    for tag in tags:
        rows.append(_row(tag))
        if tag.parent_id_tag is not None:
            names.setdefault(tag_key(tag.parent_id_tag), tag.parent_id_tag)
    Rows(_PUT, tuple(rows)).execute_on(connection)
    Rows(_NAME_GROUP, tuple(names.items())).execute_on(connection)
    move_mark(connection)


def put_groups(connection: Connection, groups: Iterable[TagGroup]) -> None:
    """Register the groups, or overwrite what is registered of them."""
    rows = tuple(
        (
            tag_key(group.name),
            group.name,
            _ms_or_none(group.expires_at),
            group.is_blocked,
            group.concurrent_max,
            _encoded(group.stations),
        )
        for group in groups
    )
    Rows(_PUT_GROUP, rows).execute_on(connection)
    move_mark(connection)


def tag_of(row: Found) -> Tag:
    """A row of `tags` as a tag."""
    return Tag(
        id_tag=IdTag(row.id_tag),
        parent_id_tag=None if row.parent_id_tag is None else IdTag(row.parent_id_tag),
        expires_at=None if row.expires_at_ms is None else from_ms(row.expires_at_ms),
        is_blocked=row.is_blocked,
        allows_concurrent=row.allows_concurrent,
        concurrent_max=row.concurrent_max,
        stations=msgspec.json.decode(row.stations, type=tuple[str, ...]),
    )


def group_of(row: Found) -> TagGroup:
    """A row of `tag_groups` as a group."""
    return TagGroup(
        name=IdTag(row.name),
        expires_at=None if row.expires_at_ms is None else from_ms(row.expires_at_ms),
        is_blocked=row.is_blocked,
        concurrent_max=row.concurrent_max,
        stations=msgspec.json.decode(row.stations, type=tuple[str, ...]),
    )


def _row(tag: Tag) -> tuple[object, ...]:
    parent = tag.parent_id_tag
    return (
        tag_key(tag.id_tag),
        tag.id_tag,
        parent,
        None if parent is None else tag_key(parent),
        _ms_or_none(tag.expires_at),
        tag.is_blocked,
        tag.allows_concurrent,
        tag.concurrent_max,
        _encoded(tag.stations),
    )


def _ms_or_none(instant: datetime | None) -> int | None:
    return None if instant is None else to_ms(instant)


def _encoded(stations: tuple[str, ...]) -> str:
    return msgspec.json.encode(stations).decode()
