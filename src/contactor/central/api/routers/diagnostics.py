"""Diagnostics: one call has a station bring them, and the archive lies beside it from then on."""

from fastapi import APIRouter, Response
from sqlalchemy import Connection
from starlette.responses import StreamingResponse

from contactor.base.ids import StationId
from contactor.central.api.audit_rows import note_deed
from contactor.central.api.file_locations import location_of
from contactor.central.api.file_shapes import DiagnosticsBody, NewDiagnostics
from contactor.central.api.intake import give_out
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routers.commands import problem_of
from contactor.central.api.routes import API
from contactor.central.api.shapes import Before, Limit, NumberPath, Page, StationPath
from contactor.central.api.station_rows import find_station
from contactor.central.commands.command import CommandRefused, Order, QueueFull
from contactor.central.files.diagnostics_rows import (
    Diagnostics,
    add_diagnostics,
    delete_diagnostics,
    find_diagnostics,
    find_diagnostics_of,
    note_command,
)
from contactor.central.files.place import LIFETIME_MS, PlaceKey
from contactor.central.files.place_rows import add_place

router = APIRouter(prefix=f"{API}/diagnostics", tags=["files"])
station_router = APIRouter(prefix=f"{API}/stations/{{station_id}}/diagnostics", tags=["files"])


@station_router.post("", status_code=201)
async def order_diagnostics(
    office: TheOffice, person: ThePerson, station_id: StationPath, new: NewDiagnostics, response: Response
) -> DiagnosticsBody:
    """Have a station bring its diagnostics: makes a place for them, and orders GetDiagnostics with its address."""
    key, now_ms = PlaceKey.fresh(), office.now_ms()
    location = location_of(office, new.via, key)
    expires_at_ms = now_ms + round((new.wait_for_station_s or 0) * 1000) + LIFETIME_MS

    def work(connection: Connection) -> int | Problem:
        if find_station(connection, station_id) is None:
            return missing("station", "station_id", station_id)
        number = add_diagnostics(connection, station_id, by=person.name, why=new.why, now_ms=now_ms)
        add_place(connection, key, station_id, expires_at_ms=expires_at_ms, diagnostics_id=number)
        return number

    number = await office.write(work)
    command_id = await _order(office, person.name, number, station_id, new, location)
    deed = person.did(now_ms, "diagnostics.order", f"station {station_id}", diagnostics=number, command=command_id)

    def done(connection: Connection) -> None:
        note_command(connection, number, command_id)
        note_deed(connection, deed)

    await office.write(done)
    response.headers["Location"] = f"{API}/diagnostics/{number}"
    return DiagnosticsBody.of(await _found(office, number))


@station_router.get("")
async def list_diagnostics(
    office: TheOffice, station_id: StationPath, before: Before = None, limit: Limit = 100
) -> Page[DiagnosticsBody]:
    """List a station's diagnostics, the newest first."""
    now_ms = office.now_ms()

    def question(connection: Connection) -> list[Diagnostics] | None:
        if find_station(connection, station_id) is None:
            return None
        return find_diagnostics_of(connection, station_id, before, limit + 1, now_ms)

    found = await office.read(question)
    if found is None:
        raise missing("station", "station_id", station_id)
    items = [DiagnosticsBody.of(each) for each in found[:limit]]
    return Page(items=items, next=items[-1].diagnostics_id if len(found) > limit else None)


@router.get("/{diagnostics_id}")
async def get_diagnostics(office: TheOffice, diagnostics_id: NumberPath) -> DiagnosticsBody:
    """Show how far diagnostics have come."""
    return DiagnosticsBody.of(await _found(office, diagnostics_id))


@router.get("/{diagnostics_id}/file", response_class=Response)
async def get_archive(office: TheOffice, diagnostics_id: NumberPath) -> Response:
    """Download the archive as the station brought it."""
    found = await _found(office, diagnostics_id)
    if found.content is None:
        detail = f"there is no file: it is {found.state}"
        raise Problem(404, f"{detail}; {found.detail}".removesuffix("; "), field="diagnostics_id", value=diagnostics_id)
    headers = {
        "Content-Length": str(found.content.size_bytes),
        "Content-Disposition": f'attachment; filename="{found.file_name}"',
    }
    return StreamingResponse(give_out(office, found.content), media_type="application/octet-stream", headers=headers)


@router.delete("/{diagnostics_id}", status_code=204)
async def remove_diagnostics(office: TheOffice, person: ThePerson, diagnostics_id: NumberPath) -> None:
    """Remove diagnostics and their archive; a file that comes later is refused."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        found = find_diagnostics(connection, diagnostics_id, now_ms)
        if found is None:
            return missing("diagnostics", "diagnostics_id", diagnostics_id)
        delete_diagnostics(connection, found)
        note_deed(
            connection,
            person.did(now_ms, "diagnostics.remove", f"diagnostics {diagnostics_id}", station=found.station_id),
        )
        return None

    await office.write(work)


async def _order(office: Office, by: str, number: int, station_id: str, new: NewDiagnostics, location: str) -> int:
    """Order it from the desk; an order that is refused leaves nothing behind."""
    payload = new.payload(location)
    order = Order(StationId(station_id), "GetDiagnostics", payload, by=by, why=new.why, wait_s=new.wait_for_station_s)
    try:
        return (await office.desk.submit(order)).command_id
    except (CommandRefused, QueueFull) as error:
        await office.write(lambda connection: delete_diagnostics(connection, _require(connection, office, number)))
        raise problem_of(error, payload) from error


def _require(connection: Connection, office: Office, number: int) -> Diagnostics:
    found = find_diagnostics(connection, number, office.now_ms())
    assert found is not None, "it was written a moment ago"
    return found


async def _found(office: Office, diagnostics_id: int) -> Diagnostics:
    now_ms = office.now_ms()
    found = await office.read(lambda connection: find_diagnostics(connection, diagnostics_id, now_ms))
    if found is None:
        raise missing("diagnostics", "diagnostics_id", diagnostics_id)
    return found
