"""Puts the stations, tags and groups of the settings into the store when the central system starts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, select

from contactor.central.commands.station_keys import forget_pending_keys
from contactor.central.credentials import KeyDigest
from contactor.central.settings import CentralSettings, StationSetting
from contactor.central.store import schema
from contactor.central.store.prepared import Prepared
from contactor.central.store.statement import Rows, upsert
from contactor.central.tag_register import put_groups, put_tags

_PUT_STATION = upsert(
    schema.stations,
    "id",
    "registration",
    "key_salt",
    "key_hash",
    "settings_key_salt",
    "settings_key_hash",
    "created_at_ms",
    "security",
    key=("id",),
    keep=("created_at_ms",),
)


_stations = schema.stations.c
_STORED = Prepared(
    select(
        _stations.key_salt,
        _stations.key_hash,
        _stations.settings_key_salt,
        _stations.settings_key_hash,
        _stations.security,
    ).where(_stations.id == bindparam("station"))
)


def provision(connection: Connection, settings: CentralSettings, *, now_ms: int, new_salt: Callable[[], bytes]) -> None:
    """Make the store hold what the settings say; stations, tags and groups they do not name stay as
    they are.

    A station's key in the settings replaces the stored one when it is new there: one that has been rotated since must
    not come back (SEC-08). Without a key there, the stored one is kept.
    """
    _put_stations(connection, settings.stations, now_ms, new_salt)
    put_groups(connection, settings.tag_groups)
    put_tags(connection, settings.tags)


def _put_stations(
    connection: Connection, stations: Iterable[StationSetting], now_ms: int, new_salt: Callable[[], bytes]
) -> None:
    for station in stations:
        stored = _stored(connection, station.station_id)
        if station.key is not None and (stored.by_settings is None or not stored.by_settings.matches(station.key)):
            digest = KeyDigest.of(station.key, new_salt())
            stored = replace(stored, own=digest, by_settings=digest)
            forget_pending_keys(connection, station.station_id)
        keys = (*_columns(stored.own), *_columns(stored.by_settings))
        security = stored.security if station.security is None else station.security.value
        row = (station.station_id, station.registration.value, *keys, now_ms, security)
        Rows(_PUT_STATION, (row,)).execute_on(connection)


@dataclass(frozen=True, slots=True)
class _Stored:
    """The key a station has, the one it last had in the settings, and what it must show."""

    own: KeyDigest | None = None
    by_settings: KeyDigest | None = None
    security: str | None = None


def _stored(connection: Connection, station_id: str) -> _Stored:
    row = _STORED.first(connection, {"station": station_id})
    if row is None:
        return _Stored()
    own, by_settings = _digest(row.key_salt, row.key_hash), _digest(row.settings_key_salt, row.settings_key_hash)
    return _Stored(own, by_settings, row.security)


def _digest(salt: bytes | None, key_hash: bytes | None) -> KeyDigest | None:
    return None if salt is None or key_hash is None else KeyDigest(salt, key_hash)


def _columns(digest: KeyDigest | None) -> tuple[bytes | None, bytes | None]:
    return (None, None) if digest is None else (digest.salt, digest.digest)
