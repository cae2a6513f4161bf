"""Transactions: found, shown with their readings and their story, exported, and closed by hand where no stop comes."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.responses import StreamingResponse

from contactor.central.api.audit_rows import note_deed
from contactor.central.api.happening import Happening
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import (
    ROW_NUMBER_MAX,
    Before,
    Body,
    Instant,
    Limit,
    NumberPath,
    Page,
    Reason,
    StationText,
    TagText,
)
from contactor.central.api.transaction_export import MEDIA_TYPES, ExportFormat, ExportUnit, export
from contactor.central.api.transaction_search import TransactionFilter
from contactor.central.api.transaction_story import tell_story
from contactor.central.closing import AlreadyStopped, NotClosable, close_by_hand
from contactor.central.hours import HourOfTransaction, hours_of
from contactor.central.milliseconds import to_ms
from contactor.central.queries import Queries
from contactor.central.store import schema
from contactor.central.store.schema import TransactionState
from contactor.central.views import ReadingView, TransactionView

EXPORT_PAGE = 500
READINGS_MAX = 5000
_NOTE = "Only the record was closed. The station was told nothing: to end a charge, send RemoteStopTransaction."

router = APIRouter(prefix=f"{API}/transactions", tags=["transactions"])


def _wanted(
    station_id: StationText | None = None,
    connector_id: Annotated[int | None, Query(ge=0, le=ROW_NUMBER_MAX)] = None,
    id_tag: TagText | None = None,
    state: TransactionState | None = None,
    suspect: Annotated[bool | None, Query(description="Only those that are, or are not, marked.")] = None,
    started_from: Annotated[Instant | None, Query(examples=["2026-05-01T00:00:00Z"])] = None,
    started_before: Annotated[Instant | None, Query(examples=["2026-06-01T00:00:00Z"])] = None,
) -> TransactionFilter:
    return TransactionFilter(station_id, connector_id, id_tag, state, suspect, started_from, started_before)


Wanted = Annotated[TransactionFilter, Depends(_wanted)]


class Closing(Body):
    """Why a transaction is closed by hand, and with which end; without one, at its latest reading."""

    reason: Reason = Field(examples=["the station was replaced and its stop will never come"])
    meter_stop_wh: Annotated[int, Field(ge=0, le=ROW_NUMBER_MAX)] | None = None
    stopped_at: Instant | None = None


class Closed(BaseModel):
    """The transaction as it stands, and what closing it did not do."""

    transaction: TransactionView
    note: str = _NOTE


@router.get("")
async def list_transactions(
    office: TheOffice, wanted: Wanted, before: Before = None, limit: Limit = 100
) -> Page[TransactionView]:
    """List transactions, the newest first."""
    views = await _find(office, wanted, before, limit + 1)
    items = views[:limit]
    return Page(items=items, next=items[-1].transaction_id if len(views) > limit else None)


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}, "application/json": {}}}},
)
async def export_transactions(
    office: TheOffice,
    wanted: Wanted,
    form: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.CSV,
    per: Annotated[ExportUnit, Query(description="A line for each transaction, or for each of its hours.")] = (
        ExportUnit.TRANSACTION
    ),
) -> StreamingResponse:
    """Write all transactions that fit to a file, or the energy of each of their hours.

    In CSV a tag or station id that a spreadsheet would take for a formula gets an apostrophe in front.
    """

    async def next_page(before: int | None) -> list[TransactionView]:
        return await _find(office, wanted, before, EXPORT_PAGE)

    async def to_lines(page: Sequence[TransactionView]) -> Sequence[TransactionView | HourOfTransaction]:
        return page if per is ExportUnit.TRANSACTION else await office.ask(lambda: _hours(office.queries, page))

    name = f'attachment; filename="transactions.{form}"'
    return StreamingResponse(
        export(form, per, next_page, to_lines), media_type=MEDIA_TYPES[form], headers={"Content-Disposition": name}
    )


@router.get("/{transaction_id}")
async def get_transaction(office: TheOffice, transaction_id: NumberPath, response: Response) -> TransactionView:
    """Show a transaction."""
    view = await one_transaction(office, transaction_id)
    response.headers["ETag"] = etag_of(view)
    return view


@router.get("/{transaction_id}/hours")
async def list_hours(office: TheOffice, transaction_id: NumberPath) -> list[HourOfTransaction]:
    """List what a transaction took in each hour; together that is its energy, to the watt-hour."""
    view = await one_transaction(office, transaction_id)
    return await office.ask(lambda: _hours(office.queries, [view]))


@router.get("/{transaction_id}/readings")
async def list_readings(
    office: TheOffice,
    transaction_id: NumberPath,
    skip: Annotated[int, Query(ge=0, le=ROW_NUMBER_MAX, description="Go on where a page ended: its `next`.")] = 0,
    limit: Annotated[int, Query(ge=1, le=READINGS_MAX)] = 1000,
) -> Page[ReadingView]:
    """List a transaction's readings, the oldest first."""
    await one_transaction(office, transaction_id)
    readings = (await office.ask(lambda: office.queries.readings(transaction_id)))[skip:]
    return Page(items=readings[:limit], next=skip + limit if len(readings) > limit else None)


