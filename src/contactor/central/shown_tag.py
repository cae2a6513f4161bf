"""The tag that is shown with a start or a stop, as a part of the one question that is asked about either.

`tag_key` is given when it is asked, and for what is counted `station` and `connector`.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import FromClause, and_, bindparam, case, func, or_, select

from contactor.central.store import schema
from contactor.central.store.ledger_tables import tag_groups
from contactor.central.store.prepared import Found
from contactor.central.store.schema import TransactionState
from contactor.central.tag_register import group_of, tag_of
from contactor.central.tags import Tag, TagGroup

_transactions = schema.transactions.c
_tags = schema.tags.c
_groups = tag_groups.c
_members = schema.tags.alias("members")

# What is open on the connector itself has ended, whether its stop has come or not (CS-14).
_open_elsewhere = and_(
    _transactions.state == TransactionState.OPEN,
    ~((_transactions.station_id == bindparam("station")) & (_transactions.connector_id == bindparam("connector"))),
)
_OPEN_OF_TAG = select(func.count(_transactions.id)).where(_transactions.tag_key == _tags.key, _open_elsewhere)
_OPEN_OF_GROUP = (
    select(func.count(_transactions.id))
    .join(_members, _members.c.key == _transactions.tag_key)
    .where(_members.c.parent_key == _groups.key, _open_elsewhere)
)
# Counted only where it matters: of a tag that may be anywhere, thousands can be open.
_is_limited = and_(_tags.key.is_not(None), or_(_tags.concurrent_max.is_not(None), _tags.allows_concurrent.is_(False)))

SHOWN = (
    *(column.label(f"shown_{column.name}") for column in _tags),
    *(column.label(f"its_group_{column.name}") for column in _groups),
)
"""Columns of the tag and of its group: all None if nobody knows it, or it is in none."""
COUNTED = (
    case((_is_limited, _OPEN_OF_TAG.correlate(schema.tags).scalar_subquery()), else_=0).label("open_elsewhere"),
    case((_groups.concurrent_max.is_not(None), _OPEN_OF_GROUP.correlate(tag_groups).scalar_subquery()), else_=0).label(
        "open_in_group"
    ),
)
"""How many transactions of the tag, and of its group, are open elsewhere, where that matters."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The columns of a row whose names begin with a prefix, by the rest of their names."""

    row: Found
    prefix: str

    def __getattr__(self, name: str) -> Any:  # Any: a column of any type
        return getattr(self.row, self.prefix + name)


def beside_tag(others: FromClause) -> FromClause:
    """What else is asked about, with the tag and its group beside it."""
    with_tag = others.outerjoin(schema.tags, _tags.key == bindparam("tag_key"))
    return with_tag.outerjoin(tag_groups, _groups.key == _tags.parent_key)


def shown_in(row: Found) -> tuple[Tag | None, TagGroup | None]:
    """The tag and its group as they were found."""
    tag = None if row.shown_key is None else tag_of(_Part(row, "shown_"))
    return tag, None if row.its_group_key is None else group_of(_Part(row, "its_group_"))
