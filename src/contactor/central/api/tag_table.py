"""Tags and their groups as CSV files hold them, both ways."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar

from contactor.base.ids import IdTag
from contactor.base.instants import to_text
from contactor.central.api.csv_rows import BadCell, Cells, read_rows
from contactor.central.tags import CONCURRENT_MAX, PATTERN_LENGTH_MAX, PATTERNS_MAX, Tag, TagGroup, tag_key

TAG_COLUMNS = (
    "id_tag",
    "parent_id_tag",
    "expires_at",
    "is_blocked",
    "allows_concurrent",
    "concurrent_max",
    "stations",
)
GROUP_COLUMNS = ("name", "expires_at", "is_blocked", "concurrent_max", "stations")
ID_TAG_LENGTH_MAX = 20
SEPARATOR = ";"
"""Between the stations of one cell."""
_SWITCHES = {"": False, "false": False, "no": False, "0": False, "true": True, "yes": True, "1": True}

T = TypeVar("T")


def read_tags(body: bytes) -> list[Tag]:
    """The tags of a file; see `read_rows` for what it raises."""
    return read_rows(body, TAG_COLUMNS, _tag, lambda tag: tag_key(tag.id_tag))


def read_groups(body: bytes) -> list[TagGroup]:
    """The groups of a file; see `read_rows` for what it raises."""
    return read_rows(body, GROUP_COLUMNS, _group, lambda group: tag_key(group.name))


def cells_of_tag(tag: Tag) -> Cells:
    """A tag as a row."""
    return {
        "id_tag": tag.id_tag,
        "parent_id_tag": tag.parent_id_tag or "",
        "allows_concurrent": str(tag.allows_concurrent).lower(),
        **_shared_cells(tag),
    }


def cells_of_group(group: TagGroup) -> Cells:
    """A group as a row."""
    return {"name": group.name, **_shared_cells(group)}


def _shared_cells(each: Tag | TagGroup) -> Cells:
    return {
        "expires_at": "" if each.expires_at is None else to_text(each.expires_at),
        "is_blocked": str(each.is_blocked).lower(),
        "concurrent_max": "" if each.concurrent_max is None else str(each.concurrent_max),
        "stations": SEPARATOR.join(each.stations),
    }


def _tag(row: Cells) -> Tag:
    return Tag(
        id_tag=_needed(row, "id_tag"),
        parent_id_tag=_id_tag(row, "parent_id_tag"),
        expires_at=_read(row, "expires_at", _instant, "give a date or an instant with its offset"),
        is_blocked=_read(row, "is_blocked", _switch, "give true or false"),
        allows_concurrent=_read(row, "allows_concurrent", _switch, "give true or false"),
        concurrent_max=_read(row, "concurrent_max", _limit, f"give 1 to {CONCURRENT_MAX}, or nothing"),
        stations=_stations(row),
    )


def _group(row: Cells) -> TagGroup:
    return TagGroup(
        name=_needed(row, "name"),
        expires_at=_read(row, "expires_at", _instant, "give a date or an instant with its offset"),
        is_blocked=_read(row, "is_blocked", _switch, "give true or false"),
        concurrent_max=_read(row, "concurrent_max", _limit, f"give 1 to {CONCURRENT_MAX}, or nothing"),
        stations=_stations(row),
    )


def _needed(row: Cells, column: str) -> IdTag:
    found = _id_tag(row, column)
    if found is None:
        raise BadCell(column, "", "it is empty")
    return found


def _id_tag(row: Cells, column: str) -> IdTag | None:
    text = row.get(column, "")
    if len(text) > ID_TAG_LENGTH_MAX:
        raise BadCell(column, text, f"it has {len(text)} characters, at most {ID_TAG_LENGTH_MAX} are allowed")
    _refuse_controls(column, text)
    return IdTag(text) if text else None


def _stations(row: Cells) -> tuple[str, ...]:
    text = row.get("stations", "")
    _refuse_controls("stations", text)
    found = tuple(each.strip() for each in text.split(SEPARATOR) if each.strip())
    if len(found) > PATTERNS_MAX or any(len(each) > PATTERN_LENGTH_MAX for each in found):
        raise BadCell("stations", text, f"give at most {PATTERNS_MAX}, of {PATTERN_LENGTH_MAX} characters each")
    return found


def _refuse_controls(column: str, text: str) -> None:
    if any(ord(sign) < 0x20 or ord(sign) == 0x7F for sign in text):
        raise BadCell(column, text, "it holds a control character")


def _read(row: Cells, column: str, read: Callable[[str], T], expected: str) -> T:
    text = row.get(column, "")
    try:
        return read(text)
    except (ValueError, KeyError, OverflowError):
        raise BadCell(column, text, expected) from None


def _switch(text: str) -> bool:
    return _SWITCHES[text.lower()]


def _limit(text: str) -> int | None:
    if not text:
        return None
    limit = int(text)
    if not 1 <= limit <= CONCURRENT_MAX:
        raise ValueError(text)
    return limit


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    if len(text) == len("2027-01-01"):
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant.astimezone(UTC)
