"""Firmware images: uploaded once, and fetched by each station from a place of its own."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection
from starlette.responses import StreamingResponse

from contactor.base.ids import StationId
from contactor.central.api.audit_rows import note_deed
from contactor.central.api.file_locations import location_of
from contactor.central.api.file_shapes import ChecksumText, FileText, ImageBody, Installation, NewSignature, VersionText
from contactor.central.api.intake import give_out, take_in
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routers.commands import problem_of
from contactor.central.api.routes import API
from contactor.central.api.shapes import Before, Limit, NumberPath, Page
from contactor.central.api.station_rows import find_station
from contactor.central.campaigns.campaign_rows import uses_image
from contactor.central.commands.command import CommandRefused, CommandView, Order, QueueFull
from contactor.central.files.content_rows import Content
from contactor.central.files.image_rows import (
    Image,
    Signature,
    add_image,
    delete_image,
    find_image,
    find_images,
    sign_image,
    stations_that_may_fetch,
)
from contactor.central.files.installation import installation
from contactor.central.files.place import LIFETIME_MS, PlaceKey
from contactor.central.files.place_rows import add_place, close_place, find_place
from contactor.central.milliseconds import to_ms

router = APIRouter(prefix=f"{API}/firmware-images", tags=["files"])


@router.get("")
async def list_images(office: TheOffice, before: Before = None, limit: Limit = 100) -> Page[ImageBody]:
    """List images, the newest first."""
    found = await office.read(lambda connection: find_images(connection, before, limit + 1))
    items = [ImageBody.of(each) for each in found[:limit]]
    return Page(items=items, next=items[-1].image_id if len(found) > limit else None)


@router.post("", status_code=201)
async def add(
    office: TheOffice,
    person: ThePerson,
    request: Request,
    response: Response,
    file_name: Annotated[FileText, Query(examples=["evlink-3.4.0.bin"])],
    version: Annotated[VersionText, Query(description="What stations say they run afterwards.", examples=["3.4.0"])],
    sha256: Annotated[
        ChecksumText | None, Query(description="Of the file, to be sure that it arrives unharmed.")
    ] = None,
) -> ImageBody:
    """Upload an image: the body is the file."""
    now_ms = office.now_ms()

    def finish(connection: Connection, content: Content) -> Image | Problem:
        if sha256 is not None and sha256 != content.sha256:
            return Problem(422, f"what came has the checksum {content.sha256}", field="sha256", value=sha256)
        image = add_image(connection, file_name, version, content, by=person.name, now_ms=now_ms)
        if image is None:
            return Problem(409, "there is an image of that name already", field="file_name", value=file_name)
        facts = {"file_name": file_name, "version": version, "sha256": content.sha256}
        note_deed(connection, person.did(now_ms, "firmware_image.add", f"image {image.image_id}", **facts))
        return image

    image = await take_in(office, request.stream(), office.settings.file_bytes_max, finish)
    response.headers["Location"] = f"{API}/firmware-images/{image.image_id}"
    return ImageBody.of(image)


@router.get("/{image_id}")
async def get_image(office: TheOffice, image_id: NumberPath) -> ImageBody:
    """Show an image."""
    return ImageBody.of(await _found(office, image_id))


@router.get("/{image_id}/file", response_class=Response)
async def get_image_file(office: TheOffice, image_id: NumberPath) -> Response:
    """Download an image."""
    image = await _found(office, image_id)
    headers = {
        "Content-Length": str(image.content.size_bytes),
        "Content-Disposition": f'attachment; filename="{image.file_name}"',
    }
    return StreamingResponse(give_out(office, image.content), media_type="application/octet-stream", headers=headers)


@router.delete("/{image_id}", status_code=204)
async def remove_image(office: TheOffice, person: ThePerson, image_id: NumberPath) -> None:
    """Remove an image, unless a station was told to fetch it and has not yet."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        image = find_image(connection, image_id)
        if image is None:
            return missing("image", "image_id", image_id)
        campaign = uses_image(connection, image_id)
        if campaign is not None:
            return Problem(409, f"campaign {campaign!r} needs it", field="image_id", value=image_id)
        waiting = stations_that_may_fetch(connection, image_id, now_ms)
        if waiting:
            return Problem(409, f"{', '.join(waiting[:5])} may still fetch it", field="image_id", value=image_id)
        delete_image(connection, image)
        note_deed(connection, person.did(now_ms, "firmware_image.remove", f"image {image_id}", file=image.file_name))
        return None

    await office.write(work)


