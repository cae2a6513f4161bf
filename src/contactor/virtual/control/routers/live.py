"""SHELL: the live feed over a websocket, or a part of it as a list."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket
from pydantic import BaseModel, Field
from starlette.websockets import WebSocketDisconnect

from contactor.virtual.control.desk import TheStation, the_desk
from contactor.virtual.control.feed import FellBehind, Item, Reader
from contactor.web.problem import Problem

CLOSE_GOING_AWAY = 1001
CLOSE_FELL_BEHIND = 4008

router = APIRouter(prefix="/stations/{name}", tags=["live"])

After = Annotated[int | None, Query(ge=0, le=2**53, description="The last number you have seen.")]


class Items(BaseModel):
    """A part of the feed."""

    items: list[Item]
    oldest: int = Field(description="Whoever asks for less has missed something.")
    latest: int = Field(description="The newest number given.")


@router.get("/feed", response_model_exclude_unset=True)
async def list_items(
    controlled: TheStation, after: After = None, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> Items:
    """List what happened after a number, the oldest first; changes of state are gathered for socket readers only."""
    feed = controlled.feed
    return Items(items=feed.items(after or 0, limit), oldest=feed.oldest, latest=feed.latest)


@router.websocket("/feed/socket")
async def follow(socket: WebSocket, controlled: TheStation, after: After = None) -> None:
    """Send the whole state, and from then on each item as a JSON text; what the other side says is not read."""
    if controlled.feed.is_full:
        raise Problem(503, "too many read this feed already")
    await socket.accept()
    with controlled.feed.reading(after) as reader:
        sending = asyncio.ensure_future(_send(socket, reader))
        leaving = asyncio.ensure_future(_until_left(socket))
        closing = asyncio.ensure_future(the_desk(socket).closing.wait())
        try:
            await asyncio.wait({sending, leaving, closing}, return_when=asyncio.FIRST_COMPLETED)
            if closing.done():
                await socket.close(CLOSE_GOING_AWAY)
        finally:
            for task in (sending, leaving, closing):
                task.cancel()
            await asyncio.gather(sending, leaving, closing, return_exceptions=True)


async def _send(socket: WebSocket, reader: Reader) -> None:
    latest = 0
    try:
        while True:
            item = await reader.next()
            await socket.send_text(item.text())
            latest = item.sequence
    except FellBehind:
        await socket.close(CLOSE_FELL_BEHIND, f"too slow; go on after {latest}")
    except WebSocketDisconnect:
        return


async def _until_left(socket: WebSocket) -> None:
    try:
        while True:
            await socket.receive()
            if socket.client_state.name == "DISCONNECTED":
                return
    except (WebSocketDisconnect, RuntimeError):
        return
