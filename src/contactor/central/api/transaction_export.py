"""Transactions as a file: CSV or JSON, written page by page, so that a million of them fit in little memory."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from enum import StrEnum

import msgspec

from contactor.central.views import TransactionView

COLUMNS = (
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
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

NextPage = Callable[[int | None], Awaitable[Sequence[TransactionView]]]
"""Takes the number before which to go on, None to begin; an empty page is the end."""


class ExportFormat(StrEnum):
    """What the file is to be."""

    CSV = "csv"
    JSON = "json"


MEDIA_TYPES = {ExportFormat.CSV: "text/csv; charset=utf-8", ExportFormat.JSON: "application/json"}


async def export(form: ExportFormat, next_page: NextPage) -> AsyncIterator[bytes]:
    """The file in pieces, the newest transaction first."""
    pages = _pages(next_page)
    write = _as_csv if form is ExportFormat.CSV else _as_json
    async for piece in write(pages):
        yield piece


async def _pages(next_page: NextPage) -> AsyncIterator[Sequence[TransactionView]]:
    page = await next_page(None)
    while page:
        yield page
        page = await next_page(page[-1].transaction_id)


async def _as_csv(pages: AsyncIterator[Sequence[TransactionView]]) -> AsyncIterator[bytes]:
    yield (",".join(COLUMNS) + "\r\n").encode()
    async for page in pages:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerows([_cell(view, column) for column in COLUMNS] for view in page)
        yield text.getvalue().encode()


async def _as_json(pages: AsyncIterator[Sequence[TransactionView]]) -> AsyncIterator[bytes]:
    before = b"[\n"
    async for page in pages:
        for view in page:
            yield before + msgspec.json.encode(view)
            before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _cell(view: TransactionView, column: str) -> str:
    value = getattr(view, column)
    if value is None:
        return ""
    if column == "suspicions":
        return " ".join(value)
    text = value.isoformat() if column.endswith("_at") else str(value)
    # A spreadsheet takes such a text for a formula, and runs what a badge or a station says.
    return f"'{text}" if column in ("id_tag", "station_id") and text.startswith(_FORMULA) else text
