"""What the record says of a site's stations: read at one moment, for the sharing to work on."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET
from sqlalchemy import Connection, Row, select

from contactor.central.commands.command import CommandState
from contactor.central.milliseconds import to_ms
from contactor.central.recognition import Catalogue, recognise
from contactor.central.sites.plan import Purpose
from contactor.central.sites.profiles import purpose_of
from contactor.central.sites.site import Site
from contactor.central.sites.survey import NOTHING_TOLD, Charge, StationNow, Told
from contactor.central.store import operation_tables, schema
from contactor.central.store.schema import TransactionState
from contactor.guide.entries import Product
from contactor.ocpp.datatypes import ChargingProfile
from contactor.ocpp.enumerations import ChargingProfileStatus
from contactor.ocpp.messages import SetChargingProfile

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

READINGS_MS = 900_000
"""How old a reading may be to say anything of a car's draw: longer than stations are usually told to wait."""
COMMANDS_MS = 3_600_000
"""How far back orders are looked at for what became of them."""

_STATION_LIMIT, _CONNECTOR_LIMITS = "chargelimitedpower", {"connectoralimitedpower": 1, "connectorblimitedpower": 2}
_STACK_LEVEL = "chargeprofilemaxstacklevel"
_KEYS = (_STATION_LIMIT, _STACK_LEVEL, *_CONNECTOR_LIMITS)

_UNDER_WAY = frozenset({CommandState.QUEUED, CommandState.SENT})
_IN_DOUBT = frozenset({CommandState.TIMED_OUT, CommandState.UNKNOWN_OUTCOME})
_REFUSALS = frozenset({CommandState.REFUSED, CommandState.ANSWERED})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the record does not hold: who is connected, and what the guides say."""

    is_online: Callable[[str], bool]
    catalogue: Catalogue
    products: Mapping[str, Product]


def ordered_by(site_id: str) -> str:
    """Who orders a site's limits."""
    return f"site:{site_id}"


def read_stations(connection: Connection, site: Site, around: Surroundings, now: datetime) -> list[StationNow]:
    """The stations of a site as they are now."""
    ids = [member.station_id for member in site.members]
    models = {row.id: row.model for row in connection.execute(_models(ids))}
    configured = _by_station(connection.execute(_configured(ids)))
    statuses = _by_station(connection.execute(_statuses(ids)))
    charges = _charges(connection, ids, to_ms(now))
    told = _told(connection, site, ids, to_ms(now))
    stations = []
    for member in site.members:
        recognised = recognise(around.catalogue, models.get(member.station_id))
        product = None if recognised is None else around.products[recognised.product]
        keys = {row.folded_key: row.value for row in configured[member.station_id]}
        stations.append(
            StationNow(
                member=member,
                is_online=around.is_online(member.station_id),
                product=product,
                model=None if product is None or recognised is None else product.models[recognised.reference],
                station_limit_w=_watts(keys.get(_STATION_LIMIT)),
                connector_limits_w={
                    number: limit_w
                    for key, number in _CONNECTOR_LIMITS.items()
                    if (limit_w := _watts(keys.get(key))) is not None
                },
                stack_level_told=int(keys[_STACK_LEVEL]) if _is_number(keys.get(_STACK_LEVEL)) else None,
                statuses={row.connector_id: row.status for row in statuses[member.station_id]},
                charges=charges[member.station_id],
                told=told[member.station_id],
            )
        )
    return stations


def _models(ids: Sequence[str]) -> Any:  # Any: as SQLAlchemy types it, which is longer than what it says
    return select(schema.stations.c.id, schema.stations.c.model).where(schema.stations.c.id.in_(ids))


def _configured(ids: Sequence[str]) -> Any:  # Any: see above
    table = operation_tables.reported_configuration
    return select(table.c.station_id, table.c.folded_key, table.c.value).where(
        table.c.station_id.in_(ids), table.c.folded_key.in_(_KEYS)
    )


def _statuses(ids: Sequence[str]) -> Any:  # Any: see above
    table = schema.connectors
    return select(table.c.station_id, table.c.connector_id, table.c.status).where(table.c.station_id.in_(ids))


def _by_station(rows: Any) -> defaultdict[str, list[_Row]]:  # Any: see above
    sorted_rows: defaultdict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        sorted_rows[row.station_id].append(row)
    return sorted_rows


def _is_number(text: str | None) -> bool:
    return text is not None and text.strip().isdecimal()


def _watts(kilowatts: str | None) -> int | None:
    return int(kilowatts) * 1000 if kilowatts is not None and _is_number(kilowatts) else None


# Charges


