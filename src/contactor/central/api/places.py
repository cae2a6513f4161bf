"""What happens at a place, by whichever way the file moves: a station enters it, brings its file, or fetches one."""

from collections.abc import AsyncIterator

from sqlalchemy import Connection

from contactor.central.api.intake import give_out, take_in
from contactor.central.api.office import Office
from contactor.central.api.problem import Problem
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.files.content_rows import Content
from contactor.central.files.diagnostics_rows import note_arrival
from contactor.central.files.image_rows import Image, find_image
from contactor.central.files.place import Place
from contactor.central.files.place_rows import close_place, enter_place, find_place
from contactor.central.milliseconds import from_ms
from contactor.central.store.port import WriterFull, WriterStopped


async def find_open(office: Office, name: str, user: str, password: str) -> Place:
    """The place, for who has its key; whether there is one is told to nobody else.

    Raises:
        Problem: there is no such place, or that is not its key.
    """
    place = await office.read(lambda connection: find_place(connection, name))
    if place is None or not place.opens_with(user, password):
        raise Problem(401, "name the place and its password", headers={"WWW-Authenticate": 'Basic realm="exchange"'})
    return place


async def enter(office: Office, place: Place, *, is_upload: bool) -> None:
    """Begin a transfer at a place.

    Raises:
        Problem: it was made for the other direction, or is closed.
    """
    if is_upload != (place.diagnostics_id is not None):
        raise Problem(405, "files are only brought here" if place.image_id is None else "files are only fetched here")
    why_closed = place.why_closed(office.now_ms())
    if why_closed is not None:
        raise Problem(410, why_closed)
    if not await office.write(lambda connection: enter_place(connection, place.place_id)):
        raise Problem(410, "too many transfers were begun here")


async def bring(office: Office, place: Place, file_name: str, body: AsyncIterator[bytes]) -> None:
    """Keep the file that comes to a place that was entered.

    Raises:
        Problem: it cannot be kept, or nobody waits for it.
    """
    now_ms = office.now_ms()

    def finish(connection: Connection, content: Content) -> Problem | None:
        assert place.diagnostics_id is not None
        if not close_place(connection, place.place_id, now_ms):
            return Problem(410, "a file has passed here, and each place serves one")
        if not note_arrival(connection, place.diagnostics_id, file_name, content, now_ms):
            return Problem(410, "nobody waits for this file any more")
        facts = {
            "diagnostics_id": place.diagnostics_id,
            "file_name": file_name,
            "size_bytes": content.size_bytes,
            "sha256": content.sha256,
        }
        record_event(connection, EventKind.DIAGNOSTICS_ARRIVED, place.station_id, from_ms(now_ms), facts)
        return None

    await take_in(office, body, office.settings.file_bytes_max, finish)
    office.feed.ring()


async def image_at(office: Office, place: Place, file_name: str) -> Image | None:
    """The image that can be fetched at a place by that name."""
    image_id = place.image_id
    if image_id is None:
        return None
    image = await office.read(lambda connection: find_image(connection, image_id))
    return image if image is not None and image.file_name == file_name else None


def fetch(office: Office, place: Place, image: Image) -> AsyncIterator[bytes]:
    """The pieces of an image for a place that was entered; with the last one the place is closed."""
    return give_out(office, image.content, lambda: _close(office, place))


def _close(office: Office, place: Place) -> None:
    now_ms = office.now_ms()
    try:
        office.writer.write(lambda connection: close_place(connection, place.place_id, now_ms), lambda _outcome: None)
    except (WriterFull, WriterStopped):
        office.log.warning("a place stays open until its time is over", place=place.name)
