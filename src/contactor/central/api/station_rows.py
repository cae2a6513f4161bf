"""Stations as the operator keeps them: found, registered, changed and removed; and what version of one somebody saw."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from contactor.central.commands.station_keys import forget_pending_keys
from contactor.central.credentials import KeyDigest
from contactor.central.security_mode import SecurityMode
from contactor.central.store import schema
from contactor.ocpp.enumerations import RegistrationStatus

StationRow = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_stations = schema.stations.c


@dataclass(frozen=True, slots=True)
class StationFilter:
    """Which stations are meant; None means any. `text` is part of an id, vendor, model or serial number."""

    text: str | None = None
    registration: RegistrationStatus | None = None
    vendor: str | None = None
    model: str | None = None
    after: str | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        """The filter as SQL; what was typed is always a value in it, never part of it."""
        if self.text is not None:
            columns = (_stations.id, _stations.vendor, _stations.model, _stations.serial_number)
            found = [func.lower(column).contains(self.text.lower(), autoescape=True) for column in columns]
            yield found[0] | found[1] | found[2] | found[3]
        if self.registration is not None:
            yield _stations.registration == self.registration.value
        if self.vendor is not None:
            yield _stations.vendor == self.vendor
        if self.model is not None:
            yield _stations.model == self.model
        if self.after is not None:
            yield _stations.id > self.after


def find_stations(connection: Connection, wanted: StationFilter, limit: int | None) -> list[StationRow]:
    """Stations by name."""
    query = select(schema.stations).where(*wanted.conditions()).order_by(_stations.id).limit(limit)
    return list(connection.execute(query))


def find_station(connection: Connection, station_id: str) -> StationRow | None:
    """A station's row."""
    return connection.execute(select(schema.stations).where(_stations.id == station_id)).one_or_none()


def find_connectors(connection: Connection, station_ids: list[str]) -> dict[str, list[StationRow]]:
    """The connectors of some stations, by station, in the order of their numbers."""
    table = schema.connectors
    query = select(table).where(table.c.station_id.in_(station_ids)).order_by(table.c.connector_id)
    found: dict[str, list[StationRow]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.station_id].append(row)
    return found


def etag_of(row: StationRow) -> str:
    """The version of what an operator can change; what the station says of itself is not part of it."""
    parts = (row.id, row.registration, row.created_at_ms, row.key_salt, row.key_hash, row.security)
    return f'"{blake2b(repr(parts).encode(), digest_size=9).hexdigest()}"'


def insert_station(
    connection: Connection, station_id: str, registration: RegistrationStatus, key: KeyDigest | None, now_ms: int
) -> None:
    """Register a station."""
    values = {"id": station_id, "registration": registration.value, "created_at_ms": now_ms, **_key_columns(key)}
    connection.execute(insert(schema.stations).values(values))


def set_registration(connection: Connection, station_id: str, registration: RegistrationStatus) -> None:
    """Change how the station is regarded; one that is not accepted must boot again before anything else (BOOT-14)."""
    values: dict[str, object] = {"registration": registration.value}
    if registration is not RegistrationStatus.ACCEPTED:
        values["accepted_at_ms"] = None
    connection.execute(update(schema.stations).where(_stations.id == station_id).values(values))


def set_security(connection: Connection, station_id: str, security: SecurityMode | None) -> None:
    """Change what the station must show, None for what the settings demand of all."""
    value = None if security is None else security.value
    connection.execute(update(schema.stations).where(_stations.id == station_id).values(security=value))


def set_key(connection: Connection, station_id: str, key: KeyDigest | None) -> None:
    """Change the key by which the station is let in, None for none; a change by OCPP that is on its way is off."""
    connection.execute(update(schema.stations).where(_stations.id == station_id).values(_key_columns(key)))
    forget_pending_keys(connection, station_id)


def count_transactions(connection: Connection, station_id: str) -> int:
    """How many transactions of the station the ledger holds."""
    query = select(func.count()).where(schema.transactions.c.station_id == station_id)
    count: int = connection.execute(query).scalar_one()
    return count


def delete_station(connection: Connection, station_id: str) -> None:
    """Remove a station that has no transactions, with what else is kept of it."""
    connection.execute(delete(schema.stations).where(_stations.id == station_id))


def _key_columns(key: KeyDigest | None) -> dict[str, bytes | None]:
    return {"key_salt": None if key is None else key.salt, "key_hash": None if key is None else key.digest}
