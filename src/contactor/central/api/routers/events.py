"""The event feed: what happened, from any number on, as a list, as server-sent events, or over a websocket."""

from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query, WebSocket
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse
from starlette.websockets import WebSocketDisconnect

from contactor.central.api.live import live_events
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.problem import Problem
from contactor.central.api.routes import API
from contactor.central.api.shapes import ROW_NUMBER_MAX, Limit, StationText
from contactor.central.events.event import Event, EventKind, FellBehind

CLOSE_GOING_AWAY = 1001
CLOSE_FELL_BEHIND = 4008

router = APIRouter(prefix=f"{API}/events", tags=["events"])

After = Annotated[
    int | None,
    Query(ge=0, le=ROW_NUMBER_MAX, description="The last number you have seen; 0 for all that is kept.", examples=[0]),
]
LastEventId = Annotated[
    str | None, Header(alias="Last-Event-ID", description="The same, as browsers send it on their own.")
]


class Events(BaseModel):
    """Part of the feed."""

    items: list[Event]
    next: int = Field(description="What `after` must be to go on.")
    oldest: int = Field(description="The lowest number that is still kept; a reader behind it has missed some.")
    latest: int = Field(description="The highest number given so far.")


@router.get("")
async def list_events(
    office: TheOffice,
    after: After = None,
    station_id: StationText | None = None,
    kind: Annotated[list[EventKind] | None, Query(description="Several are any of them.")] = None,
    limit: Limit = 100,
) -> Events:
    """List events, the oldest first."""
    start = after or 0
    items = await office.feed.read(start, limit=limit, station_id=station_id, kinds=tuple(kind or ()))
    latest = await office.feed.latest()
    return Events(
        items=items,
        next=items[-1].sequence if items else start,
        oldest=await office.feed.oldest(),
        latest=latest,
    )


@router.get("/stream", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def stream_events(office: TheOffice, after: After = None, last_event_id: LastEventId = None) -> StreamingResponse:
    """Send events as they happen (text/event-stream); without a number, from now on."""
    start = await _start(office, after, last_event_id)
    office.streams.require_room()
    return StreamingResponse(_as_stream(office, start), media_type="text/event-stream")


@router.websocket("/socket")
async def socket_events(socket: WebSocket, office: TheOffice, after: After = None) -> None:
    """Send events as they happen, a JSON text each; what the other side says is not read."""
    office.streams.require_room()
    start = await _start(office, after, None)
    with office.streams.one():
        await socket.accept()
        await _send_events(socket, office, start)


async def _send_events(socket: WebSocket, office: Office, start: int) -> None:
    try:
        async for event in live_events(office, start):
            if event is not None:
                await socket.send_text(msgspec.json.encode(event).decode())
        await socket.close(CLOSE_GOING_AWAY)
    except FellBehind as error:
        await socket.close(CLOSE_FELL_BEHIND, f"too slow; go on after {error.last_sequence}")
    except WebSocketDisconnect:
        return


async def _as_stream(office: Office, start: int) -> AsyncIterator[bytes]:
    with office.streams.one():
        # Sent at once, so that the reader knows that it is heard.
        yield f": after {start}\n\n".encode()
        try:
            async for event in live_events(office, start):
                yield b": alive\n\n" if event is None else _as_message(event)
        except FellBehind as error:
            yield f"event: fell_behind\nid: {error.last_sequence}\ndata: {{}}\n\n".encode()


def _as_message(event: Event) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.sequence, event.kind.encode(), msgspec.json.encode(event))


async def _start(office: Office, after: int | None, last_event_id: str | None) -> int:
    if last_event_id is not None:
        if not (last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) <= 16):
            raise Problem(422, "it must be a number of the feed", field="Last-Event-ID", value=last_event_id)
        return int(last_event_id)
    return await office.feed.latest() if after is None else after
