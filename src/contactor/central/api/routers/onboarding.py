"""On-boarding: stations that knock are approved or refused, and Pending ones led to being accepted."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection, Row, select, update

from contactor.central.api.audit_rows import note_deed
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.person import Person, ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routers.stations import KeyText, NewStation, NewStationBody, register_station
from contactor.central.api.routes import API
from contactor.central.api.shapes import Body, Limit, Page, StationPath, StationText
from contactor.central.api.station_rows import find_station
from contactor.central.care.onboarding import (
    OnboardingRow,
    OnboardingState,
    Stage,
    begin_onboarding,
    end_onboarding,
    find_onboarding,
)
from contactor.central.knocks import forget_knock
from contactor.central.milliseconds import from_ms
from contactor.central.security_mode import SecurityMode
from contactor.central.store import schema
from contactor.central.store.care_tables import knocks, onboardings
from contactor.ocpp.enumerations import RegistrationStatus

router = APIRouter(prefix=API, tags=["on-boarding"])

IdentityPath = Annotated[StationText, Path(examples=["AMS-07"])]


class KnockBody(BaseModel):
    """Somebody who came by a name that is not registered, and was turned away."""

    identity: str = Field(examples=["AMS-07"])
    address: str = Field(description="From where, the last time.")
    first_at: datetime
    last_at: datetime
    times: int
    is_refused: bool

    @classmethod
    def of(cls, row: Row[*tuple[Any, ...]]) -> "KnockBody":  # Any: a row's columns are known by name only
        """The body of a row."""
        return cls(
            identity=row.identity,
            address=row.address,
            first_at=from_ms(row.first_at_ms),
            last_at=from_ms(row.last_at_ms),
            times=row.times,
            is_refused=row.is_refused,
        )


class Approval(Body):
    """How a station that knocked is taken in."""

    registration: RegistrationStatus = RegistrationStatus.PENDING
    security: SecurityMode | None = Field(default=None, description="How it connects, if not as the settings say.")
    key: KeyText | None = None
    generate_key: bool = Field(default=False, description="Make a random key and show it in the answer, once.")
    onboard: bool = Field(default=False, description="Lead it to being accepted by itself; it must be Pending.")
    rotate_key: bool = Field(default=False, description="Begin that with a fresh key.")


class OnboardingChange(Body):
    """How a station is led to being accepted."""

    rotate_key: bool = Field(default=False, description="Begin with a fresh key.")


class OnboardingBody(BaseModel):
    """A station's latest on-boarding."""

    station_id: str = Field(examples=["AMS-07"])
    state: OnboardingState
    stage: Stage
    detail: str = Field(description="Why it failed.")
    rotates_key: bool
    started_by: str
    started_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: OnboardingRow) -> "OnboardingBody":
        """The body of a row."""
        return cls(
            station_id=row.station_id,
            state=OnboardingState(row.state),
            stage=Stage(row.stage),
            detail=row.detail,
            rotates_key=row.rotates_key,
            started_by=row.started_by,
            started_at=from_ms(row.started_at_ms),
            ended_at=None if row.ended_at_ms is None else from_ms(row.ended_at_ms),
        )


# --- Who knocked --------------------------------------------------------------------------------------------------


@router.get("/knocks")
async def list_knocks(
    office: TheOffice,
    refused: Annotated[bool, Query(description="Those that were refused, in place of those that wait.")] = False,
    after: Annotated[StationText | None, Query(description="Go on where a page ended: its `next`.")] = None,
    limit: Limit = 100,
) -> Page[KnockBody]:
    """List who knocked and is not registered."""
    query = select(knocks).where(knocks.c.is_refused == refused, knocks.c.identity.not_in(select(schema.stations.c.id)))
    if after is not None:
        query = query.where(knocks.c.identity > after)
    ordered = query.order_by(knocks.c.identity).limit(limit + 1)
    rows = await office.read(lambda connection: connection.execute(ordered).all())
    items = [KnockBody.of(row) for row in rows[:limit]]
    return Page(items=items, next=items[-1].identity if len(rows) > limit else None)


@router.post("/knocks/{identity}/approve", status_code=201)
async def approve(
    office: TheOffice, person: ThePerson, identity: IdentityPath, approval: Approval, response: Response
) -> NewStationBody:
    """Register a station that knocked; it is let in when it comes again."""
    if approval.onboard and approval.registration is not RegistrationStatus.PENDING:
        value = approval.registration.value
        raise Problem(422, "only a Pending station is led to being accepted", field="registration", value=value)
    await _require_knock(office, identity)
    new = NewStation(
        station_id=identity,
        registration=approval.registration,
        security=approval.security,
        key=approval.key,
        generate_key=approval.generate_key,
    )
    body = await register_station(office, person, new, response)

    def work(connection: Connection) -> None:
        forget_knock(connection, identity)
        if approval.onboard:
            _begin(connection, office, person, identity, rotates_key=approval.rotate_key)

    await office.write(work)
    return body


