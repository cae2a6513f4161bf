"""Puts the stations and tags of the settings into the store when the central system starts."""

from collections.abc import Callable, Iterable

from sqlalchemy import Connection, select

from contactor.central.credentials import KeyDigest
from contactor.central.settings import CentralSettings, StationSetting
from contactor.central.store import schema
from contactor.central.store.statement import Rows, upsert
from contactor.central.tag_register import put_tags

_PUT_STATION = upsert(
    schema.stations,
    "id",
    "registration",
    "key_salt",
    "key_hash",
    "created_at_ms",
    key=("id",),
    keep=("created_at_ms",),
)


def provision(connection: Connection, settings: CentralSettings, *, now_ms: int, new_salt: Callable[[], bytes]) -> None:
    """Make the store hold what the settings say; stations and tags they do not name stay as they are.

    A station's key in the settings replaces the stored one; without a key there, the stored one is kept.
    """
    _put_stations(connection, settings.stations, now_ms, new_salt)
    put_tags(connection, settings.tags)


def _put_stations(
    connection: Connection, stations: Iterable[StationSetting], now_ms: int, new_salt: Callable[[], bytes]
) -> None:
    for station in stations:
        digest = _stored_digest(connection, station.station_id)
        if station.key is not None and (digest is None or not digest.matches(station.key)):
            digest = KeyDigest.of(station.key, new_salt())
        salt, key_hash = (None, None) if digest is None else (digest.salt, digest.digest)
        row = (station.station_id, station.registration.value, salt, key_hash, now_ms)
        Rows(_PUT_STATION, (row,)).execute_on(connection)


def _stored_digest(connection: Connection, station_id: str) -> KeyDigest | None:
    stations = schema.stations.c
    row = connection.execute(
        select(stations.key_salt, stations.key_hash).where(stations.id == station_id)
    ).one_or_none()
    return None if row is None or row.key_hash is None else KeyDigest(row.key_salt, row.key_hash)
