"""A station's AuthorizationKey while it changes: the new one is accepted beside the old until the outcome is known.

Each key that was sent is kept under its command, as a salted digest. An answer Accepted makes it the station's only key
(SEC-08), a refusal strikes it out, and where no answer came the first connection that uses it settles the matter. So a
crash at any instant, here or there, leaves at least one key that both ends hold.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from contactor.central.credentials import KeyDigest
from contactor.central.store import operation_tables, schema
from contactor.central.store.prepared import Prepared

_pending = operation_tables.pending_keys
_own = (_pending.c.station_id == bindparam("station")) & (_pending.c.command_id == bindparam("command"))
_PUT = insert(_pending)
_FIND = select(_pending.c.key_salt, _pending.c.key_hash).where(_own)
_ALL = select(_pending).where(_pending.c.station_id == bindparam("station")).order_by(_pending.c.command_id)
_STRIKE = delete(_pending).where(_own)
# An older key cannot be in use any more once a later one is.
_STRIKE_UP_TO = delete(_pending).where(
    _pending.c.station_id == bindparam("station"), _pending.c.command_id <= bindparam("command")
)
_FORGET = Prepared(delete(_pending).where(_pending.c.station_id == bindparam("station")))
_OWN = select(schema.stations.c.key_salt, schema.stations.c.key_hash).where(
    schema.stations.c.id == bindparam("station")
)
_SET = update(schema.stations).where(schema.stations.c.id == bindparam("station"))


@dataclass(frozen=True, slots=True)
class PendingKey:
    """A key whose outcome is not known yet."""

    command_id: int
    digest: KeyDigest


@dataclass(frozen=True, slots=True)
class StationKeys:
    """Every key a station may come with; `own` None: it needs none."""

    own: KeyDigest | None
    pending: tuple[PendingKey, ...] = ()


def load_pending_keys(connection: Connection) -> Mapping[str, tuple[PendingKey, ...]]:
    """All keys of unknown outcome, by station."""
    found: dict[str, list[PendingKey]] = defaultdict(list)
    for row in connection.execute(select(_pending).order_by(_pending.c.command_id)):
        found[row.station_id].append(PendingKey(row.command_id, KeyDigest(row.key_salt, row.key_hash)))
    return {station_id: tuple(keys) for station_id, keys in found.items()}


def load_keys(connection: Connection, station_id: str) -> StationKeys:
    """A station's keys."""
    given = {"station": station_id}
    own = connection.execute(_OWN, given).one_or_none()
    pending = tuple(
        PendingKey(row.command_id, KeyDigest(row.key_salt, row.key_hash)) for row in connection.execute(_ALL, given)
    )
    return StationKeys(None if own is None or own.key_hash is None else KeyDigest(own.key_salt, own.key_hash), pending)


def expect_key(connection: Connection, station_id: str, command_id: int, digest: KeyDigest) -> None:
    """A key is about to be sent."""
    row = {
        "station_id": station_id,
        "command_id": command_id,
        "key_salt": digest.salt,
        "key_hash": digest.digest,
    }
    connection.execute(_STRIKE, {"station": station_id, "command": command_id})
    connection.execute(_PUT, row)


def adopt_key(connection: Connection, station_id: str, command_id: int) -> None:
    """The station has the key: it is its only one from now on."""
    given = {"station": station_id, "command": command_id}
    found = connection.execute(_FIND, given).one_or_none()
    if found is not None:
        values = {"key_salt": found.key_salt, "key_hash": found.key_hash}
        connection.execute(_SET.values(values), {"station": station_id})
        connection.execute(_STRIKE_UP_TO, given)


def forget_pending_keys(connection: Connection, station_id: str) -> None:
    """A person has set the station's key anew: what was sent before counts no more."""
    _FORGET.run(connection, {"station": station_id})


def strike_key(connection: Connection, station_id: str, command_id: int) -> None:
    """The station did not take the key."""
    connection.execute(_STRIKE, {"station": station_id, "command": command_id})
