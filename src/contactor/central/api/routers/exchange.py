"""The exchange: where stations bring and fetch files, each at a place of its own that opens for one file."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from starlette.responses import StreamingResponse

from contactor.central.api.file_shapes import FilePath, PlacePath
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.places import bring, enter, fetch, find_open, image_at
from contactor.central.api.problem import Problem
from contactor.central.api.routes import API
from contactor.central.files.place import Place

router = APIRouter(prefix=f"{API}/exchange/{{place}}", tags=["files"])

Key = Annotated[HTTPBasicCredentials | None, Depends(HTTPBasic(auto_error=False))]


@router.put("/{file_name}", status_code=201, response_class=Response)
async def bring_file(office: TheOffice, request: Request, key: Key, place: PlacePath, file_name: FilePath) -> Response:
    """Bring the file that a place was made for; for stations, with the place's own name and password."""
    entered = await _enter(office, place, key, is_upload=True)
    await bring(office, entered, file_name, request.stream())
    return Response(status_code=201)


@router.get("/{file_name}", response_class=Response)
async def fetch_file(office: TheOffice, key: Key, place: PlacePath, file_name: FilePath) -> Response:
    """Fetch the file that a place was made for; for stations, with the place's own name and password."""
    entered = await _enter(office, place, key, is_upload=False)
    image = await image_at(office, entered, file_name)
    if image is None:
        raise Problem(404, "this place has no such file", field="file_name", value=file_name)
    length = {"Content-Length": str(image.content.size_bytes)}
    return StreamingResponse(fetch(office, entered, image), media_type="application/octet-stream", headers=length)


async def _enter(office: Office, name: str, key: HTTPBasicCredentials | None, *, is_upload: bool) -> Place:
    user, password = ("", "") if key is None else (key.username, key.password)
    place = await find_open(office, name, user, password)
    await enter(office, place, is_upload=is_upload)
    return place
