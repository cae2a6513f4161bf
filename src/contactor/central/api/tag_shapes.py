"""The forms in which tags and groups are asked and told; what both may have is said once."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from contactor.base.ids import IdTag
from contactor.central.api.shapes import Body, Instant, TagText
from contactor.central.api.tag_rows import GroupCounts, etag_of
from contactor.central.tags import CONCURRENT_MAX, PATTERN_LENGTH_MAX, PATTERNS_MAX, Tag, TagGroup

StationPattern = Annotated[
    str, StringConstraints(min_length=1, max_length=PATTERN_LENGTH_MAX, pattern=r"^[^;/*\x00-\x1f\x7f]*\*?$")
]
_STATIONS = "Where it may charge: ids, or the beginning of ids and a *; none means everywhere. Elsewhere it is Invalid."


class _Bounds(Body):
    """What bounds a tag or a group."""

    expires_at: Instant | None = Field(None, examples=["2027-01-01T00:00:00Z"])
    is_blocked: bool = False
    concurrent_max: int | None = Field(None, ge=1, le=CONCURRENT_MAX, description="How many transactions at a time.")
    stations: list[StationPattern] = Field([], max_length=PATTERNS_MAX, description=_STATIONS, examples=[["RDAM-*"]])


class TagChange(_Bounds):
    """What is kept of a tag."""

    parent_id_tag: TagText | None = Field(None, description="The group; badges of one group stop each other's charges.")
    allows_concurrent: bool = Field(False, description="Whether it may charge in any number of places at a time.")

    def of(self, id_tag: str) -> Tag:
        """The tag."""
        return Tag(
            id_tag=IdTag(id_tag),
            parent_id_tag=None if self.parent_id_tag is None else IdTag(self.parent_id_tag),
            expires_at=self.expires_at,
            is_blocked=self.is_blocked,
            allows_concurrent=self.allows_concurrent,
            concurrent_max=self.concurrent_max,
            stations=tuple(self.stations),
        )


class NewTag(TagChange):
    """A tag to add."""

    id_tag: TagText = Field(examples=["04A2FF10"])


class GroupChange(_Bounds):
    """What is kept of a group: it holds for each of its tags, beside what is kept of that."""

    def of(self, name: str) -> TagGroup:
        """The group."""
        return TagGroup(IdTag(name), self.expires_at, self.is_blocked, self.concurrent_max, tuple(self.stations))


class NewGroup(GroupChange):
    """A group to add."""

    name: TagText = Field(examples=["FLEET-7"])


class TagBody(BaseModel):
    """A tag."""

    id_tag: str = Field(examples=["04A2FF10"])
    parent_id_tag: str | None
    expires_at: datetime | None
    is_blocked: bool
    allows_concurrent: bool
    concurrent_max: int | None
    stations: list[str]
    etag: str = Field(description="What If-Match must name to change it.")

    @classmethod
    def of(cls, tag: Tag) -> "TagBody":
        """The body of a tag."""
        return cls(
            id_tag=tag.id_tag,
            parent_id_tag=tag.parent_id_tag,
            expires_at=tag.expires_at,
            is_blocked=tag.is_blocked,
            allows_concurrent=tag.allows_concurrent,
            concurrent_max=tag.concurrent_max,
            stations=list(tag.stations),
            etag=etag_of(tag),
        )


class GroupBody(BaseModel):
    """A group, and what it holds just now."""

    name: str = Field(examples=["FLEET-7"])
    expires_at: datetime | None
    is_blocked: bool
    concurrent_max: int | None
    stations: list[str]
    tags: int = Field(description="How many tags it has.")
    blocked_tags: int
    open_transactions: int
    etag: str = Field(description="What If-Match must name to change it.")

    @classmethod
    def of(cls, group: TagGroup, counts: GroupCounts) -> "GroupBody":
        """The body of a group."""
        return cls(
            name=group.name,
            expires_at=group.expires_at,
            is_blocked=group.is_blocked,
            concurrent_max=group.concurrent_max,
            stations=list(group.stations),
            tags=counts.tags,
            blocked_tags=counts.blocked_tags,
            open_transactions=counts.open_transactions,
            etag=etag_of(group),
        )


class Imported(BaseModel):
    """How many tags or groups a file brought."""

    added: int
    replaced: int


def csv_body(example: str) -> dict[str, object]:
    """How a route that takes a CSV file says so."""
    content = {"text/csv": {"schema": {"type": "string"}, "example": example}}
    return {"requestBody": {"required": True, "content": content}}
