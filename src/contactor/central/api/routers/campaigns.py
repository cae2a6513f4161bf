"""Firmware campaigns: begun, watched, paused, resumed, cancelled, and reported on station by station."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from contactor.central.api.audit_rows import note_deed
from contactor.central.api.campaign_shapes import CampaignBody, JobBody, NewCampaign, Plan, Resumption
from contactor.central.api.file_locations import not_served
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.person import Person, ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import ROW_NUMBER_MAX, Before, Limit, NumberPath, Page
from contactor.central.campaigns.campaign import Campaign, CampaignState, Job, JobState, Signed
from contactor.central.campaigns.campaign_rows import (
    add_campaign,
    delete_campaign,
    find_campaign,
    find_campaigns,
    move_campaign,
)
from contactor.central.campaigns.job_rows import add_jobs, count_jobs, find_jobs, forgive_failures, stations_under_way
from contactor.central.campaigns.selection import choose, part_into_waves, unknown_stations
from contactor.central.campaigns.station_facts import find_orders
from contactor.central.files.image_rows import Image, find_image
from contactor.central.milliseconds import to_ms

router = APIRouter(prefix=f"{API}/campaigns", tags=["campaigns"])

States = Annotated[list[CampaignState] | None, Query(alias="state", description="Several are any of them.")]
After = Annotated[int | None, Query(ge=0, le=ROW_NUMBER_MAX, description="Go on where a page ended: its `next`.")]


@router.get("")
async def list_campaigns(
    office: TheOffice, states: States = None, before: Before = None, limit: Limit = 100
) -> Page[CampaignBody]:
    """List campaigns, the newest first."""

    def question(connection: Connection) -> list[CampaignBody]:
        found = find_campaigns(connection, states or (), before, limit + 1)
        return _bodies(connection, found)

    found = await office.read(question)
    return Page(items=found[:limit], next=found[limit - 1].campaign_id if len(found) > limit else None)


@router.post("", status_code=201)
async def begin(office: TheOffice, person: ThePerson, new: NewCampaign, response: Response) -> CampaignBody:
    """Begin a campaign: the stations are chosen now, parted into waves, and told one wave after the other."""
    _require_way(office, new)
    now = office.clock.now()

    def work(connection: Connection) -> CampaignBody | Problem:
        planned = _planned(connection, office, new)
        if isinstance(planned, Problem):
            return planned
        image, jobs = planned
        campaign = add_campaign(connection, new.name, image, new.rules.of(), by=person.name, now=now)
        add_jobs(connection, campaign.campaign_id, jobs)
        facts = {"name": new.name, "image": image.image_id, "version": image.version, "stations": len(jobs)}
        note_deed(connection, person.did(to_ms(now), "campaign.begin", _named(campaign.campaign_id), **facts))
        return _bodies(connection, [campaign])[0]

    begun = await office.write(work)
    office.feed.ring()
    response.headers["Location"] = f"{API}/campaigns/{begun.campaign_id}"
    return begun


@router.post("/plan")
async def plan(office: TheOffice, new: NewCampaign) -> Plan:
    """Show which stations a campaign would choose, in which waves; nothing is kept or told."""
    _require_way(office, new)
    planned = await office.read(lambda connection: _planned(connection, office, new))
    if isinstance(planned, Problem):
        raise planned
    return Plan.of(planned[0].version, planned[1])


@router.get("/{campaign_id}")
async def get_campaign(office: TheOffice, campaign_id: NumberPath) -> CampaignBody:
    """Show a campaign, and how far each wave has come."""

    def question(connection: Connection) -> CampaignBody | None:
        found = find_campaign(connection, campaign_id)
        return None if found is None else _bodies(connection, [found])[0]

    found = await office.read(question)
    if found is None:
        raise _no_campaign(campaign_id)
    return found


@router.get("/{campaign_id}/stations")
async def list_jobs(
    office: TheOffice,
    campaign_id: NumberPath,
    state: JobState | None = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[JobBody]:
    """Report on the stations of a campaign, in the order of its waves."""

    def question(connection: Connection) -> tuple[list[Job], dict[str, int]] | None:
        if find_campaign(connection, campaign_id) is None:
            return None
        jobs = find_jobs(connection, campaign_id, state=state, after=after, limit=limit + 1)
        return jobs, dict(find_orders(connection, campaign_id, jobs))

    found = await office.read(question)
    if found is None:
        raise _no_campaign(campaign_id)
    jobs, orders = found
    items = [JobBody.of(job, orders.get(job.station_id)) for job in jobs[:limit]]
    return Page(items=items, next=jobs[limit - 1].place if len(jobs) > limit else None)


@router.post("/{campaign_id}/pause")
async def pause(office: TheOffice, person: ThePerson, campaign_id: NumberPath) -> CampaignBody:
    """Tell no more stations for now; those that were told go on."""
    return await _move(office, person, campaign_id, CampaignState.PAUSED, (CampaignState.RUNNING,), "pause")


@router.post("/{campaign_id}/resume")
async def resume(
    office: TheOffice, person: ThePerson, campaign_id: NumberPath, how: Resumption | None = None
) -> CampaignBody:
    """Go on with a campaign that was paused or stopped; what has failed so far stops it no more."""
    is_retry = how is not None and how.is_retry
    may_be = (CampaignState.PAUSED, CampaignState.STOPPED)
    return await _move(office, person, campaign_id, CampaignState.RUNNING, may_be, "resume", is_retry=is_retry)


@router.post("/{campaign_id}/cancel")
async def cancel(office: TheOffice, person: ThePerson, campaign_id: NumberPath) -> CampaignBody:
    """End a campaign: who was not told is skipped; OCPP has no way to call back those that were."""
    may_be = (CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.STOPPED)
    return await _move(office, person, campaign_id, CampaignState.CANCELLED, may_be, "cancel")


@router.delete("/{campaign_id}", status_code=204)
async def remove(office: TheOffice, person: ThePerson, campaign_id: NumberPath) -> None:
    """Forget a campaign that has ended, with its report."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        found = find_campaign(connection, campaign_id)
        if found is None:
            return _no_campaign(campaign_id)
        if found.ended_at_ms is None:
            detail = f"it is {found.state}, and stations may still be at work; cancel it, or wait"
            return Problem(409, detail, field="campaign_id", value=campaign_id)
        delete_campaign(connection, campaign_id)
        note_deed(connection, person.did(now_ms, "campaign.remove", _named(campaign_id), name=found.name))
        return None

    await office.write(work)


