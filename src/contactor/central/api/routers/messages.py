"""Messages: every text to and from stations, where the settings have them kept; secrets are masked."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from contactor.central.api.office import TheOffice
from contactor.central.api.problem import Problem
from contactor.central.api.routes import API
from contactor.central.api.shapes import ROW_NUMBER_MAX, Before, Limit, ShortText, StationText
from contactor.central.message_log import Direction, MessageFilter, MessageView, read_messages

router = APIRouter(prefix=f"{API}/messages", tags=["messages"])


class Messages(BaseModel):
    """Part of the log."""

    items: list[MessageView]
    next: int | None = Field(description="What `before` (or, going forward, `after`) must be to go on.")
    are_kept: bool = Field(description="Whether messages are kept at all: the setting log_messages.")


@router.get("")
async def list_messages(
    office: TheOffice,
    station_id: StationText | None = None,
    action: ShortText | None = None,
    direction: Direction | None = None,
    after: Annotated[
        int | None, Query(ge=0, le=ROW_NUMBER_MAX, description="Go forward from this number, the oldest first.")
    ] = None,
    before: Before = None,
    limit: Limit = 100,
) -> Messages:
    """List messages, the newest first; with `after` what came since, the oldest first."""
    if after is not None and before is not None:
        raise Problem(422, "give before or after, not both", field="after", value=after)
    wanted = MessageFilter(station_id, action, direction)
    found = await office.ask(lambda: read_messages(office.engine, wanted, after=after, before=before, limit=limit + 1))
    items = list(found[:limit])
    goes_on = bool(items) and (after is not None or len(found) > limit)
    return Messages(items=items, next=items[-1].number if goes_on else after, are_kept=office.settings.log_messages)
