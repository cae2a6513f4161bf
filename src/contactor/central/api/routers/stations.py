"""Stations: listed, registered, accepted or turned away, given keys, and removed."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi import Body as BodyField
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from contactor.base.ids import StationId
from contactor.central.api.audit_rows import note_deed
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routers.connectors import ConnectorBody
from contactor.central.api.routes import API
from contactor.central.api.shapes import Body, IfMatch, Limit, Page, ShortText, StationPath, StationText, require_match
from contactor.central.api.station_rows import (
    StationFilter,
    StationRow,
    count_transactions,
    delete_station,
    etag_of,
    find_connectors,
    find_station,
    find_stations,
    insert_station,
    set_key,
    set_registration,
    set_security,
)
from contactor.central.api.tickets import fresh_station_key, salted
from contactor.central.credentials import KeyDigest
from contactor.central.milliseconds import from_ms
from contactor.central.roster import Member
from contactor.central.security_mode import SecurityMode
from contactor.guide.entries import OutletKind
from contactor.ocpp.enumerations import RegistrationStatus

SERVICE_RESTART = 1012

router = APIRouter(prefix=f"{API}/stations", tags=["stations"])

KeyText = Annotated[
    str,
    Field(
        pattern=r"^([0-9a-fA-F]{2}){16,20}$",
        description="AuthorizationKey: 16 to 20 bytes in hexadecimal. It is not told again.",
        examples=["00112233445566778899aabbccddeeff"],
    ),
]


_SECURITY = "What it must show to be let in; without one, the setting least_security holds."


class StationBody(BaseModel):
    """A station: what the operator keeps of it, what it said of itself, and its connectors."""

    station_id: str = Field(examples=["RDAM-01"])
    registration: RegistrationStatus
    is_online: bool
    has_key: bool
    security: SecurityMode | None = Field(None, description=_SECURITY)
    vendor: str | None
    model: str | None
    serial_number: str | None
    firmware_version: str | None
    product: str | None = Field(description="The product the model belongs to, where the guide's catalogue has it.")
    power_kw: int | None
    outlets: list[OutletKind] = Field(description="In the order of the connectors.")
    created_at: datetime
    booted_at: datetime | None
    last_seen_at: datetime | None
    connectors: list[ConnectorBody]
    etag: str = Field(description="What If-Match must name to change it.")


class NewStation(Body):
    """A station to register; without a key it is let in without a password."""

    station_id: StationText = Field(examples=["RDAM-01"])
    registration: RegistrationStatus = RegistrationStatus.ACCEPTED
    security: SecurityMode | None = Field(None, description=_SECURITY)
    key: KeyText | None = None
    generate_key: bool = Field(False, description="Make a random key and show it in the answer, once.")


class StationChange(Body):
    """What can be changed; what is left out stays as it is."""

    registration: RegistrationStatus | None = None
    security: SecurityMode | Literal["default"] | None = Field(
        None, description=f'{_SECURITY} "default" takes it back.'
    )


class KeyChange(Body):
    """A key for the station; without one a random one is made."""

    key: KeyText | None = None


class KeyShown(BaseModel):
    """A key that was made; it is shown here and never again."""

    station_id: str
    key: str | None = Field(description="In hexadecimal; null if you gave it yourself.")


class NewStationBody(StationBody):
    """The station as registered, and its key if one was made."""

    key: str | None = None


@router.get("")
async def list_stations(
    office: TheOffice,
    text: Annotated[ShortText | None, Query(description="Part of an id, vendor, model or serial number.")] = None,
    registration: RegistrationStatus | None = None,
    vendor: ShortText | None = None,
    model: ShortText | None = None,
    online: Annotated[bool | None, Query(description="Only those that are, or are not, online.")] = None,
    after: Annotated[StationText | None, Query(description="Go on where a page ended: its `next`.")] = None,
    limit: Limit = 100,
) -> Page[StationBody]:
    """List stations by name."""
    wanted = StationFilter(text, registration, vendor, model, after)

    def question(connection: Connection) -> tuple[list[StationRow], dict[str, list[StationRow]], bool]:
        # Who is online only the loop's memory knows; a fleet's rows fit in ours.
        rows = find_stations(connection, wanted, None if online is not None else limit + 1)
        if online is not None:
            rows = [row for row in rows if (row.id in online_ids) is online]
        shown = rows[:limit]
        return shown, find_connectors(connection, [row.id for row in shown]), len(rows) > limit

    online_ids = {session.station_id for session in office.sessions.presence if _is_online(office, session.station_id)}
    rows, connectors, has_more = await office.read(question)
    items = [_body(office, row, connectors.get(row.id, [])) for row in rows]
    return Page(items=items, next=items[-1].station_id if has_more else None)


@router.post("", status_code=201)
async def register_station(office: TheOffice, person: ThePerson, new: NewStation, response: Response) -> NewStationBody:
    """Register a station, so that it may connect."""
    if new.key is not None and new.generate_key:
        raise Problem(422, "give a key or have one made, not both", field="generate_key", value=True)
    made = fresh_station_key() if new.generate_key else None
    key = made if new.key is None else bytes.fromhex(new.key)
    digest = None if key is None else salted(key)
    now_ms = office.now_ms()

    def work(connection: Connection) -> StationRow | Problem:
        if find_station(connection, new.station_id) is not None:
            return Problem(409, "the station is registered already", field="station_id", value=new.station_id)
        insert_station(connection, new.station_id, new.registration, digest, now_ms)
        set_security(connection, new.station_id, new.security)
        facts = {"registration": new.registration.value, "has_key": digest is not None, "security": new.security}
        note_deed(connection, person.did(now_ms, "station.register", f"station {new.station_id}", **facts))
        row = find_station(connection, new.station_id)
        assert row is not None
        return row

    row = await office.write(work)
    office.roster.put(Member(StationId(new.station_id), new.registration, digest, security=new.security))
    body = _body(office, row, [])
    response.headers["ETag"] = body.etag
    return NewStationBody(**body.model_dump(), key=None if made is None else made.hex())


@router.get("/{station_id}")
async def get_station(office: TheOffice, station_id: StationPath, response: Response) -> StationBody:
    """Show a station."""
    body = await _shown(office, station_id)
    response.headers["ETag"] = body.etag
    return body


@router.patch("/{station_id}")
async def change_station(
    office: TheOffice,
    person: ThePerson,
    station_id: StationPath,
    change: StationChange,
    response: Response,
    if_match: IfMatch = None,
) -> StationBody:
    """Accept a station, let it wait, or turn it away, and say what it must show to be let in.

    It is disconnected if it must boot again, or show more, because of it.
    """
    now_ms = office.now_ms()
    if change.registration is None and change.security is None:
        raise Problem(422, "nothing is to be changed", field="registration")

    def work(connection: Connection) -> Problem | None:
        row = _seen(connection, station_id, if_match)
        if isinstance(row, Problem):
            return row
        facts: dict[str, object] = {}
        if change.registration is not None:
            set_registration(connection, station_id, change.registration)
            facts.update(before=row.registration, after=change.registration.value)
        if change.security is not None:
            set_security(connection, station_id, security)
            facts.update(security_before=row.security, security_after=security)
        note_deed(connection, person.did(now_ms, "station.change", f"station {station_id}", **facts))
        return None

    security = None if change.security == "default" else change.security
    await office.write(work)
    if change.registration is not None:
        _tell_roster(office, station_id, change.registration)
    if change.security is not None:
        _demand(office, station_id, security)
    body = await _shown(office, station_id)
    response.headers["ETag"] = body.etag
    return body


@router.delete("/{station_id}", status_code=204)
async def remove_station(
    office: TheOffice, person: ThePerson, station_id: StationPath, if_match: IfMatch = None
) -> None:
    """Remove a station that has no transactions; one that has can be turned away by its registration."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        row = _seen(connection, station_id, if_match)
        if isinstance(row, Problem):
            return row
        count = count_transactions(connection, station_id)
        if count:
            detail = f"the ledger holds {count} transactions of the station; set its registration to Rejected instead"
            return Problem(409, detail, field="station_id", value=station_id)
        delete_station(connection, station_id)
        note_deed(connection, person.did(now_ms, "station.remove", f"station {station_id}"))
        return None

    await office.write(work)
    office.roster.remove(StationId(station_id))
    _disconnect(office, station_id, "the station was removed")


