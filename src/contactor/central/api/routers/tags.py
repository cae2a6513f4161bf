"""Tags: who may charge; kept one by one, or brought in as a file."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from contactor.base.ids import IdTag
from contactor.central.api.audit_rows import note_deed
from contactor.central.api.office import TheOffice
from contactor.central.api.person import ThePerson
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import Body, IfMatch, Instant, Limit, Page, TagPath, TagText, require_match
from contactor.central.api.tag_rows import delete_tag, etag_of, find_tags
from contactor.central.api.tag_table import read_tags
from contactor.central.tag_register import find_tag, put_tags
from contactor.central.tags import Tag

router = APIRouter(prefix=f"{API}/tags", tags=["tags"])


class TagChange(Body):
    """What is kept of a tag."""

    parent_id_tag: TagText | None = Field(None, description="The group; badges of one group stop each other's charges.")
    expires_at: Instant | None = Field(None, examples=["2027-01-01T00:00:00Z"])
    is_blocked: bool = False
    allows_concurrent: bool = Field(False, description="Whether it may charge in several places at a time.")

    def of(self, id_tag: str) -> Tag:
        """The tag."""
        parent = None if self.parent_id_tag is None else IdTag(self.parent_id_tag)
        return Tag(IdTag(id_tag), parent, self.expires_at, self.is_blocked, self.allows_concurrent)


class NewTag(TagChange):
    """A tag to add."""

    id_tag: TagText = Field(examples=["04A2FF10"])


class TagBody(BaseModel):
    """A tag."""

    id_tag: str = Field(examples=["04A2FF10"])
    parent_id_tag: str | None
    expires_at: datetime | None
    is_blocked: bool
    allows_concurrent: bool
    etag: str = Field(description="What If-Match must name to change it.")

    @classmethod
    def of(cls, tag: Tag) -> "TagBody":
        """The body of a tag."""
        return cls(
            id_tag=tag.id_tag,
            parent_id_tag=tag.parent_id_tag,
            expires_at=tag.expires_at,
            is_blocked=tag.is_blocked,
            allows_concurrent=tag.allows_concurrent,
            etag=etag_of(tag),
        )


class Imported(BaseModel):
    """How many tags a file brought."""

    added: int
    replaced: int


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
        note_deed(connection, person.did(now_ms, "tag.add", f"tag {tag.id_tag}"))
        return None

    await office.write(work)
    response.headers["ETag"] = etag_of(tag)
    return TagBody.of(tag)


_CSV_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {
                "schema": {"type": "string"},
                "example": "id_tag,parent_id_tag,expires_at,is_blocked\n04A2FF10,FLEET-7,2027-01-01,false\n",
            }
        },
    }
}


@router.post("/import", openapi_extra=_CSV_BODY)
async def import_tags(office: TheOffice, person: ThePerson, request: Request) -> Imported:
    """Bring in a CSV file: its tags are added, or replace what is kept of them; with one bad row none is taken."""
    body = await request.body()
    tags = await office.ask(lambda: read_tags(body))
    now_ms = office.now_ms()

    def work(connection: Connection) -> Imported:
        replaced = sum(find_tag(connection, tag.id_tag) is not None for tag in tags)
        if tags:
            put_tags(connection, tags)
        counts = {"added": len(tags) - replaced, "replaced": replaced}
        note_deed(connection, person.did(now_ms, "tag.import", "tags", **counts))
        return Imported(**counts)

    return await office.write(work)


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
        facts = {"was_blocked": known.is_blocked, "is_blocked": tag.is_blocked}
        note_deed(connection, person.did(now_ms, "tag.change", f"tag {tag.id_tag}", **facts))
        return tag

    tag = await office.write(work)
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
        note_deed(connection, person.did(now_ms, "tag.remove", f"tag {known.id_tag}"))
        return None

    await office.write(work)