@router.get("/{transaction_id}/timeline")
async def get_timeline(office: TheOffice, transaction_id: NumberPath) -> list[Happening]:
    """Tell in plain sentences what happened to a transaction, and why it stopped, in the order of time."""
    view = await one_transaction(office, transaction_id)
    return await office.read(lambda connection: tell_story(connection, view))


@router.post("/{transaction_id}/close")
async def close_transaction(
    office: TheOffice, person: ThePerson, transaction_id: NumberPath, closing: Closing
) -> Closed:
    """Close the record of a transaction whose stop never came. This is no remote stop: the station is told nothing.

    Should the station's own stop come after all, it takes the place of this one.
    """
    view = await one_transaction(office, transaction_id)
    energy_wh = 0 if view.energy_wh is None else round(view.energy_wh)
    meter_stop_wh = view.meter_start_wh + energy_wh if closing.meter_stop_wh is None else closing.meter_stop_wh
    now = office.clock.now()
    stopped_at = now if closing.stopped_at is None else closing.stopped_at

    def work(connection: Connection) -> Problem | None:
        try:
            close_by_hand(
                connection,
                transaction_id,
                meter_stop_wh=meter_stop_wh,
                stopped_at_ms=to_ms(stopped_at),
                now_ms=to_ms(now),
                why=f"{person.name}: {closing.reason}",
            )
        except AlreadyStopped as error:
            return Problem(409, str(error), field="transaction_id", value=transaction_id)
        except NotClosable as error:
            return Problem(422, str(error), field=error.field, value=error.value)
        facts = {"reason": closing.reason, "meter_stop_wh": meter_stop_wh, "stopped_at": stopped_at.isoformat()}
        deed = person.did(to_ms(now), "transaction.close", f"transaction {transaction_id}", **facts)
        note_deed(connection, deed)
        return None

    await office.write(work)
    return Closed(transaction=await one_transaction(office, transaction_id))


def etag_of(view: TransactionView) -> str:
    """The version of what can be corrected of a transaction."""
    parts = (view.id_tag, view.state, view.stopped_at, view.meter_start_wh, view.meter_stop_wh)
    return f'"{blake2b(repr(parts).encode(), digest_size=9).hexdigest()}"'


def _hours(queries: Queries, views: Sequence[TransactionView]) -> list[HourOfTransaction]:
    return [hour for view in views for hour in hours_of(view, queries.readings(view.transaction_id))]


async def one_transaction(office: Office, transaction_id: int) -> TransactionView:
    """A transaction.

    Raises:
        Problem: there is none of that number.
    """
    condition = schema.transactions.c.id == transaction_id
    views = await office.ask(lambda: office.queries.newest_transactions(condition, limit=1))
    if not views:
        raise missing("transaction", "transaction_id", transaction_id)
    return views[0]


async def _find(office: Office, wanted: TransactionFilter, before: int | None, limit: int) -> list[TransactionView]:
    conditions = list(wanted.conditions())
    if before is not None:
        conditions.append(schema.transactions.c.id < before)
    return await office.ask(lambda: office.queries.newest_transactions(*conditions, limit=limit))
