"""What the record holds of a station beside itself: configuration, statuses, file transfers."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection, Row, Select, Table, select

from contactor.central.api.office import Office, TheOffice
from contactor.central.api.problem import missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import Before, Limit, Page, StationPath, StationText
from contactor.central.api.station_rows import find_station
from contactor.central.milliseconds import from_ms
from contactor.central.store import operation_tables, schema

router = APIRouter(prefix=f"{API}/stations/{{station_id}}", tags=["stations"])
security_router = APIRouter(prefix=f"{API}/security-events", tags=["security"])

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one
BodyT = TypeVar("BodyT", bound=BaseModel)


class ConfigurationBody(BaseModel):
    """A configuration key as the station last reported it, or took it."""

    key: str = Field(examples=["HeartbeatInterval"])
    value: str | None = Field(description="null where it may not be read.")
    is_readonly: bool
    reported_at: datetime
    value_after_boot: str | None = Field(description="What holds from the next boot on.")


class StatusBody(BaseModel):
    """A status that a connector reported."""

    number: int
    connector_id: int
    status: str
    error_code: str
    vendor_id: str
    vendor_error_code: str
    details: str
    reported_at: datetime


class NotificationBody(BaseModel):
    """What a station told about a transfer of files, or sent as vendor data, as it stood on the wire."""

    number: int
    action: str = Field(examples=["FirmwareStatusNotification"])
    received_at: datetime
    content: str


class SecurityEventBody(BaseModel):
    """A security event of a station."""

    number: int
    station_id: str
    type: str = Field(examples=["TamperDetectionActivated"])
    details: str
    happened_at: datetime
    received_at: datetime


@router.get("/configuration")
async def list_configuration(office: TheOffice, station_id: StationPath) -> list[ConfigurationBody]:
    """List the configuration as last reported; order GetConfiguration to have it read again."""
    table = operation_tables.reported_configuration
    query = select(table).where(table.c.station_id == station_id).order_by(table.c.folded_key)
    return await _of_station(office, station_id, query, _configuration)


@router.get("/statuses")
async def list_statuses(
    office: TheOffice,
    station_id: StationPath,
    errors: Annotated[bool, Query(description="Only those that tell of an error.")] = False,
    before: Before = None,
    limit: Limit = 100,
) -> Page[StatusBody]:
    """List the statuses a station has reported, the newest first."""
    table = schema.statuses
    query = _newest(table, before, limit).where(table.c.station_id == station_id)
    if errors:
        query = query.where(table.c.error_code != "NoError")
    return _page(await _of_station(office, station_id, query, _status), limit)


@router.get("/notifications")
async def list_notifications(
    office: TheOffice, station_id: StationPath, before: Before = None, limit: Limit = 100
) -> Page[NotificationBody]:
    """List what a station told about firmware, diagnostics and vendor data, the newest first."""
    table = schema.notifications
    query = _newest(table, before, limit).where(table.c.station_id == station_id)
    return _page(await _of_station(office, station_id, query, _notification), limit)


@security_router.get("")
async def list_security_events(
    office: TheOffice, station_id: StationText | None = None, before: Before = None, limit: Limit = 100
) -> Page[SecurityEventBody]:
    """List security events of all stations, or of one, the newest first."""
    table = schema.security_events
    query = _newest(table, before, limit)
    if station_id is not None:
        query = query.where(table.c.station_id == station_id)

    def question(connection: Connection) -> list[SecurityEventBody]:
        return [_security_event(row) for row in connection.execute(query)]

    return _page(await office.read(question), limit)


def _newest(table: Table, before: int | None, limit: int) -> Select[Any]:  # Any: as SQLAlchemy types a whole row
    query = select(table).order_by(table.c.id.desc()).limit(limit + 1)
    return query if before is None else query.where(table.c.id < before)


async def _of_station(
    office: Office, station_id: str, query: Select[Any], body: Callable[[_Row], BodyT]
) -> list[BodyT]:
    def question(connection: Connection) -> list[BodyT] | None:
        if find_station(connection, station_id) is None:
            return None
        return [body(row) for row in connection.execute(query)]

    found = await office.read(question)
    if found is None:
        raise missing("station", "station_id", station_id)
    return found


def _page(found: Sequence[BodyT], limit: int) -> Page[BodyT]:
    items = list(found[:limit])
    return Page(items=items, next=getattr(items[-1], "number", None) if len(found) > limit else None)


def _configuration(row: _Row) -> ConfigurationBody:
    return ConfigurationBody(
        key=row.key,
        value=row.value,
        is_readonly=row.is_readonly,
        reported_at=from_ms(row.reported_at_ms),
        value_after_boot=row.value_after_boot,
    )


def _status(row: _Row) -> StatusBody:
    return StatusBody(
        number=row.id,
        connector_id=row.connector_id,
        status=row.status,
        error_code=row.error_code,
        vendor_id=row.vendor_id,
        vendor_error_code=row.vendor_error_code,
        details=row.details,
        reported_at=from_ms(row.reported_at_ms),
    )


def _notification(row: _Row) -> NotificationBody:
    return NotificationBody(
        number=row.id, action=row.action, received_at=from_ms(row.received_at_ms), content=row.content
    )


def _security_event(row: _Row) -> SecurityEventBody:
    return SecurityEventBody(
        number=row.id,
        station_id=row.station_id,
        type=row.type,
        details=row.details,
        happened_at=from_ms(row.happened_at_ms),
        received_at=from_ms(row.received_at_ms),
    )
