"""The central system itself: what runs, on which database, and what waits."""

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from contactor import __version__
from contactor.base.errors import BadSetting
from contactor.central.api.audit_rows import note_deed
from contactor.central.api.office import TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem
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
    items_written: int = Field(description="How much was written since the start; each in a commit with others.")
    commits: int = Field(description="How many commits that took.")
    requests_answered: int = Field(description="Requests of stations since the start.")
    answering_s: float = Field(description="For how long stations waited for all those answers together.")
    warnings: list[str] = Field(description="What will not do for long, such as certificates that end soon.")


@router.get("")
async def get_system(office: TheOffice) -> SystemBody:
    """Show what runs."""
    connected = [session.station_id for session in office.sessions.presence]
    batches, answers = office.writer.batches, office.traffic.answers_s
    return SystemBody(
        version=__version__,
        database=office.engine.dialect.name,
        stations_known=len(office.roster),
        stations_connected=len(connected),
        stations_online=sum(office.sessions.is_online(each) for each in connected),
        writer_waiting=office.writer.waiting,
        items_written=round(batches.total),
        commits=batches.count,
        requests_answered=answers.count,
        answering_s=round(answers.total, 3),
        warnings=office.certificates.ending(office.clock.now()),
    )


class CertificatesBody(BaseModel):
    """The files that were read again."""

    files: list[str] = Field(examples=[["/etc/contactor/central.pem", "/etc/contactor/central.key"]])


@router.post("/certificates")
async def renew_certificates(office: TheOffice, person: ThePerson) -> CertificatesBody:
    """Read all certificates again; connections stay, and new ones see the new certificates.

    It also happens by itself when a file changes. Where a file cannot be used, 409 says why, and the old is served on.
    """
    try:
        files = office.certificates.renew()
    except BadSetting as error:
        raise Problem(409, f"the old certificates are served on: {error}", field="certificates") from error
    now_ms = office.now_ms()

    def work(connection: Connection) -> None:
        note_deed(connection, person.did(now_ms, "system.renew_certificates", "certificates", files=len(files)))

    await office.write(work)
    return CertificatesBody(files=files)
