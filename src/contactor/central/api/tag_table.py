"""Tags as a CSV file holds them: read whole, each bad row with its number and reason, or not at all."""

import csv
import io
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from contactor.base.ids import IdTag
from contactor.central.api.problem import Flaw, Problem, shown
from contactor.central.tags import Tag, tag_key

COLUMNS = ("id_tag", "parent_id_tag", "expires_at", "is_blocked", "allows_concurrent")
ID_TAG_LENGTH_MAX = 20
ROWS_MAX = 50_000
FLAWS_MAX = 100
_SWITCHES = {"": False, "false": False, "no": False, "0": False, "true": True, "yes": True, "1": True}


class _BadCell(Exception):
    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


def read_tags(body: bytes) -> list[Tag]:
    """The tags of a CSV file in UTF-8 whose first row names its columns; only id_tag is needed.

    Raises:
        Problem: anything in it cannot be used; it lists every bad row, up to a hundred.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(422, "the file is not UTF-8", field=f"byte {error.start}") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    tags: list[Tag] = []
    flaws: list[Flaw] = []
    first_rows: dict[str, int] = {}
    try:
        names = _names(next(reader, []))
        for cells in reader:
            if not cells:
                continue
            if reader.line_num > ROWS_MAX:
                raise Problem(413, f"a file has at most {ROWS_MAX} rows")
            try:
                tag = _tag(names, cells)
                first = first_rows.setdefault(tag_key(tag.id_tag), reader.line_num)
                if first != reader.line_num:
                    raise _BadCell("id_tag", tag.id_tag, f"row {first} has this tag already")
                tags.append(tag)
            except _BadCell as bad:
                where = f"row {reader.line_num}: {bad.column}"
                flaws.append(Flaw(field=where, value=shown(where, bad.value), reason=bad.reason))
    except csv.Error as error:
        raise Problem(422, f"row {reader.line_num}: it is not CSV: {error}") from None
    if flaws:
        raise Problem(422, f"{len(flaws)} rows cannot be used, so none was taken", errors=flaws[:FLAWS_MAX])
    return tags


def _names(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    unknown = [name for name in names if name not in COLUMNS]
    if "id_tag" not in names or unknown or len(set(names)) != len(names):
        raise Problem(
            422,
            f"the first row must name columns out of {', '.join(COLUMNS)}, each once and id_tag among them",
            field="row 1",
            value=",".join(cells),
        )
    return names


def _tag(names: list[str], cells: list[str]) -> Tag:
    if len(cells) != len(names):
        raise _BadCell("(row)", ",".join(cells), f"it has {len(cells)} cells, the first row {len(names)}")
    row = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
    id_tag, parent = _id_tag(row, "id_tag"), _id_tag(row, "parent_id_tag")
    if id_tag is None:
        raise _BadCell("id_tag", "", "it is empty")
    return Tag(
        id_tag=id_tag,
        parent_id_tag=parent,
        expires_at=_read(row, "expires_at", _instant),
        is_blocked=bool(_read(row, "is_blocked", _switch)),
        allows_concurrent=bool(_read(row, "allows_concurrent", _switch)),
    )


def _id_tag(row: Mapping[str, str], column: str) -> IdTag | None:
    text = row.get(column, "")
    if len(text) > ID_TAG_LENGTH_MAX:
        raise _BadCell(column, text, f"it has {len(text)} characters, at most {ID_TAG_LENGTH_MAX} are allowed")
    if any(ord(sign) < 0x20 or ord(sign) == 0x7F for sign in text):
        raise _BadCell(column, text, "it holds a control character")
    return IdTag(text) if text else None


def _read(row: Mapping[str, str], column: str, read: Callable[[str], datetime | bool | None]) -> datetime | None:
    text = row.get(column, "")
    try:
        return read(text)  # type: ignore[return-value]  # a switch's result is only used as a truth
    except (ValueError, KeyError, OverflowError):
        expected = "give a date or an instant with its offset" if read is _instant else "give true or false"
        raise _BadCell(column, text, expected) from None


def _switch(text: str) -> bool:
    return _SWITCHES[text.lower()]


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
