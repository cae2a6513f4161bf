"""The central system itself: what runs, on which database, and what waits."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from contactor import __version__
from contactor.central.api.office import TheOffice
from contactor.central.api.routes import API

router = APIRouter(prefix=f"{API}/system", tags=["system"])


class SystemBody(BaseModel):
    """The central system as it runs."""

    version: str = Field(examples=["0.1.0"])
    database: str = Field(examples=["sqlite"], description="Which kind; where it is, the settings know.")
    stations_known: int
    stations_connected: int
    stations_online: int
    writer_waiting: int = Field(description="How much waits to be written.")


@router.get("")
async def get_system(office: TheOffice) -> SystemBody:
    """Show what runs."""
    connected = [session.station_id for session in office.sessions.presence]
    return SystemBody(
        version=__version__,
        database=office.engine.dialect.name,
        stations_known=len(office.roster),
        stations_connected=len(connected),
        stations_online=sum(office.sessions.is_online(each) for each in connected),
        writer_waiting=office.writer.waiting,
    )
