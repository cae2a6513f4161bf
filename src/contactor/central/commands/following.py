"""Following up what an answer only promised: the start that comes, the boot that comes, the availability that changes.

Called by the handlers of what stations report, in the database transaction that records the report.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import Connection, bindparam, or_, select

from contactor.central.commands.command import FollowUp
from contactor.central.commands.command_rows import move
from contactor.central.commands.installed import profile_installed
from contactor.central.milliseconds import to_ms
from contactor.central.store import operation_tables, schema
from contactor.central.store.prepared import Found, Prepared
from contactor.central.tags import tag_key
from contactor.ocpp.datatypes import ChargingProfile
from contactor.ocpp.enumerations import AvailabilityType, ChargePointStatus
from contactor.ocpp.messages import StartTransaction

CLOCK_SKEW_MS = 60_000
"""How far a station's clock may be behind ours when it dates the start that we asked for."""

_rows = operation_tables.commands.c
_of_station = _rows.station_id == bindparam("station")
_awaits_start = _rows.follow_up == FollowUp.AWAITING_START

_EXPECTED = select(_rows.id).where(
    _of_station, _awaits_start, _rows.tag_key == bindparam("tag"), _rows.follow_up_until_ms >= bindparam("at_ms")
)
# A start may come late, from the station's queue: what counts is when it happened.
REMOTE_START = (
    select(_rows.id)
    .where(
        _of_station,
        or_(_awaits_start, _rows.follow_up == FollowUp.NOT_STARTED),
        _rows.tag_key == bindparam("tag_key"),
        or_(_rows.connector_id.is_(None), _rows.connector_id == bindparam("connector")),
        _rows.sent_at_ms <= bindparam("started_at_ms") + CLOCK_SKEW_MS,
        _rows.follow_up_until_ms >= bindparam("started_at_ms"),
    )
    .order_by(_rows.id)
    .limit(1)
)
"""The remote start that a start fulfils: same tag, a connector that was meant, within the time to plug in."""
_IN_FOLLOW_UP = Prepared(select(_rows.id).where(_of_station, _rows.follow_up == bindparam("follow_up")))
_SCHEDULED = Prepared(
    select(_rows.id, _rows.request, _rows.connector_id).where(_of_station, _rows.follow_up == FollowUp.SCHEDULED)
)
_LATE = Prepared(select(_rows.id).where(_awaits_start, _rows.follow_up_until_ms < bindparam("at_ms")))
_AWAITED = Prepared(select(_rows.id).where(_awaits_start).limit(1))
_STATUSES = select(schema.connectors.c.status).where(
    schema.connectors.c.station_id == bindparam("station"), schema.connectors.c.connector_id > 0
)


def expects_tag(connection: Connection, station_id: str, id_tag: str, at: datetime) -> bool:
    """Whether a remote start with this tag is under way: the tag was chosen by us, so it may charge (RS-13)."""
    given = {"station": station_id, "tag": tag_key(id_tag), "at_ms": to_ms(at)}
    return connection.execute(_EXPECTED, given).first() is not None


def remote_start_came_true(
    connection: Connection, command_id: int, start: StartTransaction, transaction_id: int, at: datetime
) -> None:
    """Tie the command to its transaction; the profile it brought is that transaction's."""
    changed = move(connection, command_id, at, follow_up=FollowUp.STARTED.value, transaction_id=transaction_id)
    if changed and "chargingProfile" in changed.request:
        profile = msgspec.convert(changed.request["chargingProfile"], ChargingProfile)
        mine = msgspec.structs.replace(profile, transaction_id=transaction_id)
        profile_installed(connection, changed.station_id, start.connector_id, mine, to_ms(at))


def station_booted(connection: Connection, station_id: str, at: datetime) -> None:
    """The restart that was asked for, or that a new value needed, has happened (RST-08)."""
    waiting = _IN_FOLLOW_UP.all(connection, {"station": station_id, "follow_up": FollowUp.AWAITING_BOOT})
    _conclude(connection, [row.id for row in waiting], FollowUp.BOOTED, at)


def availability_reported(
    connection: Connection, station_id: str, connector_id: int, status: ChargePointStatus, at: datetime
) -> None:
    """What was scheduled has come true where the connector says so, for the station where every connector does."""
    done = [
        row.id
        for row in _SCHEDULED.all(connection, {"station": station_id})
        if row.connector_id in (0, connector_id) and _has_come_true(connection, station_id, row, status)
    ]
    _conclude(connection, done, FollowUp.DONE, at)


def supersede_scheduled(connection: Connection, station_id: str, connector_id: int, at: datetime) -> None:
    """A later change of the same connector, or of the station, takes the place of what is scheduled."""
    scheduled = _SCHEDULED.all(connection, {"station": station_id})
    replaced = [row.id for row in scheduled if connector_id in (0, row.connector_id)]
    _conclude(connection, replaced, FollowUp.SUPERSEDED, at)


def give_up_starts(connection: Connection, at: datetime) -> int:
    """Nobody plugged in, or the station refused in the end: these starts are not waited for any more (RS-12)."""
    late = _LATE.all(connection, {"at_ms": to_ms(at)})
    _conclude(connection, [row.id for row in late], FollowUp.NOT_STARTED, at)
    return len(late)


def starts_are_awaited(connection: Connection) -> bool:
    """Whether any start is waited for."""
    return _AWAITED.first(connection, {}) is not None


def _has_come_true(connection: Connection, station_id: str, scheduled: Found, status: ChargePointStatus) -> bool:
    request = msgspec.json.decode(scheduled.request, type=dict[str, object])
    should_be_off = request["type"] == AvailabilityType.INOPERATIVE
    if scheduled.connector_id:
        return (status is ChargePointStatus.UNAVAILABLE) == should_be_off
    statuses = connection.execute(_STATUSES, {"station": station_id}).scalars()
    return all((each == ChargePointStatus.UNAVAILABLE) == should_be_off for each in statuses)


def _conclude(connection: Connection, command_ids: Iterable[int], follow_up: FollowUp, at: datetime) -> None:
    for command_id in list(command_ids):
        move(connection, command_id, at, follow_up=follow_up.value)
