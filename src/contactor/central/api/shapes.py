"""The forms that bodies and parameters share: texts with bounds, pages, and what refuses unknown fields."""

from datetime import UTC, datetime
from hashlib import blake2b
from typing import Annotated, Generic, TypeVar

import msgspec
from fastapi import Header, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from contactor.central.api.problem import Problem

PLAIN = r"^[^\x00-\x1f\x7f]*$"
"""No control characters: they are in nobody's name, and some databases refuse them."""
ROW_NUMBER_MAX = 2**53 - 1
"""As large as a number can be that every JSON reader keeps exact."""
PAGE_MAX = 500

T = TypeVar("T")


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset, such as 2026-05-01T12:00:00Z")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("the instant is out of range") from None


Instant = Annotated[datetime, AfterValidator(_aware)]
ShortText = Annotated[str, StringConstraints(max_length=100, pattern=PLAIN)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=PLAIN)]
StationText = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^/\x00-\x1f\x7f]+$")]
TagText = Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=PLAIN)]
UserText = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._@-]{0,63}$")]
Password = Annotated[str, StringConstraints(min_length=12, max_length=200)]
RowNumber = Annotated[int, Field(ge=1, le=ROW_NUMBER_MAX)]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX, description="How many at most.")]
Before = Annotated[
    int | None, Query(ge=1, le=ROW_NUMBER_MAX, description="Go on where a page ended: its `next`.", examples=[4711])
]
WaitS = Annotated[float, Query(ge=0, le=60, description="Wait so many seconds for it to end.")]

StationPath = Annotated[StationText, Path(examples=["RDAM-01"])]
TagPath = Annotated[TagText, Path(examples=["04A2FF10"])]
NumberPath = Annotated[int, Path(ge=1, le=ROW_NUMBER_MAX, examples=[17])]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=100, description="The ETag of what you saw; needed, so that nothing is lost."),
]


class Body(BaseModel):
    """A body that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid")


class Page(BaseModel, Generic[T]):
    """Part of a list; `next` goes on with it, null at its end."""

    items: list[T]
    next: str | int | None = None


def etag_of_content(kept: object) -> str:
    """The version of something that is kept as a whole: another with every word of it that changes."""
    return f'"{blake2b(msgspec.json.encode(kept), digest_size=9).hexdigest()}"'


def require_match_or_new(if_match: str | None, etag: str | None, name: str) -> Problem | None:
    """The same for what one request makes or replaces; `etag` is None where there is none of that name."""
    if etag is not None:
        return require_match(if_match, etag)
    if if_match is not None:
        return Problem(412, f"there is no {name!r} any more", field="If-Match", value=if_match)
    return None


def require_match(if_match: str | None, etag: str) -> Problem | None:
    """What is wrong with a change that was made to another version than the one there is."""
    if if_match is None:
        return Problem(428, "send If-Match with the ETag you got, or * for any", field="If-Match")
    if if_match.strip() not in ("*", etag):
        return Problem(412, f"it has changed since; its ETag is {etag} now", field="If-Match", value=if_match)
    return None
