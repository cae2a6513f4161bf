"""Connectors: what each was last known to do."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Connection, Row

from contactor.central.api.office import TheOffice
from contactor.central.api.problem import missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import StationPath
from contactor.central.api.station_rows import find_connectors, find_station
from contactor.central.milliseconds import from_ms

router = APIRouter(prefix=f"{API}/stations/{{station_id}}/connectors", tags=["stations"])


class ConnectorBody(BaseModel):
    """A connector; number 0 is the station as a whole."""

    connector_id: int = Field(examples=[1])
    # Texts and not OCPP's lists: stations invent words, and theirs are shown.
    status: str = Field(description="OCPP's word, or the station's own.", examples=["Charging"])
    error_code: str = Field(description="OCPP's word, or the station's own.", examples=["NoError"])
    vendor_error_code: str = Field(examples=["0x100202"])
    reported_at: datetime

    @classmethod
    def of(cls, row: Row[*tuple[Any, ...]]) -> "ConnectorBody":  # Any: a row's columns are known by name only
        """The connector of a row."""
        return cls(
            connector_id=row.connector_id,
            status=row.status,
            error_code=row.error_code,
            vendor_error_code=row.vendor_error_code or "",
            reported_at=from_ms(row.reported_at_ms),
        )


@router.get("")
async def list_connectors(office: TheOffice, station_id: StationPath) -> list[ConnectorBody]:
    """List a station's connectors that have reported a status."""

    def question(connection: Connection) -> list[ConnectorBody] | None:
        if find_station(connection, station_id) is None:
            return None
        return [ConnectorBody.of(row) for row in find_connectors(connection, [station_id]).get(station_id, [])]

    found = await office.read(question)
    if found is None:
        raise missing("station", "station_id", station_id)
    return found
