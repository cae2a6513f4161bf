"""The fleet at a glance: what whoever watches ten thousand stations needs of each, and figures of all together."""

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from contactor.central.api.fleet_rows import Energy, FleetPage, energy_since, find_fleet
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.reading_rows import LiveReading, find_readings, latest_number
from contactor.central.api.routes import API
from contactor.central.api.shapes import ROW_NUMBER_MAX, Instant, Page, StationText
from contactor.central.api.station_rows import StationRow
from contactor.central.milliseconds import from_ms, to_ms
from contactor.ocpp.enumerations import RegistrationStatus

FLEET_PAGE_MAX = 1000
READINGS_PAGE_MAX = 2000

router = APIRouter(prefix=f"{API}/fleet", tags=["fleet"])


class FleetConnector(BaseModel):
    """What a connector was last known to do; number 0 is the station as a whole."""

    connector_id: int
    status: str
    error_code: str
    vendor_error_code: str
    reported_at: datetime


class FleetTransaction(BaseModel):
    """A transaction that runs, and the latest reading that names it."""

    transaction_id: int
    connector_id: int
    id_tag: str
    started_at: datetime
    meter_start_wh: int
    taken_at: datetime | None
    energy_wh: float | None = Field(description="The meter's register, not what the transaction took.")
    power_w: float | None
    soc_percent: float | None


class FleetStation(BaseModel):
    """A station at a glance."""

    station_id: str
    is_online: bool
    registration: RegistrationStatus
    vendor: str | None
    model: str | None
    power_kw: int | None
    serial_number: str | None
    firmware_version: str | None
    last_seen_at: datetime | None
    connectors: list[FleetConnector]
    transactions: list[FleetTransaction]


class FleetSummary(BaseModel):
    """Figures of the fleet as a whole."""

    stations_known: int
    stations_online: int
    sessions_ended: int = Field(description="Transactions that began since then and have ended.")
    energy_wh: int = Field(description="What those took.")
    latest_reading: int = Field(description="What `after` must be to see every reading from now on.")


class LiveReadings(BaseModel):
    """Part of the stream of readings."""

    items: list[LiveReading]
    next: int = Field(description="What `after` must be to go on.")


@router.get("", response_model=Page[FleetStation])
async def list_fleet(
    office: TheOffice,
    after: Annotated[StationText | None, Query(description="Go on where a page ended: its `next`.")] = None,
    limit: Annotated[int, Query(ge=1, le=FLEET_PAGE_MAX, description="How many at most.")] = FLEET_PAGE_MAX,
) -> Response:
    """List stations by name with status, power and state of charge of their connectors."""
    page = await office.read(lambda connection: find_fleet(connection, after, limit))
    # What only the loop's memory knows is asked here; the writing of a thousand stations would hold it up.
    live = {row.id: _presence(office, row.id) for row in page.stations}
    return _json(await office.ask(lambda: _page_body(office, page, live)))


@router.get("/summary")
async def get_summary(
    office: TheOffice,
    since: Annotated[Instant, Query(description="From when on energy is counted.", examples=["2026-05-01T00:00:00Z"])],
) -> FleetSummary:
    """Show how many stations there are, and what has been charged since an instant."""

    def question() -> tuple[Energy, int]:
        with office.engine.connect() as connection:
            return energy_since(connection, to_ms(since)), latest_number(connection)

    energy, latest = await office.ask(question)
    connected = [session.station_id for session in office.sessions.presence]
    return FleetSummary(
        stations_known=len(office.roster),
        stations_online=sum(office.sessions.is_online(each) for each in connected),
        sessions_ended=energy.sessions,
        energy_wh=energy.energy_wh,
        latest_reading=latest,
    )


@router.get("/readings", response_model=LiveReadings)
async def list_live_readings(
    office: TheOffice,
    after: Annotated[int, Query(ge=0, le=ROW_NUMBER_MAX, description="The last number you have seen.", examples=[0])],
    station_id: StationText | None = None,
    limit: Annotated[int, Query(ge=1, le=READINGS_PAGE_MAX, description="How many at most.")] = READINGS_PAGE_MAX,
) -> Response:
    """List readings of all stations in the order in which they were written, to follow the fleet live."""

    def question() -> bytes:
        with office.engine.connect() as connection:
            items = find_readings(connection, after, station_id, limit)
        return msgspec.json.encode({"items": items, "next": items[-1].number if items else after})

    return _json(await office.ask(question))


def _presence(office: Office, station_id: str) -> tuple[bool, float | None]:
    """Whether a station is online, and for how many seconds it has been silent; None without a connection."""
    session = office.sessions.presence.find(station_id)
    silent_s = None if session is None else max(0.0, office.clock.monotonic_s() - session.heard_at_s)
    return office.sessions.is_online(station_id), silent_s


def _page_body(office: Office, page: FleetPage, live: dict[str, tuple[bool, float | None]]) -> bytes:
    now_ms = office.now_ms()
    items = [_station(office, page, row, live[row.id], now_ms) for row in page.stations]
    return msgspec.json.encode({"items": items, "next": page.stations[-1].id if page.has_more else None})


def _station(
    office: Office, page: FleetPage, row: StationRow, live: tuple[bool, float | None], now_ms: int
) -> dict[str, object]:
    is_online, silent_s = live
    seen_ms = row.last_seen_at_ms if silent_s is None else now_ms - round(silent_s * 1000)
    recognised = office.queries.recognised(row.model)
    return {
        "station_id": row.id,
        "is_online": is_online,
        "registration": row.registration,
        "vendor": row.vendor,
        "model": row.model,
        "power_kw": None if recognised is None else recognised.power_kw,
        "serial_number": row.serial_number,
        "firmware_version": row.firmware_version,
        "last_seen_at": None if seen_ms is None else from_ms(seen_ms),
        "connectors": [_connector(each) for each in page.connectors.get(row.id, ())],
        "transactions": [_transaction(each) for each in page.running.get(row.id, ())],
    }


def _connector(row: StationRow) -> dict[str, object]:
    return {
        "connector_id": row.connector_id,
        "status": row.status,
        "error_code": row.error_code,
        "vendor_error_code": row.vendor_error_code or "",
        "reported_at": from_ms(row.reported_at_ms),
    }


def _transaction(row: StationRow) -> dict[str, object]:
    return {
        "transaction_id": row.transaction_id,
        "connector_id": row.connector_id,
        "id_tag": row.id_tag,
        "started_at": from_ms(row.started_at_ms),
        "meter_start_wh": row.meter_start_wh,
        "taken_at": None if row.taken_at_ms is None else from_ms(row.taken_at_ms),
        "energy_wh": row.energy_wh,
        "power_w": row.power_w,
        "soc_percent": row.soc_percent,
    }


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
