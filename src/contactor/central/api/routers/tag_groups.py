"""Groups of tags: what holds for all tags of one, and how many there are; every parent that a tag names is a group."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection
from starlette.responses import StreamingResponse

from contactor.central.api.audit_rows import note_deed
from contactor.central.api.csv_rows import write_rows
from contactor.central.api.office import TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import IfMatch, Limit, Page, TagText, require_match
from contactor.central.api.tag_rows import count_group, delete_group, etag_of, find_groups
from contactor.central.api.tag_shapes import GroupBody, GroupChange, Imported, NewGroup, csv_body
from contactor.central.api.tag_table import GROUP_COLUMNS, cells_of_group, read_groups
from contactor.central.milliseconds import from_ms
from contactor.central.tag_events import Change, tell_group, tell_import
from contactor.central.tag_register import find_group, put_groups
from contactor.central.tags import TagGroup

router = APIRouter(prefix=f"{API}/tag-groups", tags=["tags"])

EXPORT_PAGE = 1000
GroupPath = Annotated[TagText, Path(examples=["FLEET-7"])]


@router.get("")
async def list_groups(
    office: TheOffice,
    text: Annotated[TagText | None, Query(description="Part of the name, in any case.")] = None,
    after: Annotated[TagText | None, Query(description="Go on where a page ended: its `next`.")] = None,
    limit: Limit = 100,
) -> Page[GroupBody]:
    """List groups in the order of their names."""
    found = await office.read(lambda connection: find_groups(connection, text=text, after=after, limit=limit + 1))
    items = [GroupBody.of(group, counts) for group, counts in found[:limit]]
    return Page(items=items, next=items[-1].name if len(found) > limit else None)


@router.post("", status_code=201)
async def add_group(office: TheOffice, person: ThePerson, new: NewGroup, response: Response) -> GroupBody:
    """Add a group; tags that name it as their parent are in it."""
    group, now_ms = new.of(new.name), office.now_ms()

    def work(connection: Connection) -> GroupBody | Problem:
        if find_group(connection, group.name) is not None:
            return Problem(409, "there is such a group already", field="name", value=group.name)
        put_groups(connection, [group])
        tell_group(connection, group, Change.ADDED, from_ms(now_ms))
        note_deed(connection, person.did(now_ms, "tag_group.add", f"tag group {group.name}"))
        return GroupBody.of(group, count_group(connection, group.name))

    body = await office.write(work)
    office.feed.ring()
    response.headers["ETag"] = body.etag
    return body


@router.post("/import", openapi_extra=csv_body("name,concurrent_max,stations\nFLEET-7,5,RDAM-*\n"))
async def import_groups(office: TheOffice, person: ThePerson, request: Request) -> Imported:
    """Bring in a CSV file: its groups are added, or replace what is kept of them; with one bad row none is taken."""
    body = await request.body()
    groups = await office.ask(lambda: read_groups(body))
    now_ms = office.now_ms()

    def work(connection: Connection) -> Imported:
        replaced = sum(find_group(connection, group.name) is not None for group in groups)
        put_groups(connection, groups)
        counts = {"added": len(groups) - replaced, "replaced": replaced}
        tell_import(connection, "tag groups", at=from_ms(now_ms), **counts)
        note_deed(connection, person.did(now_ms, "tag_group.import", "tag groups", **counts))
        return Imported(**counts)

    imported = await office.write(work)
    office.feed.ring()
    return imported


@router.get("/export", response_class=StreamingResponse, responses={200: {"content": {"text/csv": {}}}})
async def export_groups(office: TheOffice) -> StreamingResponse:
    """Write all groups to a CSV file that can be brought in again."""

    async def pieces() -> AsyncIterator[bytes]:
        yield write_rows(GROUP_COLUMNS, (), with_head=True)
        after: str | None = None
        while found := await office.read(partial(find_groups, after=after, limit=EXPORT_PAGE)):
            yield write_rows(GROUP_COLUMNS, [cells_of_group(group) for group, _ in found], with_head=False)
            after = found[-1][0].name

    headers = {"Content-Disposition": 'attachment; filename="tag-groups.csv"'}
    return StreamingResponse(pieces(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{name}")
async def get_group(office: TheOffice, name: GroupPath, response: Response) -> GroupBody:
    """Show a group, however its letters are spelled."""

    def question(connection: Connection) -> GroupBody | None:
        group = find_group(connection, name)
        return None if group is None else GroupBody.of(group, count_group(connection, name))

    body = await office.read(question)
    if body is None:
        raise missing("tag group", "name", name)
    response.headers["ETag"] = body.etag
    return body


@router.put("/{name}")
async def change_group(
    office: TheOffice,
    person: ThePerson,
    name: GroupPath,
    change: GroupChange,
    response: Response,
    if_match: IfMatch = None,
) -> GroupBody:
    """Replace what is kept of a group."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> GroupBody | Problem:
        known = find_group(connection, name)
        flaw = _flaw(known, name, if_match)
        if known is None or flaw is not None:
            return flaw or missing("tag group", "name", name)
        group = change.of(known.name)
        put_groups(connection, [group])
        tell_group(connection, group, Change.CHANGED, from_ms(now_ms))
        facts = {"was_blocked": known.is_blocked, "is_blocked": group.is_blocked}
        note_deed(connection, person.did(now_ms, "tag_group.change", f"tag group {group.name}", **facts))
        return GroupBody.of(group, count_group(connection, name))

    body = await office.write(work)
    office.feed.ring()
    response.headers["ETag"] = body.etag
    return body


@router.delete("/{name}", status_code=204)
async def remove_group(office: TheOffice, person: ThePerson, name: GroupPath, if_match: IfMatch = None) -> None:
    """Remove a group that no tag is in."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        known = find_group(connection, name)
        flaw = _flaw(known, name, if_match)
        if known is None or flaw is not None:
            return flaw
        held = count_group(connection, name).tags
        if held:
            return Problem(409, f"{held} tags are in it; take them out first", field="name", value=known.name)
        delete_group(connection, name)
        tell_group(connection, known, Change.REMOVED, from_ms(now_ms))
        note_deed(connection, person.did(now_ms, "tag_group.remove", f"tag group {known.name}"))
        return None

    await office.write(work)
    office.feed.ring()


def _flaw(known: TagGroup | None, name: str, if_match: str | None) -> Problem | None:
    return missing("tag group", "name", name) if known is None else require_match(if_match, etag_of(known))
