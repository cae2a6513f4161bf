"""Places in the database: made for one purpose, found by name, entered a bounded number of times, closed for good."""

from sqlalchemy import Connection, delete, insert, select, update

from contactor.central.files.place import TRIES_MAX, Place, PlaceKey
from contactor.central.store.file_tables import file_places

_places = file_places.c


def add_place(
    connection: Connection,
    key: PlaceKey,
    station_id: str,
    *,
    expires_at_ms: int,
    diagnostics_id: int | None = None,
    image_id: int | None = None,
) -> int:
    """Make a place where a station brings diagnostics, or fetches an image; returns its number."""
    values = {"name": key.name, "secret_hash": key.secret_hash, "station_id": station_id}
    purpose = {"diagnostics_id": diagnostics_id, "image_id": image_id}
    made = connection.execute(insert(file_places).values(**values, **purpose, expires_at_ms=expires_at_ms, tries=0))
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


def find_place(connection: Connection, name: str) -> Place | None:
    """The place of a name."""
    row = connection.execute(select(file_places).where(_places.name == name)).one_or_none()
    if row is None:
        return None
    return Place(
        row.id,
        row.name,
        bytes(row.secret_hash),
        row.station_id,
        row.diagnostics_id,
        row.image_id,
        row.expires_at_ms,
        row.tries,
        row.used_at_ms,
    )


def enter_place(connection: Connection, place_id: int) -> bool:
    """A transfer begins; False if somebody was faster, or too many were begun."""
    is_open = (_places.id == place_id, _places.used_at_ms.is_(None), _places.tries < TRIES_MAX)
    return connection.execute(update(file_places).where(*is_open).values(tries=_places.tries + 1)).rowcount > 0


def close_place(connection: Connection, place_id: int, now_ms: int) -> bool:
    """A whole file has passed; False if another one did before."""
    is_open = (_places.id == place_id, _places.used_at_ms.is_(None))
    return connection.execute(update(file_places).where(*is_open).values(used_at_ms=now_ms)).rowcount > 0


def drop_place(connection: Connection, name: str) -> None:
    """Forget a place that nobody was told of."""
    connection.execute(delete(file_places).where(_places.name == name))
