"""The rows of jobs: each station's part in a campaign, moved on with an event for what changed."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from contactor.central.campaigns.campaign import Job, JobState
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.store.campaign_tables import campaign_jobs, campaigns

_Row = Row[*tuple[Any, ...]]  # Any: SQLAlchemy types a row's columns only if they are spelled out one by one

_jobs = campaign_jobs.c
_OVER = [state.value for state in JobState if state.is_over]
_UNDER_WAY = [state.value for state in JobState if state.is_under_way]


def add_jobs(connection: Connection, campaign_id: int, jobs: Iterable[Job]) -> None:
    """Keep the stations of a new campaign."""
    connection.execute(insert(campaign_jobs), [{"campaign_id": campaign_id, **_values(job)} for job in jobs])


def find_jobs(
    connection: Connection,
    campaign_id: int,
    *,
    state: JobState | None = None,
    after: int | None = None,
    limit: int | None = None,
) -> list[Job]:
    """The stations of a campaign, in their order."""
    wanted = [_jobs.campaign_id == campaign_id]
    if state is not None:
        wanted.append(_jobs.state == state.value)
    if after is not None:
        wanted.append(_jobs.place > after)
    query = select(campaign_jobs).where(*wanted).order_by(_jobs.place).limit(limit)
    return [_read(row) for row in connection.execute(query)]


def find_open_waves(connection: Connection, campaign_id: int) -> tuple[list[Job], bool]:
    """The stations of the waves that are on, and of the one that comes next; and whether no other wave is open.

    Those of waves that are through, or far off, are not read: there may be thousands.
    """
    ours, is_open = _jobs.campaign_id == campaign_id, _jobs.state.not_in(_OVER)
    query = select(_jobs.wave).where(ours, is_open).distinct().order_by(_jobs.wave)
    waves = list(connection.execute(query).scalars())
    busy = list(connection.execute(query.where(_jobs.state.in_(_UNDER_WAY))).scalars())
    wanted = {*waves[:2], *busy}
    found = select(campaign_jobs).where(ours, _jobs.wave.in_(wanted)).order_by(_jobs.place)
    return [_read(row) for row in connection.execute(found)], wanted.issuperset(waves)


def count_jobs(connection: Connection, campaign_ids: Iterable[int]) -> Mapping[int, Mapping[tuple[int, JobState], int]]:
    """For each campaign how many stations of each wave have come how far."""
    query = (
        select(_jobs.campaign_id, _jobs.wave, _jobs.state, func.count().label("jobs"))
        .where(_jobs.campaign_id.in_(list(campaign_ids)))
        .group_by(_jobs.campaign_id, _jobs.wave, _jobs.state)
        .order_by(_jobs.campaign_id, _jobs.wave)
    )
    counts: dict[int, dict[tuple[int, JobState], int]] = {}
    for row in connection.execute(query):
        counts.setdefault(row.campaign_id, {})[row.wave, JobState(row.state)] = row.jobs
    return counts


def stations_under_way(connection: Connection, station_ids: Iterable[str]) -> Mapping[str, str]:
    """Of some stations those that another campaign has not finished with, each with that campaign's name."""
    query = (
        select(_jobs.station_id, campaigns.c.name)
        .join(campaigns, campaigns.c.id == _jobs.campaign_id)
        .where(campaigns.c.ended_at_ms.is_(None), _jobs.state.not_in(_OVER))
    )
    wanted = set(station_ids)
    return {row.station_id: row.name for row in connection.execute(query) if row.station_id in wanted}


def move_job(connection: Connection, campaign_id: int, job: Job, old: Job, now: datetime) -> bool:
    """Change how far a station has come; False if it does not stand any more where it was seen."""
    here = (_jobs.campaign_id == campaign_id, _jobs.place == old.place)
    as_seen = (_jobs.state == old.state.value, _jobs.orders == old.orders, _jobs.failures == old.failures)
    if not connection.execute(update(campaign_jobs).where(*here, *as_seen).values(**_values(job))).rowcount:
        return False
    if (job.state, job.detail) != (old.state, old.detail):
        facts = {"campaign_id": campaign_id, "wave": job.wave, "state": job.state.value}
        told = {**facts, "detail": job.detail, "failures": job.failures}
        record_event(connection, EventKind.CAMPAIGN_JOB_CHANGED, job.station_id, now, told)
    return True


def forgive_failures(connection: Connection, campaign_id: int, *, retry: bool, now_ms: int) -> None:
    """The campaign goes on: what has failed so far stops it no more, and is tried anew if that is wanted."""
    failed = (_jobs.campaign_id == campaign_id, _jobs.state == JobState.FAILED.value)
    values: dict[str, object] = {"is_forgiven": True}
    if retry:
        values = {"state": JobState.QUEUED.value, "detail": "", "failures": 0, "began_at_ms": None, "due_at_ms": now_ms}
    connection.execute(update(campaign_jobs).where(*failed).values(**values, changed_at_ms=now_ms))


def _values(job: Job) -> dict[str, object]:
    return {**asdict(job), "state": job.state.value}


def _read(row: _Row) -> Job:
    return Job(
        station_id=row.station_id,
        wave=row.wave,
        place=row.place,
        state=JobState(row.state),
        detail=row.detail,
        orders=row.orders,
        failures=row.failures,
        began_at_ms=row.began_at_ms,
        due_at_ms=row.due_at_ms,
        sent_at_ms=row.sent_at_ms,
        changed_at_ms=row.changed_at_ms,
        version_before=row.version_before,
        is_forgiven=row.is_forgiven,
        is_told_unsigned=row.is_told_unsigned,
    )
