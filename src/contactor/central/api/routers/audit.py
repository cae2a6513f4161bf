"""The audit: who did what, when, on what and from where."""

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection, select

from contactor.central.api.office import TheOffice
from contactor.central.api.routes import API
from contactor.central.api.shapes import Before, Limit, Page, ShortText
from contactor.central.milliseconds import from_ms
from contactor.central.store.people_tables import audit

router = APIRouter(prefix=f"{API}/audit", tags=["audit"])


class DeedBody(BaseModel):
    """Something that was done."""

    number: int
    at: datetime
    who: str = Field(examples=["ada"])
    by_way_of: str = Field(examples=["token 5f1c0a9b27de"])
    what: str = Field(examples=["station.change"])
    on_what: str = Field(examples=["station RDAM-01"])
    address: str = Field(examples=["127.0.0.1"])
    details: dict[str, object]


@router.get("")
async def list_deeds(
    office: TheOffice,
    who: Annotated[ShortText | None, Query(description="A user's name.")] = None,
    what: Annotated[ShortText | None, Query(description="Such as station.change.")] = None,
    before: Before = None,
    limit: Limit = 100,
) -> Page[DeedBody]:
    """List what was done, the newest first."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit + 1)
    if who is not None:
        query = query.where(audit.c.who == who)
    if what is not None:
        query = query.where(audit.c.what == what)
    if before is not None:
        query = query.where(audit.c.id < before)

    def question(connection: Connection) -> list[DeedBody]:
        return [
            DeedBody(
                number=row.id,
                at=from_ms(row.at_ms),
                who=row.who,
                by_way_of=row.by_way_of,
                what=row.what,
                on_what=row.on_what,
                address=row.address,
                details=msgspec.json.decode(row.details),
            )
            for row in connection.execute(query)
        ]

    deeds = await office.read(question)
    items = deeds[:limit]
    return Page(items=items, next=items[-1].number if len(deeds) > limit else None)
