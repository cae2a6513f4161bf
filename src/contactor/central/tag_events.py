"""The events of tags and their groups: what an operator changes, for whoever keeps a copy of them.

A file that is brought in is one event however many tags it holds: who keeps a copy reads them anew.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.tags import Tag, TagGroup


class Change(StrEnum):
    """What was done with it."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


def tell_tag(connection: Connection, tag: Tag, change: Change, at: datetime) -> None:
    """A tag is another, or gone."""
    facts = {
        "id_tag": tag.id_tag,
        "change": change.value,
        "parent_id_tag": tag.parent_id_tag,
        "is_blocked": tag.is_blocked,
    }
    record_event(connection, EventKind.TAG_CHANGED, None, at, facts)


def tell_group(connection: Connection, group: TagGroup, change: Change, at: datetime) -> None:
    """A group is another, or gone."""
    facts = {"name": group.name, "change": change.value, "is_blocked": group.is_blocked}
    record_event(connection, EventKind.TAG_GROUP_CHANGED, None, at, facts)


def tell_import(connection: Connection, what: str, added: int, replaced: int, at: datetime) -> None:
    """A file of them was brought in."""
    record_event(connection, EventKind.TAGS_IMPORTED, None, at, {"what": what, "added": added, "replaced": replaced})
