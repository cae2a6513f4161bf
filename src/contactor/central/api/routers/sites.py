"""Sites: stations that share a connection to the grid, and its power among their cars."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Connection

from contactor.central.api.audit_rows import note_deed
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import IfMatch, Limit, Page, require_match
from contactor.central.api.site_shapes import NewSite, PowerBody, SiteBody, SiteChange, SiteText, Trial, etag_of
from contactor.central.api.station_rows import find_station
from contactor.central.sites.balancer import SiteState
from contactor.central.sites.site import Site
from contactor.central.sites.site_rows import delete_site, find_site, find_sites, put_site, site_of_station

router = APIRouter(prefix=f"{API}/sites", tags=["sites"])

SitePath = Annotated[SiteText, Path(examples=["rotterdam"])]


@router.get("")
async def list_sites(
    office: TheOffice,
    after: Annotated[SiteText | None, Query(description="Go on where a page ended: its `next`.")] = None,
    limit: Limit = 100,
) -> Page[SiteBody]:
    """List sites by their ids."""
    found = await office.read(lambda connection: find_sites(connection, after=after, limit=limit + 1))
    items = [SiteBody.of_site(site, version) for site, version in found[:limit]]
    return Page(items=items, next=items[-1].site_id if len(found) > limit else None)


@router.post("", status_code=201)
async def add_site(office: TheOffice, person: ThePerson, new: NewSite, response: Response) -> SiteBody:
    """Add a site; from now on its limit is kept, if it is active."""
    site, now_ms = new.site(), office.now_ms()

    def work(connection: Connection) -> Problem | None:
        if find_site(connection, site.site_id) is not None:
            return Problem(409, "there is a site of that id already", field="site_id", value=site.site_id)
        flaw = _put(connection, site, version=1)
        if flaw is None:
            note_deed(connection, person.did(now_ms, "site.add", f"site {site.site_id}", limit_w=site.limit_w))
        return flaw

    await office.write(work)
    response.headers["ETag"] = etag_of(1)
    return SiteBody.of_site(site, 1)


@router.get("/{site_id}")
async def get_site(office: TheOffice, site_id: SitePath, response: Response) -> SiteBody:
    """Show what was set for a site."""
    found = await office.read(lambda connection: find_site(connection, site_id))
    if found is None:
        raise missing("site", "site_id", site_id)
    response.headers["ETag"] = etag_of(found[1])
    return SiteBody.of_site(*found)


@router.put("/{site_id}")
async def change_site(
    office: TheOffice,
    person: ThePerson,
    site_id: SitePath,
    change: SiteChange,
    response: Response,
    if_match: IfMatch = None,
) -> SiteBody:
    """Replace what is set for a site."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> tuple[Site, int] | Problem:
        known = find_site(connection, site_id)
        if known is None:
            return missing("site", "site_id", site_id)
        flaw = require_match(if_match, etag_of(known[1])) or _put(connection, change.of(site_id), version=known[1] + 1)
        if flaw is not None:
            return flaw
        facts = {"was_limit_w": known[0].limit_w, "limit_w": change.limit_w, "stations": len(change.members)}
        note_deed(connection, person.did(now_ms, "site.change", f"site {site_id}", **facts))
        return change.of(site_id), known[1] + 1

    site, version = await office.write(work)
    response.headers["ETag"] = etag_of(version)
    return SiteBody.of_site(site, version)


@router.delete("/{site_id}", status_code=204)
async def remove_site(office: TheOffice, person: ThePerson, site_id: SitePath, if_match: IfMatch = None) -> None:
    """Remove a site; its stations stay, and go by the limits they have until those are cleared."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        known = find_site(connection, site_id)
        if known is None:
            return missing("site", "site_id", site_id)
        flaw = require_match(if_match, etag_of(known[1]))
        if flaw is None:
            delete_site(connection, site_id)
            note_deed(connection, person.did(now_ms, "site.remove", f"site {site_id}"))
        return flaw

    await office.write(work)


@router.get("/{site_id}/power")
async def show_power(office: TheOffice, site_id: SitePath) -> PowerBody:
    """Show how a site's power is shared now: who gets what, what is reserved and why, what is about to be sent."""
    return PowerBody.of(await _state(office, site_id, Trial()))


@router.post("/{site_id}/dry-run")
async def try_site(office: TheOffice, site_id: SitePath, trial: Trial) -> PowerBody:
    """Tell what would be shared and sent if the site were set otherwise; nothing is changed and nothing sent."""
    return PowerBody.of(await _state(office, site_id, trial))


async def _state(office: Office, site_id: str, trial: Trial) -> SiteState:
    def change(site: Site) -> Site:
        return replace(site, **trial.changes())  # type: ignore[arg-type]  # the trial's fields are a site's own

    state = await office.balancer.state(site_id, change)
    if state is None:
        raise missing("site", "site_id", site_id)
    return state


def _put(connection: Connection, site: Site, *, version: int) -> Problem | None:
    """Keep a site; a problem if a station is unknown, named twice, or behind another connection."""
    seen = set()
    for member in site.members:
        station_id = member.station_id
        if station_id in seen:
            return Problem(422, "a station is named twice", field="members", value=station_id)
        seen.add(station_id)
        if find_station(connection, station_id) is None:
            return Problem(422, "there is no such station", field="members", value=station_id)
        other = site_of_station(connection, station_id)
        if other not in (None, site.site_id):
            return Problem(409, f"it belongs to site {other}", field="members", value=station_id)
    put_site(connection, site, version=version)
    return None
