"""Tariffs: kept in versions, so that no change reaches a charge that has begun."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from contactor.central.api.audit_rows import note_deed
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import ROW_NUMBER_MAX, IfMatch, Limit, NumberPath, Page, require_match
from contactor.central.api.station_rows import find_station
from contactor.central.api.tariff_bodies import TariffBody, TariffTerms
from contactor.central.tariffs.tariff_rows import (
    Scope,
    TariffVersion,
    Terms,
    add_tariff,
    change_tariff,
    etag_of,
    find_tariff,
    is_name_taken,
    list_tariffs,
    list_versions,
    retire_tariff,
)

router = APIRouter(prefix=f"{API}/tariffs", tags=["tariffs"])


@router.get("")
async def get_tariffs(
    office: TheOffice,
    retired: Annotated[bool | None, Query(description="Only those that are, or are not.")] = None,
    after: Annotated[int, Query(ge=0, le=ROW_NUMBER_MAX, description="Go on where a page ended: its `next`.")] = 0,
    limit: Limit = 100,
) -> Page[TariffBody]:
    """List tariffs as they are now, in the order of their numbers."""

    def question(connection: Connection) -> list[TariffVersion]:
        return list_tariffs(connection, after_id=after, limit=limit + 1, is_retired=retired)

    found = await office.read(question)
    items = [TariffBody.of_version(each) for each in found[:limit]]
    return Page(items=items, next=items[-1].tariff_id if len(found) > limit else None)


@router.post("", status_code=201)
async def make_tariff(office: TheOffice, person: ThePerson, new: TariffTerms, response: Response) -> TariffBody:
    """Make a tariff; charges that begin from now on go by it."""
    terms, now_ms = new.of(), office.now_ms()

    def work(connection: Connection) -> TariffVersion | Problem:
        flaw = _flaw(connection, new.name, terms, None)
        if flaw is not None:
            return flaw
        made = add_tariff(connection, new.name, terms, person.name, now_ms)
        note_deed(connection, person.did(now_ms, "tariff.make", f"tariff {made.tariff_id}", name=new.name))
        return made

    return _told(await office.write(work), response)


@router.get("/{tariff_id}")
async def get_tariff(office: TheOffice, tariff_id: NumberPath, response: Response) -> TariffBody:
    """Show a tariff as it is now."""
    return _told(await _one(office, tariff_id), response)


@router.get("/{tariff_id}/versions")
async def get_versions(office: TheOffice, tariff_id: NumberPath) -> list[TariffBody]:
    """List all versions of a tariff, the newest first."""
    await _one(office, tariff_id)
    return [TariffBody.of_version(each) for each in await office.read(lambda c: list_versions(c, tariff_id))]


@router.put("/{tariff_id}")
async def put_tariff(
    office: TheOffice,
    person: ThePerson,
    tariff_id: NumberPath,
    change: TariffTerms,
    response: Response,
    if_match: IfMatch = None,
) -> TariffBody:
    """Replace a tariff by a new version; charges that have begun go on by the version they began with."""
    terms, now_ms = change.of(), office.now_ms()

    def work(connection: Connection) -> TariffVersion | Problem:
        known = _changeable(connection, tariff_id, if_match)
        if isinstance(known, Problem):
            return known
        flaw = _flaw(connection, change.name, terms, tariff_id)
        if flaw is not None:
            return flaw
        made = change_tariff(connection, known, change.name, terms, person.name, now_ms)
        note_deed(connection, person.did(now_ms, "tariff.change", f"tariff {tariff_id}", version=made.version))
        return made

    return _told(await office.write(work), response)


@router.delete("/{tariff_id}", status_code=204)
async def delete_tariff(office: TheOffice, person: ThePerson, tariff_id: NumberPath, if_match: IfMatch = None) -> None:
    """Retire a tariff: no charge begins by it any more. Its versions stay, because charges were paid by them."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        known = _changeable(connection, tariff_id, if_match)
        if isinstance(known, Problem):
            return known
        retire_tariff(connection, tariff_id, now_ms)
        note_deed(connection, person.did(now_ms, "tariff.retire", f"tariff {tariff_id}", name=known.name))
        return None

    await office.write(work)


def _told(version: TariffVersion, response: Response) -> TariffBody:
    response.headers["ETag"] = etag_of(version)
    return TariffBody.of_version(version)


async def _one(office: Office, tariff_id: int) -> TariffVersion:
    found = await office.read(lambda connection: find_tariff(connection, tariff_id))
    if found is None:
        raise missing("tariff", "tariff_id", tariff_id)
    return found


def _changeable(connection: Connection, tariff_id: int, if_match: str | None) -> TariffVersion | Problem:
    """The tariff as somebody wants to change it, or why they cannot."""
    known = find_tariff(connection, tariff_id)
    if known is None:
        return missing("tariff", "tariff_id", tariff_id)
    flaw = require_match(if_match, etag_of(known))
    if flaw is not None:
        return flaw
    if known.retired_at is not None:
        return Problem(409, "the tariff is retired; make another one", field="tariff_id", value=tariff_id)
    return known


def _flaw(connection: Connection, name: str, terms: Terms, tariff_id: int | None) -> Problem | None:
    """What contradicts the record: another tariff's name, or a station that nobody knows."""
    if is_name_taken(connection, name, but_for=tariff_id):
        return Problem(409, "another tariff has this name", field="name", value=name)
    for each in terms.assigned_to:
        if each.scope is Scope.STATION and find_station(connection, each.subject) is None:
            return Problem(422, f"there is no station {each.subject!r}", field="assigned_to", value=each.subject)
    return None
