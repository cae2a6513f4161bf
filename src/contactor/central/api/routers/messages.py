"""Messages: every text to and from stations, where the settings have them kept; secrets are masked."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field, StringConstraints

from contactor.central.api.office import TheOffice
from contactor.central.api.problem import Problem
from contactor.central.api.routes import API
from contactor.central.api.shapes import PLAIN, ROW_NUMBER_MAX, Before, Instant, Limit, ShortText, StationText
from contactor.central.message_log import MessageFilter, MessageView, read_messages
from contactor.central.overheard import Direction
from contactor.ocpp.frames import MESSAGE_ID_MAX_LENGTH

router = APIRouter(prefix=f"{API}/messages", tags=["messages"])

MessageId = Annotated[str, StringConstraints(min_length=1, max_length=MESSAGE_ID_MAX_LENGTH, pattern=PLAIN)]


def _wanted(
    station_id: StationText | None = None,
    action: Annotated[ShortText | None, Query(description="Of calls and of their answers.")] = None,
    direction: Annotated[Direction | None, Query(description="in: from the station; out: to it.")] = None,
    message_id: Annotated[MessageId | None, Query(description="Finds a call and its answer.")] = None,
    at_from: Annotated[Instant | None, Query(examples=["2026-05-01T00:00:00Z"])] = None,
    at_before: Annotated[Instant | None, Query(examples=["2026-06-01T00:00:00Z"])] = None,
) -> MessageFilter:
    return MessageFilter(station_id, action, direction, message_id, at_from, at_before)


class Messages(BaseModel):
    """Part of the log."""

    items: list[MessageView]
    next: int | None = Field(description="What `before` (or, going forward, `after`) must be to go on.")
    are_kept: bool = Field(description="Whether messages are kept at all: the setting log_messages.")


@router.get("")
async def list_messages(
    office: TheOffice,
    wanted: Annotated[MessageFilter, Depends(_wanted)],
    after: Annotated[
        int | None, Query(ge=0, le=ROW_NUMBER_MAX, description="Go forward from this number, the oldest first.")
    ] = None,
    before: Before = None,
    limit: Limit = 100,
) -> Messages:
    """List messages, the newest first; with `after` what came since, the oldest first."""
    if after is not None and before is not None:
        raise Problem(422, "give before or after, not both", field="after", value=after)
    found = await office.ask(lambda: read_messages(office.engine, wanted, after=after, before=before, limit=limit + 1))
    items = list(found[:limit])
    goes_on = bool(items) and (after is not None or len(found) > limit)
    return Messages(items=items, next=items[-1].number if goes_on else after, are_kept=office.settings.log_messages)
