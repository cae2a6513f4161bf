"""Tags: who may charge; kept one by one, or brought in as a file."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection
from starlette.responses import StreamingResponse

from contactor.central.api.audit_rows import note_deed
from contactor.central.api.csv_rows import write_rows
from contactor.central.api.office import TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import IfMatch, Limit, Page, TagPath, TagText, require_match
from contactor.central.api.tag_rows import delete_tag, etag_of, find_tags
from contactor.central.api.tag_shapes import Imported, NewTag, TagBody, TagChange, csv_body
from contactor.central.api.tag_table import TAG_COLUMNS, cells_of_tag, read_tags
from contactor.central.milliseconds import from_ms
from contactor.central.tag_events import Change, tell_import, tell_tag
from contactor.central.tag_register import find_tag, put_tags
from contactor.central.tags import Tag

router = APIRouter(prefix=f"{API}/tags", tags=["tags"])


EXPORT_PAGE = 1000


@router.get("")
async def list_tags(
    office: TheOffice,
    text: Annotated[TagText | None, Query(description="Part of the tag, in any case.")] = None,
    parent: Annotated[TagText | None, Query(description="The group.")] = None,
    blocked: bool | None = None,
    after: Annotated[TagText | None, Query(description="Go on where a page ended: its `next`.")] = None,
    limit: Limit = 100,
) -> Page[TagBody]:
    """List tags in the order of their texts."""

    def question(connection: Connection) -> list[Tag]:
        return find_tags(connection, text=text, parent=parent, is_blocked=blocked, after=after, limit=limit + 1)

    tags = await office.read(question)
    items = [TagBody.of(tag) for tag in tags[:limit]]
    return Page(items=items, next=items[-1].id_tag if len(tags) > limit else None)


@router.post("", status_code=201)
async def add_tag(office: TheOffice, person: ThePerson, new: NewTag, response: Response) -> TagBody:
    """Add a tag."""
    tag, now_ms = new.of(new.id_tag), office.now_ms()

    def work(connection: Connection) -> Problem | None:
        if find_tag(connection, tag.id_tag) is not None:
            return Problem(409, "the tag is registered already", field="id_tag", value=tag.id_tag)
        put_tags(connection, [tag])
        tell_tag(connection, tag, Change.ADDED, from_ms(now_ms))
        note_deed(connection, person.did(now_ms, "tag.add", f"tag {tag.id_tag}"))
        return None

    await office.write(work)
    office.feed.ring()
    response.headers["ETag"] = etag_of(tag)
    return TagBody.of(tag)


@router.post("/import", openapi_extra=csv_body("id_tag,parent_id_tag,expires_at\n04A2FF10,FLEET-7,2027-01-01\n"))
async def import_tags(office: TheOffice, person: ThePerson, request: Request) -> Imported:
    """Bring in a CSV file: its tags are added, or replace what is kept of them; with one bad row none is taken."""
    body = await request.body()
    tags = await office.ask(lambda: read_tags(body))
    now_ms = office.now_ms()

    def work(connection: Connection) -> Imported:
        replaced = sum(find_tag(connection, tag.id_tag) is not None for tag in tags)
        put_tags(connection, tags)
        counts = {"added": len(tags) - replaced, "replaced": replaced}
        tell_import(connection, "tags", at=from_ms(now_ms), **counts)
        note_deed(connection, person.did(now_ms, "tag.import", "tags", **counts))
        return Imported(**counts)

    imported = await office.write(work)
    office.feed.ring()
    return imported


@router.get("/export", response_class=StreamingResponse, responses={200: {"content": {"text/csv": {}}}})
async def export_tags(office: TheOffice) -> StreamingResponse:
    """Write all tags to a CSV file that can be brought in again.

    A text that a spreadsheet would take for a formula gets an apostrophe in front, which bringing it in takes away.
    """

    async def pieces() -> AsyncIterator[bytes]:
        yield write_rows(TAG_COLUMNS, (), with_head=True)
        after: str | None = None
        while found := await office.read(partial(find_tags, after=after, limit=EXPORT_PAGE)):
            yield write_rows(TAG_COLUMNS, [cells_of_tag(tag) for tag in found], with_head=False)
            after = found[-1].id_tag

    headers = {"Content-Disposition": 'attachment; filename="tags.csv"'}
    return StreamingResponse(pieces(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{id_tag}")
async def get_tag(office: TheOffice, id_tag: TagPath, response: Response) -> TagBody:
    """Show a tag, however its letters are spelled."""
    tag = await office.read(lambda connection: find_tag(connection, id_tag))
    if tag is None:
        raise missing("tag", "id_tag", id_tag)
    response.headers["ETag"] = etag_of(tag)
    return TagBody.of(tag)


@router.put("/{id_tag}")
async def change_tag(
    office: TheOffice,
    person: ThePerson,
    id_tag: TagPath,
    change: TagChange,
    response: Response,
    if_match: IfMatch = None,
) -> TagBody:
    """Replace what is kept of a tag."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Tag | Problem:
        known = find_tag(connection, id_tag)
        if known is None:
            return missing("tag", "id_tag", id_tag)
        flaw = require_match(if_match, etag_of(known))
        if flaw is not None:
            return flaw
        tag = change.of(known.id_tag)
        put_tags(connection, [tag])
        tell_tag(connection, tag, Change.CHANGED, from_ms(now_ms))
        facts = {"was_blocked": known.is_blocked, "is_blocked": tag.is_blocked}
        note_deed(connection, person.did(now_ms, "tag.change", f"tag {tag.id_tag}", **facts))
        return tag

    tag = await office.write(work)
    office.feed.ring()
    response.headers["ETag"] = etag_of(tag)
    return TagBody.of(tag)


@router.delete("/{id_tag}", status_code=204)
async def remove_tag(office: TheOffice, person: ThePerson, id_tag: TagPath, if_match: IfMatch = None) -> None:
    """Remove a tag; it is Invalid from now on, and its transactions stay."""
    now_ms = office.now_ms()

    def work(connection: Connection) -> Problem | None:
        known = find_tag(connection, id_tag)
        if known is None:
            return missing("tag", "id_tag", id_tag)
        flaw = require_match(if_match, etag_of(known))
        if flaw is not None:
            return flaw
        delete_tag(connection, id_tag)
        tell_tag(connection, known, Change.REMOVED, from_ms(now_ms))
        note_deed(connection, person.did(now_ms, "tag.remove", f"tag {known.id_tag}"))
        return None

    await office.write(work)
    office.feed.ring()
