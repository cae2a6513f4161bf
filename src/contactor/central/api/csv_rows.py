"""A CSV file read whole: each bad row with its number and reason, or every row as what it stands for; and written."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from contactor.central.api.problem import Flaw, Problem, shown

ROWS_MAX = 50_000
FLAWS_MAX = 100
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a text that begins so for a formula, and runs what a badge says."""
_GUARD = "'"

T = TypeVar("T")
Cells = Mapping[str, str]


class BadCell(Exception):
    """A cell that cannot be used."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


def read_rows(
    body: bytes,
    columns: Sequence[str],
    read: Callable[[Cells], T],
    key_of: Callable[[T], str],
) -> list[T]:
    """What the rows of a file in UTF-8 stand for; its first row names its columns, of which only the first is needed.

    Args:
        body: The file.
        columns: The columns there may be; the first is the one that every row is known by.
        read: Makes something of a row's cells, or raises `BadCell`.
        key_of: By what two rows are the same.

    Raises:
        Problem: anything in it cannot be used; it lists every bad row, up to a hundred.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(422, "the file is not UTF-8", field=f"byte {error.start}") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[T] = []
    flaws: list[Flaw] = []
    first_rows: dict[str, int] = {}
    try:
        names = _names(next(reader, []), columns)
        for cells in reader:
            if not cells:
                continue
            if reader.line_num > ROWS_MAX:
                raise Problem(413, f"a file has at most {ROWS_MAX} rows")
            try:
                each = read(_by_name(names, cells))
                first = first_rows.setdefault(key_of(each), reader.line_num)
                if first != reader.line_num:
                    raise BadCell(columns[0], key_of(each), f"row {first} has it already")
                found.append(each)
            except BadCell as bad:
                where = f"row {reader.line_num}: {bad.column}"
                flaws.append(Flaw(field=where, value=shown(where, bad.value), reason=bad.reason))
    except csv.Error as error:
        raise Problem(422, f"row {reader.line_num}: it is not CSV: {error}") from None
    if flaws:
        raise Problem(422, f"{len(flaws)} rows cannot be used, so none was taken", errors=flaws[:FLAWS_MAX])
    return found


def write_rows(columns: Sequence[str], rows: Iterable[Cells], *, with_head: bool) -> bytes:
    """Rows as CSV that `read_rows` takes in again."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if with_head:
        writer.writerow(columns)
    writer.writerows([_guarded(row[column]) for column in columns] for row in rows)
    return text.getvalue().encode()


def _guarded(text: str) -> str:
    return f"{_GUARD}{text}" if text.startswith(FORMULA) else text


def _unguarded(text: str) -> str:
    return text[1:] if text[:1] == _GUARD and text[1:].startswith(FORMULA) else text


def _names(cells: list[str], columns: Sequence[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    unknown = [name for name in names if name not in columns]
    if columns[0] not in names or unknown or len(set(names)) != len(names):
        raise Problem(
            422,
            f"the first row must name columns out of {', '.join(columns)}, each once and {columns[0]} among them",
            field="row 1",
            value=",".join(cells),
        )
    return names


def _by_name(names: list[str], cells: list[str]) -> Cells:
    if len(cells) != len(names):
        raise BadCell("(row)", ",".join(cells), f"it has {len(cells)} cells, the first row {len(names)}")
    return {name: _unguarded(cell.strip()) for name, cell in zip(names, cells, strict=True)}
