"""A station's OCPP messages as they pass, kept or not: as server-sent events, or over a websocket."""

from collections.abc import AsyncIterator

import msgspec
from fastapi import APIRouter, WebSocket
from sqlalchemy import Connection
from starlette.responses import StreamingResponse
from starlette.websockets import WebSocketDisconnect

from contactor.base.ids import StationId
from contactor.central.api.live import TooSlow, live_messages
from contactor.central.api.office import Office, TheOffice
from contactor.central.api.problem import missing
from contactor.central.api.routers.events import CLOSE_FELL_BEHIND, CLOSE_GOING_AWAY
from contactor.central.api.routes import API
from contactor.central.api.shapes import StationPath
from contactor.central.api.station_rows import find_station

router = APIRouter(prefix=f"{API}/stations/{{station_id}}/messages", tags=["stations"])


@router.get("/stream", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def stream_messages(office: TheOffice, station_id: StationPath) -> StreamingResponse:
    """Send a station's messages as they pass (text/event-stream), kept or not; who reads too slowly is cut off."""
    await _require_known(office, station_id)
    office.streams.require_room()
    return StreamingResponse(_as_stream(office, StationId(station_id)), media_type="text/event-stream")


@router.websocket("/socket")
async def socket_messages(socket: WebSocket, office: TheOffice, station_id: StationPath) -> None:
    """Send a station's messages as they pass, a JSON text each; what the other side says is not read."""
    await _require_known(office, station_id)
    office.streams.require_room()
    with office.streams.one():
        await socket.accept()
        try:
            async for message in live_messages(office, StationId(station_id)):
                if message is not None:
                    await socket.send_text(msgspec.json.encode(message).decode())
            await socket.close(CLOSE_GOING_AWAY)
        except TooSlow as error:
            await socket.close(CLOSE_FELL_BEHIND, f"too slow: {error}"[:120])
        except WebSocketDisconnect:
            return


async def _as_stream(office: Office, station_id: StationId) -> AsyncIterator[bytes]:
    with office.streams.one():
        # Sent at once, so that the reader knows that it is heard.
        yield b": listening\n\n"
        try:
            async for message in live_messages(office, station_id):
                if message is None:
                    yield b": alive\n\n"
                else:
                    yield b"event: message\ndata: %s\n\n" % msgspec.json.encode(message)
        except TooSlow:
            yield b"event: fell_behind\ndata: {}\n\n"


async def _require_known(office: Office, station_id: str) -> None:
    def is_known(connection: Connection) -> bool:
        return find_station(connection, station_id) is not None

    if not await office.read(is_known):
        raise missing("station", "station_id", station_id)
