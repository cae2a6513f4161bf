"""Quirks: what a station sends against the letter of OCPP, and how often."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from contactor.central.api.office import TheOffice
from contactor.central.api.problem import missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import StationPath
from contactor.central.api.station_rows import find_station
from contactor.central.views import QuirkView
from contactor.ocpp.oddity import MEANINGS, OddityKind

router = APIRouter(prefix=f"{API}/stations/{{station_id}}/quirks", tags=["stations"])


class QuirkBody(BaseModel):
    """One kind of departure at one field; the example is the first value seen, shortened."""

    kind: OddityKind
    meaning: str
    field: str = Field(examples=["StatusNotification.errorCode"])
    example: str = Field(examples=['"Error"'])
    first_seen_at: datetime
    last_seen_at: datetime
    times: int = Field(description="How often; brought up to date once a minute.")

    @classmethod
    def of(cls, quirk: QuirkView) -> "QuirkBody":
        """The body of a view."""
        return cls(
            kind=quirk.kind,
            meaning=MEANINGS[quirk.kind],
            field=quirk.field,
            example=quirk.example,
            first_seen_at=quirk.first_seen_at,
            last_seen_at=quirk.last_seen_at,
            times=quirk.times,
        )


@router.get("")
async def list_quirks(office: TheOffice, station_id: StationPath) -> list[QuirkBody]:
    """List what a station does oddly; every message concerned was read and answered all the same."""

    def is_known(connection: Connection) -> bool:
        return find_station(connection, station_id) is not None

    if not await office.read(is_known):
        raise missing("station", "station_id", station_id)
    return [QuirkBody.of(each) for each in await office.ask(lambda: office.queries.quirks(station_id))]
