"""Transactions, or their hours, as a file: CSV or JSON, page by page, so that a million fit in little memory."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from contactor.central.hours import HourOfTransaction
from contactor.central.views import TransactionView

COLUMNS_BY_TRANSACTION = (
    "transaction_id",
    "station_id",
    "connector_id",
    "id_tag",
    "tag_status",
    "state",
    "started_at",
    "stopped_at",
    "meter_start_wh",
    "meter_stop_wh",
    "energy_wh",
    "stop_reason",
    "readings",
    "suspicions",
    "is_corrected",
    "currency",
    "cost_net",
    "cost_vat",
    "cost_total",
)
COLUMNS_BY_HOUR = ("transaction_id", "station_id", "connector_id", "id_tag", "hour", "energy_wh")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_Line = TransactionView | HourOfTransaction
NextPage = Callable[[int | None], Awaitable[Sequence[TransactionView]]]
"""Takes the number before which to go on, None to begin; an empty page is the end."""
ToLines = Callable[[Sequence[TransactionView]], Awaitable[Sequence[_Line]]]


class ExportFormat(StrEnum):
    """What the file is to be."""

    CSV = "csv"
    JSON = "json"


class ExportUnit(StrEnum):
    """What each line of the file is about."""

    TRANSACTION = "transaction"
    HOUR = "hour"


_COLUMNS = {ExportUnit.TRANSACTION: COLUMNS_BY_TRANSACTION, ExportUnit.HOUR: COLUMNS_BY_HOUR}
MEDIA_TYPES = {ExportFormat.CSV: "text/csv; charset=utf-8", ExportFormat.JSON: "application/json"}


async def export(form: ExportFormat, unit: ExportUnit, next_page: NextPage, to_lines: ToLines) -> AsyncIterator[bytes]:
    """The file in pieces, the newest transaction first; `to_lines` makes the lines of a page."""
    pages = _pages(next_page, to_lines)
    pieces = _as_csv(pages, _COLUMNS[unit]) if form is ExportFormat.CSV else _as_json(pages)
    async for piece in pieces:
        yield piece


async def _pages(next_page: NextPage, to_lines: ToLines) -> AsyncIterator[Sequence[_Line]]:
    page = await next_page(None)
    while page:
        yield await to_lines(page)
        page = await next_page(page[-1].transaction_id)


async def _as_csv(pages: AsyncIterator[Sequence[_Line]], columns: Sequence[str]) -> AsyncIterator[bytes]:
    yield (",".join(columns) + "\r\n").encode()
    async for page in pages:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerows([_cell(line, column) for column in columns] for line in page)
        yield text.getvalue().encode()


async def _as_json(pages: AsyncIterator[Sequence[_Line]]) -> AsyncIterator[bytes]:
    before = b"[\n"
    async for page in pages:
        for line in page:
            yield before + msgspec.json.encode(line)
            before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _cell(line: _Line, column: str) -> str:
    value = getattr(line, column)
    if value is None:
        return ""
    if column == "suspicions":
        return " ".join(value)
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    # A spreadsheet takes such a text for a formula, and runs what a badge or a station says.
    return f"'{text}" if column in ("id_tag", "station_id") and text.startswith(_FORMULA) else text