@router.post("/knocks/{identity}/refuse")
async def refuse(office: TheOffice, person: ThePerson, identity: IdentityPath) -> KnockBody:
    """Take a name off the list of those that wait; it is turned away as before."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> KnockBody | Problem:
        own = knocks.c.identity == identity
        connection.execute(update(knocks).where(own).values(is_refused=True))
        row = connection.execute(select(knocks).where(own)).one_or_none()
        if row is None:
            return missing("knock", "identity", identity)
        note_deed(connection, person.did(now_ms, "knock.refuse", f"station {identity}"))
        return KnockBody.of(row)

    return await office.write(work)


@router.delete("/knocks/{identity}", status_code=204)
async def forget(office: TheOffice, person: ThePerson, identity: IdentityPath) -> None:
    """Forget that somebody knocked."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        if not forget_knock(connection, identity):
            return missing("knock", "identity", identity)
        note_deed(connection, person.did(now_ms, "knock.forget", f"station {identity}"))
        return None

    await office.write(work)


# --- Who is on the way --------------------------------------------------------------------------------------------


@router.get("/onboardings")
async def list_onboardings(
    office: TheOffice,
    state: OnboardingState | None = None,
    after: Annotated[StationText | None, Query(description="Go on where a page ended: its `next`.")] = None,
    limit: Limit = 100,
) -> Page[OnboardingBody]:
    """List each station's latest on-boarding."""
    query = select(onboardings).order_by(onboardings.c.station_id).limit(limit + 1)
    if state is not None:
        query = query.where(onboardings.c.state == state.value)
    if after is not None:
        query = query.where(onboardings.c.station_id > after)
    rows = await office.read(lambda connection: connection.execute(query).all())
    items = [OnboardingBody.of(row) for row in rows[:limit]]
    return Page(items=items, next=items[-1].station_id if len(rows) > limit else None)


@router.get("/stations/{station_id}/onboarding")
async def get_onboarding(office: TheOffice, station_id: StationPath) -> OnboardingBody:
    """Show a station's latest on-boarding."""
    row = await office.read(lambda connection: find_onboarding(connection, station_id))
    if row is None:
        raise missing("on-boarding of station", "station_id", station_id)
    return OnboardingBody.of(row)


@router.post("/stations/{station_id}/onboarding", status_code=201)
async def onboard(
    office: TheOffice, person: ThePerson, station_id: StationPath, change: OnboardingChange
) -> OnboardingBody:
    """Lead a Pending station to being accepted: its key if asked, its configuration, its boot."""

    def work(connection: Connection) -> OnboardingBody | Problem:
        station = find_station(connection, station_id)
        if station is None:
            return missing("station", "station_id", station_id)
        if station.registration != RegistrationStatus.PENDING:
            detail = f"the station is {station.registration}; only a Pending one is led to being accepted"
            return Problem(409, detail, field="station_id", value=station_id)
        _begin(connection, office, person, station_id, rotates_key=change.rotate_key)
        row = find_onboarding(connection, station_id)
        assert row is not None
        return OnboardingBody.of(row)

    return await office.write(work)


@router.delete("/stations/{station_id}/onboarding")
async def stop_onboarding(office: TheOffice, person: ThePerson, station_id: StationPath) -> OnboardingBody:
    """Stop an on-boarding; the station stays as it is."""
    now = office.clock.now()

    def work(connection: Connection) -> OnboardingBody | Problem:
        row = find_onboarding(connection, station_id)
        if row is None:
            return missing("on-boarding of station", "station_id", station_id)
        if row.state != OnboardingState.RUNNING:
            return Problem(409, f"the on-boarding is {row.state} already", field="station_id", value=station_id)
        end_onboarding(connection, station_id, OnboardingState.STOPPED, f"stopped by {person.name}", now)
        note_deed(connection, person.did(office.now_ms(), "station.stop_onboarding", f"station {station_id}"))
        after = find_onboarding(connection, station_id)
        assert after is not None
        return OnboardingBody.of(after)

    return await office.write(work)


def _begin(connection: Connection, office: Office, person: Person, station_id: str, *, rotates_key: bool) -> None:
    begin_onboarding(connection, station_id, rotates_key=rotates_key, by=person.name, at=office.clock.now())
    deed = person.did(office.now_ms(), "station.onboard", f"station {station_id}", rotate_key=rotates_key)
    note_deed(connection, deed)


async def _require_knock(office: Office, identity: str) -> None:
    query = select(knocks.c.identity).where(knocks.c.identity == identity)
    if await office.read(lambda connection: connection.execute(query).first()) is None:
        raise missing("knock", "identity", identity)
