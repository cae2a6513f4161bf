"""The exchange: where stations bring and fetch files, each at a place of its own that opens for one file."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from sqlalchemy import Connection
from starlette.responses import StreamingResponse

from contactor.central.api.file_shapes import FilePath, PlacePath
from contactor.central.api.intake import give_out, take_in
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.problem import Problem
from contactor.central.api.routes import API
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.files.content_rows import Content
from contactor.central.files.diagnostics_rows import note_arrival
from contactor.central.files.image_rows import find_image
from contactor.central.files.place import Place
from contactor.central.files.place_rows import close_place, enter_place, find_place
from contactor.central.milliseconds import from_ms
from contactor.central.store.port import WriterFull, WriterStopped

router = APIRouter(prefix=f"{API}/exchange/{{place}}", tags=["files"])

Key = Annotated[HTTPBasicCredentials | None, Depends(HTTPBasic(auto_error=False))]


@router.put("/{file_name}", status_code=201, response_class=Response)
async def bring_file(office: TheOffice, request: Request, key: Key, place: PlacePath, file_name: FilePath) -> Response:
    """Bring the file that a place was made for; for stations, with the place's own name and password."""
    entered = await _enter(office, place, key, is_upload=True)
    now_ms = office.now_ms()

    def finish(connection: Connection, content: Content) -> Problem | None:
        assert entered.diagnostics_id is not None
        if not close_place(connection, entered.place_id, now_ms):
            return Problem(410, "a file has passed here, and each place serves one")
        if not note_arrival(connection, entered.diagnostics_id, file_name, content, now_ms):
            return Problem(410, "nobody waits for this file any more")
        facts = {
            "diagnostics_id": entered.diagnostics_id,
            "file_name": file_name,
            "size_bytes": content.size_bytes,
            "sha256": content.sha256,
        }
        record_event(connection, EventKind.DIAGNOSTICS_ARRIVED, entered.station_id, from_ms(now_ms), facts)
        return None

    await take_in(office, request.stream(), office.settings.file_bytes_max, finish)
    office.feed.ring()
    return Response(status_code=201)


@router.get("/{file_name}", response_class=Response)
async def fetch_file(office: TheOffice, key: Key, place: PlacePath, file_name: FilePath) -> Response:
    """Fetch the file that a place was made for; for stations, with the place's own name and password."""
    entered = await _enter(office, place, key, is_upload=False)
    assert entered.image_id is not None
    image_id = entered.image_id
    image = await office.read(lambda connection: find_image(connection, image_id))
    if image is None or image.file_name != file_name:
        raise Problem(404, "this place has no such file", field="file_name", value=file_name)
    pieces = give_out(office, image.content, lambda: _close(office, entered))
    length = {"Content-Length": str(image.content.size_bytes)}
    return StreamingResponse(pieces, media_type="application/octet-stream", headers=length)


async def _enter(office: Office, name: str, key: HTTPBasicCredentials | None, *, is_upload: bool) -> Place:
    """The place, for who has its key; whether there is one is told to nobody else."""
    place = await office.read(lambda connection: find_place(connection, name))
    if place is None or key is None or not place.opens_with(key.username, key.password):
        raise Problem(401, "name the place and its password", headers={"WWW-Authenticate": 'Basic realm="exchange"'})
    if is_upload != (place.diagnostics_id is not None):
        raise Problem(405, "files are only brought here" if place.image_id is None else "files are only fetched here")
    why_closed = place.why_closed(office.now_ms())
    if why_closed is not None:
        raise Problem(410, why_closed)
    if not await office.write(lambda connection: enter_place(connection, place.place_id)):
        raise Problem(410, "too many transfers were begun here")
    return place


def _close(office: Office, place: Place) -> None:
    now_ms = office.now_ms()
    try:
        office.writer.write(lambda connection: close_place(connection, place.place_id, now_ms), lambda _outcome: None)
    except (WriterFull, WriterStopped):
        office.log.warning("a place stays open until its time is over", place=place.name)
