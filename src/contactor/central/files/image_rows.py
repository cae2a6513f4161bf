"""Firmware images as they are kept: each with a version and the checksum of its content."""

from dataclasses import dataclass

from sqlalchemy import Connection, Row, delete, insert, select, update

from contactor.central.files.content_rows import Content, drop_content
from contactor.central.store.file_tables import file_contents, file_places, firmware_images

_images = firmware_images.c
_query = select(firmware_images, file_contents.c.size_bytes, file_contents.c.sha256).join(
    file_contents, file_contents.c.id == _images.content_id
)


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signed image is ordered with: a signature in Base64, and the certificate (PEM) of whose it is."""

    signature: str
    certificate: str


@dataclass(frozen=True, slots=True)
class Image:
    """An image that stations can fetch."""

    image_id: int
    file_name: str
    version: str
    uploaded_by: str
    uploaded_at_ms: int
    content: Content
    signature: Signature | None = None


def add_image(
    connection: Connection, file_name: str, version: str, content: Content, *, by: str, now_ms: int
) -> Image | None:
    """Keep an image; None if there is one of that name."""
    if connection.execute(select(_images.id).where(_images.file_name == file_name)).first() is not None:
        return None
    values = {"file_name": file_name, "version": version, "content_id": content.content_id}
    added = connection.execute(insert(firmware_images).values(**values, uploaded_by=by, uploaded_at_ms=now_ms))
    assert added.inserted_primary_key is not None
    return Image(int(added.inserted_primary_key[0]), file_name, version, by, now_ms, content)


def find_image(connection: Connection, image_id: int) -> Image | None:
    """An image."""
    row = connection.execute(_query.where(_images.id == image_id)).one_or_none()
    return None if row is None else _image(row)


def find_images(connection: Connection, before_id: int | None, limit: int) -> list[Image]:
    """Images, the newest first."""
    query = _query.order_by(_images.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(_images.id < before_id)
    return [_image(row) for row in connection.execute(query)]


def stations_that_may_fetch(connection: Connection, image_id: int, now_ms: int) -> list[str]:
    """Stations that were told to fetch an image and have not yet."""
    places = file_places.c
    waits = (places.image_id == image_id, places.used_at_ms.is_(None), places.expires_at_ms > now_ms)
    query = select(places.station_id).where(*waits).distinct().order_by(places.station_id)
    return [row.station_id for row in connection.execute(query)]


def sign_image(connection: Connection, image_id: int, signature: Signature) -> None:
    """Keep an image's signature, in place of one it had."""
    values = {"signature": signature.signature, "signing_certificate": signature.certificate}
    connection.execute(update(firmware_images).where(_images.id == image_id).values(values))


def delete_image(connection: Connection, image: Image) -> None:
    """Forget an image, its content, and the places where it could be fetched."""
    connection.execute(delete(firmware_images).where(_images.id == image.image_id))
    drop_content(connection, image.content.content_id)


def _image(row: Row[tuple[object, ...]]) -> Image:
    content = Content(row.content_id, row.size_bytes, row.sha256)
    signature = None if row.signature is None else Signature(row.signature, row.signing_certificate)
    return Image(row.id, row.file_name, row.version, row.uploaded_by, row.uploaded_at_ms, content, signature)
