"""Presence: since when stations are connected, when they were, and for how large a share of a time."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from contactor.central.api.office import Office, TheOffice
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import Before, Instant, Limit, Page, StationPath, StationText
from contactor.central.api.station_rows import StationFilter, StationRow, find_station, find_stations
from contactor.central.milliseconds import from_ms
from contactor.central.presence_rows import Period, Uptime, newest_periods, uptimes

MONTH = timedelta(days=30)

router = APIRouter(prefix=API, tags=["stations"])

From = Annotated[Instant | None, Query(alias="from", description="From when on; 30 days before `until` if not given.")]
Until = Annotated[Instant | None, Query(description="Until when; now if not given.")]


class UptimeBody(BaseModel):
    """How long a station was connected; the time counts from when the station was first known."""

    station_id: str = Field(examples=["RDAM-01"])
    is_online: bool
    last_seen_at: datetime | None
    counted_from: datetime
    counted_until: datetime
    connected_s: float
    uptime_share: float | None = Field(description="From 0 to 1; null where no time is counted.", examples=[0.9987])

    @classmethod
    def of(cls, office: Office, row: StationRow, uptime: Uptime) -> "UptimeBody":
        """The body of a station's row."""
        return cls(
            station_id=row.id,
            is_online=office.sessions.is_online(row.id),
            last_seen_at=None if row.last_seen_at_ms is None else from_ms(row.last_seen_at_ms),
            counted_from=uptime.start,
            counted_until=uptime.end,
            connected_s=uptime.connected.total_seconds(),
            uptime_share=uptime.share,
        )


class PeriodBody(BaseModel):
    """An unbroken time of connection; `until` is null while it lasts."""

    number: int
    since: datetime
    until: datetime | None


class PresenceBody(UptimeBody):
    """A station's uptime, and since when it is connected."""

    connected_since: datetime | None


@router.get("/presence")
async def list_uptimes(
    office: TheOffice,
    start: From = None,
    until: Until = None,
    after: Annotated[StationText | None, Query(description="Go on where a page ended: its `next`.")] = None,
    limit: Limit = 100,
) -> Page[UptimeBody]:
    """List how long each station was connected in a time."""
    first, last = _stretch(office, start, until)

    def question(connection: Connection) -> list[tuple[StationRow, Uptime]]:
        rows = find_stations(connection, StationFilter(after=after), limit + 1)
        return _with_uptimes(connection, rows, first, last)

    found = await office.read(question)
    items = [UptimeBody.of(office, row, uptime) for row, uptime in found[:limit]]
    return Page(items=items, next=items[-1].station_id if len(found) > limit else None)


@router.get("/stations/{station_id}/presence")
async def get_presence(
    office: TheOffice, station_id: StationPath, start: From = None, until: Until = None
) -> PresenceBody:
    """Show since when a station is connected, and for how large a share of a time it was."""
    first, last = _stretch(office, start, until)

    def question(connection: Connection) -> tuple[StationRow, Uptime, list[Period]] | None:
        row = find_station(connection, station_id)
        if row is None:
            return None
        ((_, uptime),) = _with_uptimes(connection, [row], first, last)
        return row, uptime, newest_periods(connection, station_id, before=None, limit=1)

    found = await office.read(question)
    if found is None:
        raise missing("station", "station_id", station_id)
    row, uptime, newest = found
    since = newest[0].since if newest and newest[0].until is None else None
    return PresenceBody(**UptimeBody.of(office, row, uptime).model_dump(), connected_since=since)


@router.get("/stations/{station_id}/presence/periods")
async def list_periods(
    office: TheOffice, station_id: StationPath, before: Before = None, limit: Limit = 100
) -> Page[PeriodBody]:
    """List the times in which a station was connected, the newest first."""

    def question(connection: Connection) -> list[Period] | None:
        if find_station(connection, station_id) is None:
            return None
        return newest_periods(connection, station_id, before=before, limit=limit + 1)

    found = await office.read(question)
    if found is None:
        raise missing("station", "station_id", station_id)
    items = [PeriodBody(number=each.number, since=each.since, until=each.until) for each in found[:limit]]
    return Page(items=items, next=items[-1].number if len(found) > limit else None)


def _stretch(office: Office, start: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    now = office.clock.now()
    last = now if until is None else min(until, now)
    first = last - MONTH if start is None else start
    if first >= last:
        raise Problem(422, f"it is not before {last.isoformat()}", field="from", value=first.isoformat())
    return first, last


def _with_uptimes(
    connection: Connection, rows: list[StationRow], start: datetime, end: datetime
) -> list[tuple[StationRow, Uptime]]:
    found = uptimes(connection, [(row.id, from_ms(row.created_at_ms)) for row in rows], start, end)
    return [(row, found[row.id]) for row in rows]