@router.put("/{image_id}/signature")
async def sign(office: TheOffice, person: ThePerson, image_id: NumberPath, new: NewSignature) -> ImageBody:
    """Keep the signature of an image, so that stations can be told to install it by SignedUpdateFirmware."""
    from contactor.central.files.image_signature import BadSignature, check_image_signature  # slow to load, seldom used

    now_ms = office.now_ms()
    signature = Signature(new.signature, new.signing_certificate)
    image = await _found(office, image_id)
    try:
        check_image_signature(signature, image.content.sha256)
    except BadSignature as error:
        raise Problem(422, error.reason, field=error.field) from error

    def work(connection: Connection) -> Image | Problem:
        sign_image(connection, image_id, signature)
        note_deed(connection, person.did(now_ms, "firmware_image.sign", f"image {image_id}", file=image.file_name))
        return find_image(connection, image_id) or missing("image", "image_id", image_id)

    return ImageBody.of(await office.write(work))


@router.post("/{image_id}/install", status_code=201)
async def install_image(
    office: TheOffice, person: ThePerson, image_id: NumberPath, wanted: Installation
) -> CommandView:
    """Have a station install an image: makes a place to fetch it, and orders UpdateFirmware with its address.

    With `signed` it is SignedUpdateFirmware, with the image's signature and its certificate.
    """
    key, now_ms = PlaceKey.fresh(), office.now_ms()
    location_of(office, wanted.via, key)
    retrieve_date = wanted.retrieve_date or office.clock.now()
    expires_at_ms = max(to_ms(retrieve_date), now_ms + round((wanted.wait_for_station_s or 0) * 1000)) + LIFETIME_MS

    def work(connection: Connection) -> tuple[Image, int] | Problem:
        image = find_image(connection, image_id)
        if image is None:
            return missing("image", "image_id", image_id)
        if wanted.signed and image.signature is None:
            return Problem(409, f"{image.file_name} has no signature; give it one first", field="signed", value=True)
        if find_station(connection, wanted.station_id) is None:
            return missing("station", "station_id", wanted.station_id)
        place_id = add_place(connection, key, wanted.station_id, expires_at_ms=expires_at_ms, image_id=image_id)
        return image, place_id

    image, place_id = await office.write(work)
    location = location_of(office, wanted.via, key, image.file_name)
    signature = image.signature if wanted.signed else None
    request = installation(location, retrieve_date.isoformat(), place_id, signature)
    view = None
    try:
        view = await _order(office, person.name, wanted, request.action, request.payload)
    finally:
        if view is None or view.state.is_final:
            await office.write(lambda connection: _close(connection, key, now_ms))
    deed = person.did(
        now_ms, "firmware_image.install", f"station {wanted.station_id}", image=image_id, command=view.command_id
    )
    await office.write(lambda connection: note_deed(connection, deed))
    return view


async def _order(
    office: Office, by: str, wanted: Installation, action: str, payload: Mapping[str, object]
) -> CommandView:
    station_id = StationId(wanted.station_id)
    order = Order(station_id, action, payload, by=by, why=wanted.why, wait_s=wanted.wait_for_station_s)
    try:
        return await office.desk.submit(order)
    except (CommandRefused, QueueFull) as error:
        raise problem_of(error, payload) from error


def _close(connection: Connection, key: PlaceKey, now_ms: int) -> None:
    """Nobody was told of a place: it shall not keep its image."""
    place = find_place(connection, key.name)
    if place is not None:
        close_place(connection, place.place_id, now_ms)


async def _found(office: Office, image_id: int) -> Image:
    image = await office.read(lambda connection: find_image(connection, image_id))
    if image is None:
        raise missing("image", "image_id", image_id)
    return image