async def _move(
    office: Office,
    person: Person,
    campaign_id: int,
    state: CampaignState,
    may_be: Sequence[CampaignState],
    deed: str,
    *,
    is_retry: bool = False,
) -> CampaignBody:
    now = office.clock.now()

    def work(connection: Connection) -> CampaignBody | Problem:
        found = find_campaign(connection, campaign_id)
        if found is None:
            return _no_campaign(campaign_id)
        if found.state not in may_be:
            return Problem(409, f"it is {found.state}", field="campaign_id", value=campaign_id)
        move_campaign(connection, found, state, "", now)
        if state is CampaignState.RUNNING:
            forgive_failures(connection, campaign_id, retry=is_retry, now_ms=to_ms(now))
        details = {"is_retry": is_retry} if state is CampaignState.RUNNING else {}
        note_deed(connection, person.did(to_ms(now), f"campaign.{deed}", _named(campaign_id), **details))
        after = find_campaign(connection, campaign_id)
        assert after is not None
        return _bodies(connection, [after])[0]

    moved = await office.write(work)
    office.feed.ring()
    return moved


def _planned(connection: Connection, office: Office, new: NewCampaign) -> tuple[Image, list[Job]] | Problem:
    """The image and the jobs of a campaign, or why it cannot be."""
    image = find_image(connection, new.image_id)
    if image is None:
        return missing("image", "image_id", new.image_id)
    if new.rules.signed is not Signed.NEVER and image.signature is None:
        detail = f"{image.file_name} has no signature; give it one first"
        return Problem(409, detail, field="rules.signed", value=new.rules.signed)
    selection = new.selection.of()
    unknown = unknown_stations(connection, selection)
    if unknown:
        return missing("station", "selection.stations", unknown[0])
    jobs = part_into_waves(choose(connection, selection, office.queries.catalogue), new.rules.waves, image.version)
    to_do = [job.station_id for job in jobs if not job.state.is_over]
    if not to_do:
        detail = f"all stations of it run {image.version} already" if jobs else "there is no such station"
        return Problem(422, detail, field="selection")
    busy = sorted(stations_under_way(connection, to_do).items())
    if busy:
        detail = f"campaign {busy[0][1]!r} is not through with it"
        return Problem(409, detail, field="selection.stations", value=busy[0][0])
    return image, jobs


def _require_way(office: Office, new: NewCampaign) -> None:
    if not office.exchange.serves(new.rules.via):
        raise not_served(new.rules.via)


def _bodies(connection: Connection, found: Sequence[Campaign]) -> list[CampaignBody]:
    counts = count_jobs(connection, [campaign.campaign_id for campaign in found])
    return [CampaignBody.of(campaign, counts.get(campaign.campaign_id, {})) for campaign in found]


def _no_campaign(campaign_id: int) -> Problem:
    return missing("campaign", "campaign_id", campaign_id)


def _named(campaign_id: int) -> str:
    return f"campaign {campaign_id}"
