"""The rows of sites: kept, changed, found."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from contactor.central.sites.allocation import Policy
from contactor.central.sites.site import Member, Site, Window
from contactor.central.store.site_tables import site_members, sites


def find_sites(connection: Connection, *, after: str | None = None, limit: int | None = None) -> list[tuple[Site, int]]:
    """Sites in the order of their ids, each with its version."""
    query = select(sites).order_by(sites.c.id)
    if after is not None:
        query = query.where(sites.c.id > after)
    if limit is not None:
        query = query.limit(limit)
    rows = connection.execute(query).all()
    members = _members(connection, [row.id for row in rows])
    return [
        (
            Site(
                site_id=row.id,
                name=row.name,
                limit_w=row.limit_w,
                windows=msgspec.json.decode(row.windows, type=tuple[Window, ...]),
                time_zone=row.time_zone,
                policy=Policy(row.policy),
                standby_w=row.standby_w,
                pace_s=row.pace_s,
                step_w=row.step_w,
                turn_s=row.turn_s,
                is_active=row.is_active,
                members=tuple(members.get(row.id, ())),
            ),
            row.version,
        )
        for row in rows
    ]


def find_site(connection: Connection, site_id: str) -> tuple[Site, int] | None:
    """A site and its version."""
    return next((each for each in find_sites(connection) if each[0].site_id == site_id), None)


def put_site(connection: Connection, site: Site, *, version: int) -> None:
    """Keep a site, new or changed, with its members; none of them may belong to another site."""
    values = {
        "name": site.name,
        "limit_w": site.limit_w,
        "windows": msgspec.json.encode(tuple(_plain(each) for each in site.windows)).decode(),
        "time_zone": site.time_zone,
        "policy": site.policy.value,
        "standby_w": site.standby_w,
        "pace_s": site.pace_s,
        "step_w": site.step_w,
        "turn_s": site.turn_s,
        "is_active": site.is_active,
        "version": version,
    }
    changed = connection.execute(update(sites).where(sites.c.id == site.site_id).values(**values)).rowcount
    if not changed:
        connection.execute(insert(sites).values(id=site.site_id, **values))
    _put_members(connection, site)


def delete_site(connection: Connection, site_id: str) -> None:
    """Remove a site; its stations stay, and keep the limits they have."""
    connection.execute(delete(site_members).where(site_members.c.site_id == site_id))
    connection.execute(delete(sites).where(sites.c.id == site_id))


def site_of_station(connection: Connection, station_id: str) -> str | None:
    """Which site a station belongs to."""
    found: str | None = connection.execute(
        select(site_members.c.site_id).where(site_members.c.station_id == station_id)
    ).scalar()
    return found


def _put_members(connection: Connection, site: Site) -> None:
    connection.execute(delete(site_members).where(site_members.c.site_id == site.site_id))
    for member in site.members:
        connection.execute(
            insert(site_members).values(
                site_id=site.site_id,
                station_id=member.station_id,
                priority=member.priority,
                offline_w=member.offline_w,
                connector_w=member.connector_w,
            )
        )


def _members(connection: Connection, site_ids: Iterable[str]) -> dict[str, list[Member]]:
    query = select(site_members).where(site_members.c.site_id.in_(list(site_ids))).order_by(site_members.c.station_id)
    found: dict[str, list[Member]] = {}
    for row in connection.execute(query):
        found.setdefault(row.site_id, []).append(Member(row.station_id, row.priority, row.offline_w, row.connector_w))
    return found


def _plain(window: Window) -> dict[str, object]:
    return {
        "weekdays": sorted(window.weekdays),
        "from_minute": window.from_minute,
        "until_minute": window.until_minute,
        "limit_w": window.limit_w,
    }