@router.post("/{station_id}/key")
async def set_station_key(
    office: TheOffice,
    person: ThePerson,
    station_id: StationPath,
    change: Annotated[KeyChange, BodyField()],
    if_match: IfMatch = None,
) -> KeyShown:
    """Set the key by which the station is let in from its next connection on.

    The station is told nothing: use this for a key that is set at the station by hand, and `key-rotation` to have the
    central system change it at both ends.
    """
    made = fresh_station_key() if change.key is None else None
    key = made if change.key is None else bytes.fromhex(change.key)
    assert key is not None
    await _write_key(office, person, station_id, if_match, salted(key))
    return KeyShown(station_id=station_id, key=None if made is None else made.hex())


@router.delete("/{station_id}/key", status_code=204)
async def remove_station_key(
    office: TheOffice, person: ThePerson, station_id: StationPath, if_match: IfMatch = None
) -> None:
    """Let the station in without a password from its next connection on."""
    await _write_key(office, person, station_id, if_match, None)


async def _write_key(
    office: Office, person: ThePerson, station_id: str, if_match: str | None, digest: KeyDigest | None
) -> None:
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        row = _seen(connection, station_id, if_match)
        if isinstance(row, Problem):
            return row
        set_key(connection, station_id, digest)
        what = "station.remove_key" if digest is None else "station.set_key"
        note_deed(connection, person.did(now_ms, what, f"station {station_id}"))
        return None

    await office.write(work)
    member = office.roster.find(station_id)
    if member is not None:
        office.roster.put(replace(member, key=digest, pending_keys=()))