def _charges(connection: Connection, ids: Sequence[str], now_ms: int) -> defaultdict[str, list[Charge]]:
    latest = _latest_readings(connection, ids, now_ms)
    table = schema.transactions
    query = select(table).where(table.c.station_id.in_(ids), table.c.state == TransactionState.OPEN)
    charges: defaultdict[str, list[Charge]] = defaultdict(list)
    for row in connection.execute(query.order_by(table.c.id)):
        reading = latest.get((row.station_id, row.id))
        charges[row.station_id].append(
            Charge(
                row.connector_id,
                row.id,
                row.started_at_ms,
                None if reading is None else reading.power_w,
                None if reading is None else reading.soc_percent,
            )
        )
    return charges


def _latest_readings(connection: Connection, ids: Sequence[str], now_ms: int) -> dict[tuple[str, int], _Row]:
    """Of each transaction the last reading; one scan of the last minutes costs less than a search for each."""
    table = schema.readings
    query = (
        select(table.c.station_id, table.c.claimed_id, table.c.power_w, table.c.soc_percent)
        .where(table.c.taken_at_ms > now_ms - READINGS_MS, table.c.station_id.in_(ids), table.c.power_w.is_not(None))
        .order_by(table.c.taken_at_ms)
    )
    return {(row.station_id, row.claimed_id): row for row in connection.execute(query)}


# What connectors were told


def _told(connection: Connection, site: Site, ids: Sequence[str], now_ms: int) -> defaultdict[str, dict[int, Told]]:
    told: defaultdict[str, dict[int, Told]] = defaultdict(dict)
    installed = operation_tables.installed_profiles
    for row in connection.execute(select(installed).where(installed.c.station_id.in_(ids))):
        purpose = purpose_of(row.profile_id)
        if purpose is not None:
            known = told[row.station_id].get(row.connector_id, NOTHING_TOLD)
            told[row.station_id][row.connector_id] = _installed(known, purpose, row)
    for row in connection.execute(orders_of(site, now_ms)):
        request = msgspec.json.decode(row.request, type=SetChargingProfile)
        known = told[row.station_id].get(request.connector_id, NOTHING_TOLD)
        told[row.station_id][request.connector_id] = _ordered(known, row, request)
    return told


def _installed(known: Told, purpose: Purpose, row: _Row) -> Told:
    limit_w = _limit_w(msgspec.json.decode(row.content, type=ChargingProfile))
    if purpose is Purpose.STANDBY:
        return replace(known, standby_w=limit_w)
    return replace(known, share_w=limit_w, share_transaction_id=row.transaction_id, share_since_ms=row.installed_at_ms)


def orders_of(site: Site, now_ms: int) -> Any:  # Any: see above
    """Ask for the limits a site has ordered lately, the oldest first; what lies further back is not looked at."""
    columns = operation_tables.commands.c
    return (
        select(
            columns.station_id,
            columns.request,
            columns.state,
            columns.status,
            columns.queued_at_ms,
            columns.ended_at_ms,
        )
        .where(
            columns.ordered_by == ordered_by(site.site_id),
            columns.queued_at_ms > now_ms - COMMANDS_MS,
            columns.action == "SetChargingProfile",
        )
        .order_by(columns.id)
    )


def _ordered(known: Told, row: _Row, request: SetChargingProfile) -> Told:
    """Go through the orders from the oldest to the newest; one that was taken ends all doubt about those before it."""
    state = CommandState(row.state)
    profile = request.cs_charging_profiles
    at_ms = row.ended_at_ms or row.queued_at_ms
    if state is CommandState.ANSWERED and row.status == ChargingProfileStatus.ACCEPTED:
        pending_w = None if purpose_of(profile.charging_profile_id) is Purpose.SHARE else known.pending_w
        taken = replace(known, pending_w=pending_w, is_under_way=False, changed_at_ms=at_ms)
        return replace(taken, failed_at_ms=None, refusals=0, refused_transaction_id=None)
    if state in _UNDER_WAY:
        pending_w = max(_limit_w(profile), known.pending_w or 0)
        return replace(known, pending_w=pending_w, is_under_way=True, changed_at_ms=at_ms)
    if state in _IN_DOUBT:
        pending_w = max(_limit_w(profile), known.pending_w or 0)
        return replace(known, pending_w=pending_w, is_under_way=False, changed_at_ms=at_ms, failed_at_ms=at_ms)
    failed = replace(known, is_under_way=False, failed_at_ms=at_ms)
    return failed if state not in _REFUSALS else _refused(failed, profile)


def _refused(known: Told, profile: ChargingProfile) -> Told:
    transaction_id = None if profile.transaction_id is UNSET else profile.transaction_id
    before = known.refusals if known.refused_transaction_id == transaction_id else 0
    return replace(known, refusals=before + 1, refused_transaction_id=transaction_id)


def _limit_w(profile: ChargingProfile) -> int:
    return round(profile.charging_schedule.charging_schedule_period[0].limit)
