"""The certificates that were signed for a station: what it asked for, and whether it took it."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Connection, Row

from contactor.central.api.office import TheOffice
from contactor.central.api.problem import missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import Before, Limit, Page, StationPath
from contactor.central.api.station_rows import find_station
from contactor.central.authority.certificate_rows import CertificateState, certificates_of
from contactor.central.milliseconds import from_ms

router = APIRouter(prefix=f"{API}/stations/{{station_id}}/certificates", tags=["stations"])


class CertificateBody(BaseModel):
    """A certificate that was signed for the station (SignCertificate, CertificateSigned)."""

    number: int
    asked_at: datetime
    state: CertificateState
    detail: str = Field(description="Why the station did not take it, or shows it no more.")
    subject: str = Field(examples=["CN=SN-0001,O=Chargers Ltd"])
    serial_number: str = Field(description="The certificate's own, in hexadecimal.")
    valid_until: datetime
    ended_at: datetime | None
    chain: str = Field(description="PEM, the station's certificate first.")

    @classmethod
    def of(cls, row: Row[*tuple[Any, ...]]) -> "CertificateBody":  # Any: as SQLAlchemy types a whole row's columns
        """The body of a row."""
        return cls(
            number=row.id,
            asked_at=from_ms(row.asked_at_ms),
            state=row.state,
            detail=row.detail,
            subject=row.subject,
            serial_number=row.serial_number,
            valid_until=from_ms(row.valid_until_ms),
            ended_at=None if row.ended_at_ms is None else from_ms(row.ended_at_ms),
            chain=row.chain,
        )


@router.get("")
async def list_certificates(
    office: TheOffice, station_id: StationPath, before: Before = None, limit: Limit = 100
) -> Page[CertificateBody]:
    """List the certificates that were signed for a station, the newest first."""

    def question(connection: Connection) -> list[CertificateBody] | None:
        if find_station(connection, station_id) is None:
            return None
        return [CertificateBody.of(row) for row in certificates_of(connection, station_id, before, limit + 1)]

    found = await office.read(question)
    if found is None:
        raise missing("station", "station_id", station_id)
    return Page(items=found[:limit], next=found[limit - 1].number if len(found) > limit else None)
