"""What a campaign has to know of its stations: what they run, whether a car charges, what they said of their update."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Select, select

from contactor.central.campaigns.campaign import Campaign, Job, JobState, order_key
from contactor.central.campaigns.progress import Facts
from contactor.central.commands.command import CommandState
from contactor.central.store.campaign_tables import campaign_jobs
from contactor.central.store.operation_tables import commands
from contactor.central.store.schema import TransactionState, connectors, notifications, stations, transactions
from contactor.ocpp.enumerations import ChargePointStatus, SignedFirmwareStatus

_jobs = campaign_jobs.c
_UNDER_WAY = [state.value for state in JobState if state.is_under_way]
_OVER = [state.value for state in JobState if state.is_over]
_WITH_A_CAR = (ChargePointStatus.CHARGING, ChargePointStatus.SUSPENDED_EV, ChargePointStatus.SUSPENDED_EVSE)
_KEYS_AT_ONCE = 500


def load_station_facts(
    connection: Connection, campaign: Campaign, jobs: Sequence[Job], ready: frozenset[str]
) -> Mapping[str, Facts]:
    """The stations of these jobs that are not through; `ready` are those that can be given orders now."""
    waves = {job.wave for job in jobs}
    ours = select(_jobs.station_id).where(
        _jobs.campaign_id == campaign.campaign_id, _jobs.wave.in_(waves), _jobs.state.not_in(_OVER)
    )
    charging = _charging(connection, ours)
    columns = (stations.c.id, stations.c.firmware_version, stations.c.booted_at_ms)
    found = {
        row.id: Facts(
            is_ready=row.id in ready,
            is_charging=row.id in charging,
            version=row.firmware_version,
            booted_at_ms=row.booted_at_ms or 0,
        )
        for row in connection.execute(select(*columns).where(stations.c.id.in_(ours)))
    }
    under_way = [job for job in jobs if job.state.is_under_way]
    orders = _orders(connection, campaign.campaign_id, under_way)
    for station_id, order in orders.items():
        found[station_id] = replace(
            found[station_id], command=order.state, command_detail=order.detail, command_status=order.status
        )
    for station_id, (told, at_ms) in _told(connection, campaign.campaign_id, orders).items():
        found[station_id] = replace(found[station_id], told=told, told_at_ms=at_ms)
    return found


def _charging(connection: Connection, ours: Select[tuple[str]]) -> frozenset[str]:
    """Where a transaction runs, or a connector says that a car draws power though its start has not come yet."""
    running = select(transactions.c.station_id).where(
        transactions.c.station_id.in_(ours), transactions.c.state == TransactionState.OPEN.value
    )
    drawing = select(connectors.c.station_id).where(
        connectors.c.station_id.in_(ours), connectors.c.status.in_([status.value for status in _WITH_A_CAR])
    )
    return frozenset(connection.execute(running.union(drawing)).scalars())


class _Order(NamedTuple):
    """How a station's last order stands; `number` is that of a signed update, by which its reports name it."""

    state: CommandState
    detail: str
    status: str | None
    number: object


def _orders(connection: Connection, campaign_id: int, jobs: Iterable[Job]) -> Mapping[str, _Order]:
    """How the last order of each of these jobs stands."""
    found = {}
    columns = (commands.c.station_id, commands.c.state, commands.c.detail, commands.c.status, commands.c.request)
    for keys in _some(order_key(campaign_id, job) for job in jobs):
        for row in connection.execute(select(*columns).where(commands.c.idempotency_key.in_(keys))):
            number = _read(row.request).get("requestId")
            found[row.station_id] = _Order(CommandState(row.state), row.detail, row.status, number)
    return found


def find_orders(connection: Connection, campaign_id: int, jobs: Iterable[Job]) -> Mapping[str, int]:
    """The numbers of the commands that jobs led to last, by station."""
    found = {}
    for keys in _some(order_key(campaign_id, job) for job in jobs):
        query = select(commands.c.station_id, commands.c.id).where(commands.c.idempotency_key.in_(keys))
        found.update({row.station_id: row.id for row in connection.execute(query)})
    return found


def _told(
    connection: Connection, campaign_id: int, orders: Mapping[str, _Order]
) -> Mapping[str, tuple[SignedFirmwareStatus, int]]:
    """What each station that was told to install said last of it, and when; not what it said of another update."""
    query = (
        select(notifications.c.station_id, notifications.c.content, notifications.c.received_at_ms)
        .join(campaign_jobs, campaign_jobs.c.station_id == notifications.c.station_id)
        .where(
            _jobs.campaign_id == campaign_id,
            _jobs.state.in_(_UNDER_WAY),
            notifications.c.action.in_(_REPORTS),
            notifications.c.received_at_ms >= _jobs.sent_at_ms,
        )
        .order_by(notifications.c.id)
    )
    said: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in connection.execute(query):
        content, order = _read(row.content), orders.get(row.station_id)
        status, number = content.get("status"), content.get("requestId")
        is_of_another = number is not None and order is not None and order.number not in (None, number)
        if status in _WORDS and not is_of_another:
            said[row.station_id].append((str(status), row.received_at_ms))
    return {station_id: (SignedFirmwareStatus(words[-1][0]), words[-1][1]) for station_id, words in said.items()}


_REPORTS = ("FirmwareStatusNotification", "SignedFirmwareStatusNotification")
_WORDS = frozenset(status.value for status in SignedFirmwareStatus if status is not SignedFirmwareStatus.IDLE)
"""Those of FirmwareStatusNotification are among them. Idle tells nothing of an update: it may be triggered."""


def _read(text: str) -> dict[str, object]:
    return msgspec.json.decode(text, type=dict[str, object])


def _some(keys: Iterator[str]) -> Iterator[list[str]]:
    while taken := list(islice(keys, _KEYS_AT_ONCE)):
        yield taken
