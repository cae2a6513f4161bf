"""Reads what is known of a station out of the record, at one moment of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, func, select

from contactor.central.care.list_rows import find_list
from contactor.central.care.local_list import read_entries
from contactor.central.commands.facts import load_facts
from contactor.central.milliseconds import from_ms
from contactor.central.rehearsal.known import (
    KnownConnector,
    KnownKey,
    KnownList,
    KnownReservation,
    KnownStation,
    KnownTransaction,
)
from contactor.central.store import operation_tables, schema
from contactor.central.store.schema import TransactionState
from contactor.central.tag_register import find_tag, judge
from contactor.central.tags import tag_key
from contactor.ocpp.datatypes import IdTagInfo
from contactor.ocpp.enumerations import ChargePointStatus

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_station: BindParameter[str] = bindparam("station")
_keys, _bookings = operation_tables.reported_configuration, operation_tables.reservations
_connectors, _transactions, _readings = schema.connectors, schema.transactions, schema.readings
_STATION = select(schema.stations).where(schema.stations.c.id == _station)
_KEYS = select(_keys).where(_keys.c.station_id == _station).order_by(_keys.c.folded_key)
_CONNECTORS = select(_connectors).where(_connectors.c.station_id == _station).order_by(_connectors.c.connector_id)
_ACTIVE = (
    select(_bookings)
    .where(_bookings.c.station_id == _station, _bookings.c.state == "active")
    .order_by(_bookings.c.reservation_id)
)
_OPEN = (
    select(_transactions)
    .where(_transactions.c.station_id == _station, _transactions.c.state == TransactionState.OPEN)
    .order_by(_transactions.c.started_at_ms)
)
_REGISTERS = (
    select(_transactions.c.connector_id, func.max(_transactions.c.meter_stop_wh).label("stop_wh"))
    .where(_transactions.c.station_id == _station, _transactions.c.meter_stop_wh.is_not(None))
    .group_by(_transactions.c.connector_id)
)
_LATEST = (
    select(_readings.c.energy_wh, _readings.c.soc_percent)
    .where(_readings.c.claimed_id == bindparam("transaction"), _readings.c.station_id == _station)
    .order_by(_readings.c.taken_at_ms.desc())
    .limit(1)
)


def load_known(
    connection: Connection, station_id: str, now: datetime, *, is_online: bool, tags: Iterable[str]
) -> KnownStation | None:
    """What is known; None if there is no such station. `tags` are judged beside those that the record itself names."""
    given = {"station": station_id}
    row = connection.execute(_STATION, given).one_or_none()
    if row is None:
        return None
    facts = load_facts(connection, station_id, None, now)
    transactions = tuple(_transaction(connection, each) for each in connection.execute(_OPEN, given).all())
    reservations = tuple(_reservation(each) for each in connection.execute(_ACTIVE, given))
    named = {*tags, *(each.id_tag for each in transactions), *(each.id_tag for each in reservations)}
    registers = connection.execute(_REGISTERS, given)
    return KnownStation(
        station_id=station_id,
        now=now,
        is_online=is_online,
        last_seen_at=None if row.last_seen_at_ms is None else from_ms(row.last_seen_at_ms),
        product=None if facts.product is None else facts.product.name,
        model=None if facts.model is None else facts.model.reference,
        serial_number=row.serial_number,
        firmware_version=row.firmware_version,
        configuration=tuple(KnownKey(e.key, e.value, e.value_after_boot) for e in connection.execute(_KEYS, given)),
        connectors=tuple(_connector(each) for each in connection.execute(_CONNECTORS, given)),
        transactions=transactions,
        reservations=reservations,
        profiles=facts.profiles,
        local_list=_local_list(connection, station_id),
        tags={tag_key(each): _judged(connection, each, station_id, now) for each in named},
        registers_wh={each.connector_id: each.stop_wh for each in registers},
    )


def _connector(row: _Row) -> KnownConnector:
    known = {each.value for each in ChargePointStatus}
    return KnownConnector(
        connector_id=row.connector_id,
        status=ChargePointStatus(row.status) if row.status in known else None,
        error_code=row.error_code,
        vendor_error_code=row.vendor_error_code,
        reported_at=from_ms(row.reported_at_ms),
    )


def _transaction(connection: Connection, row: _Row) -> KnownTransaction:
    given = {"station": row.station_id, "transaction": row.id}
    latest = connection.execute(_LATEST, given).one_or_none()
    energy_wh = None if latest is None else latest.energy_wh
    return KnownTransaction(
        number=row.id,
        connector_id=row.connector_id,
        id_tag=row.id_tag,
        started_at=from_ms(row.started_at_ms),
        meter_start_wh=row.meter_start_wh,
        register_wh=None if energy_wh is None else int(energy_wh),
        soc_percent=None if latest is None else latest.soc_percent,
    )


def _reservation(row: _Row) -> KnownReservation:
    return KnownReservation(
        row.reservation_id, row.connector_id, row.id_tag, row.parent_id_tag, from_ms(row.expires_at_ms)
    )


def _local_list(connection: Connection, station_id: str) -> KnownList | None:
    row = find_list(connection, station_id)
    if row is None:
        return None
    return KnownList(row.held_version, None if row.held is None else read_entries(row.held))


def _judged(connection: Connection, id_tag: str, station_id: str, now: datetime) -> IdTagInfo:
    return judge(connection, find_tag(connection, id_tag), station_id, now)
