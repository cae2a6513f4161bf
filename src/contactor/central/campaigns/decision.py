"""What a campaign does next: from how it stands and how its stations are, without touching anything."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contactor.central.campaigns.campaign import Campaign, CampaignState, Job, JobState, Rules
from contactor.central.campaigns.progress import UNKNOWN, Facts, follow
from contactor.central.milliseconds import to_ms

AT_ONCE = 20
"""Stations told in one round; the others of a large wave are told in the next ones."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How the campaign stands from now on, the jobs that changed, and which stations are to be told now."""

    state: CampaignState
    detail: str
    changed: tuple[Job, ...]
    tell: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """What a campaign has to do: the jobs of the waves that are on or come next, all of them if it `is_whole`.

    Without `is_served` there is no way now by which files could move.
    """

    jobs: Sequence[Job]
    facts: Mapping[str, Facts]
    is_whole: bool = True
    is_served: bool = True


def decide(campaign: Campaign, work: Work, now: datetime) -> Decision:
    """Follow those that were told, and tell the next ones if the rules allow it."""
    jobs, facts, now_ms = work.jobs, work.facts, to_ms(now)
    after = [
        follow(job, facts.get(job.station_id, UNKNOWN), campaign.rules, campaign.version, now_ms)
        if job.state.is_under_way
        else job
        for job in jobs
    ]
    state, detail = _standing(campaign, after, work)
    tell: list[Job] = []
    if state is CampaignState.RUNNING:
        after = _next_wave(campaign, after, work, now, tell)
        state, detail = _standing(campaign, after, work)
    elif state is CampaignState.CANCELLED:
        after = [_given_up(job) if job.state.is_waiting else job for job in after]
    changed = tuple(
        replace(new, changed_at_ms=now_ms) if _is_news(new, old) else new
        for new, old in zip(after, jobs, strict=True)
        if new != old
    )
    return Decision(state, detail, changed, tuple(tell))


def current_wave(jobs: Sequence[Job]) -> int | None:
    """The wave that is going on: the first that has not come to its end."""
    return min((job.wave for job in jobs if not job.state.is_over), default=None)


def why_stopped(rules: Rules, jobs: Sequence[Job]) -> str | None:
    """Which wave has failed too often, and how often; None if none has."""
    sizes = Counter(job.wave for job in jobs)
    failures = Counter(job.wave for job in jobs if job.state is JobState.FAILED and not job.is_forgiven)
    for wave, count in sorted(failures.items()):
        is_over_count = rules.failures_max is not None and count > rules.failures_max
        is_over_share = rules.failure_share_max is not None and count * 100 > rules.failure_share_max * sizes[wave]
        if is_over_count or is_over_share:
            return f"{count} of {sizes[wave]} stations of wave {wave} failed"
    return None


def _standing(campaign: Campaign, jobs: Sequence[Job], work: Work) -> tuple[CampaignState, str]:
    if campaign.state is CampaignState.CANCELLED:
        return campaign.state, campaign.detail
    if current_wave(jobs) is None and work.is_whole:
        return CampaignState.DONE, ""
    reason = why_stopped(campaign.rules, jobs) if campaign.state is CampaignState.RUNNING else None
    return (campaign.state, campaign.detail) if reason is None else (CampaignState.STOPPED, reason)


def _next_wave(campaign: Campaign, jobs: Sequence[Job], work: Work, now: datetime, tell: list[Job]) -> list[Job]:
    """The jobs after the current wave was looked at; who is to be told is put into `tell`."""
    wave = current_wave(jobs)
    after = []
    for job in jobs:
        looked = job
        if job.wave == wave and job.state.is_waiting:
            looked = _look(campaign, job, work, now)
            if looked.state is JobState.QUEUED and not looked.detail and len(tell) < AT_ONCE:
                tell.append(looked)
        after.append(looked)
    return after


def _look(campaign: Campaign, job: Job, work: Work, now: datetime) -> Job:
    """A station of the current wave that waits; queued without a detail, its time has come."""
    rules, facts, now_ms = campaign.rules, work.facts.get(job.station_id, UNKNOWN), to_ms(now)
    begun = job if job.began_at_ms is not None else replace(job, began_at_ms=now_ms)
    if facts.version == campaign.version:
        detail = f"it runs {campaign.version} already"
        return replace(begun, state=JobState.SKIPPED, detail=detail)
    if now_ms < begun.due_at_ms:
        return begun
    waits_for, state = _what_it_waits_for(rules, facts, now)
    if not waits_for and not work.is_served:
        return replace(begun, state=JobState.QUEUED, detail=f"files do not move by {rules.via} now")
    if waits_for and rules.wait_limit_s and now_ms - (begun.began_at_ms or 0) >= rules.wait_limit_s * 1000:
        return replace(begun, state=JobState.SKIPPED, detail=f"after {rules.wait_limit_s} s {waits_for}")
    return replace(begun, state=state, detail=waits_for)


def _what_it_waits_for(rules: Rules, facts: Facts, now: datetime) -> tuple[str, JobState]:
    if not facts.is_ready:
        return "it is not connected, or not accepted", JobState.QUEUED
    if rules.hours is not None and not rules.hours.hold(now):
        return "it is not the campaign's hour", JobState.QUEUED
    if rules.needs_idle and facts.is_charging:
        return "a car charges", JobState.WAITING_FOR_IDLE
    return "", JobState.QUEUED


def _given_up(job: Job) -> Job:
    return replace(job, state=JobState.SKIPPED, detail="the campaign was cancelled")


def _is_news(new: Job, old: Job) -> bool:
    return (new.state, new.detail) != (old.state, old.detail)