def _seen(connection: Connection, station_id: str, if_match: str | None) -> StationRow | Problem:
    row = find_station(connection, station_id)
    if row is None:
        return missing("station", "station_id", station_id)
    return require_match(if_match, etag_of(row)) or row


async def _shown(office: Office, station_id: str) -> StationBody:
    def question(connection: Connection) -> tuple[StationRow | None, list[StationRow]]:
        return find_station(connection, station_id), find_connectors(connection, [station_id]).get(station_id, [])

    row, connectors = await office.read(question)
    if row is None:
        raise missing("station", "station_id", station_id)
    return _body(office, row, connectors)


def _tell_roster(office: Office, station_id: str, registration: RegistrationStatus) -> None:
    member = office.roster.find(station_id)
    if member is None or member.registration is registration:
        return
    was_accepted = member.was_accepted and registration is RegistrationStatus.ACCEPTED
    office.roster.put(replace(member, registration=registration, was_accepted=was_accepted))
    _disconnect(office, station_id, f"the registration is {registration} now: boot again")


def _demand(office: Office, station_id: str, security: SecurityMode | None) -> None:
    member = office.roster.find(station_id)
    if member is None or member.security is security:
        return
    office.roster.put(replace(member, security=security))
    _disconnect(office, station_id, "what the station must show has changed: connect again")


def _disconnect(office: Office, station_id: str, reason: str) -> None:
    session = office.sessions.find(station_id)
    if session is not None:
        session.end(SERVICE_RESTART, reason)


def _is_online(office: Office, station_id: str) -> bool:
    return office.sessions.is_online(station_id)


def _body(office: Office, row: StationRow, connectors: list[StationRow]) -> StationBody:
    known = office.queries.recognised(row.model)
    return StationBody(
        station_id=row.id,
        registration=RegistrationStatus(row.registration),
        is_online=_is_online(office, row.id),
        has_key=row.key_hash is not None,
        security=row.security,
        vendor=row.vendor,
        model=row.model,
        serial_number=row.serial_number,
        firmware_version=row.firmware_version,
        product=None if known is None else known.product,
        power_kw=None if known is None else known.power_kw,
        outlets=[] if known is None else list(known.outlets),
        created_at=from_ms(row.created_at_ms),
        booted_at=None if row.booted_at_ms is None else from_ms(row.booted_at_ms),
        last_seen_at=None if row.last_seen_at_ms is None else from_ms(row.last_seen_at_ms),
        connectors=[ConnectorBody.of(each) for each in connectors],
        etag=etag_of(row),
    )
