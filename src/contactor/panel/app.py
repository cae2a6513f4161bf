"""SHELL: the panel as an application: its page, the tabs' socket, and the one way to the control API."""

import asyncio
import contextlib
from collections.abc import Sequence

from fastapi import FastAPI, WebSocket
from nicegui import app as pages
from nicegui import ui
from starlette.websockets import WebSocketDisconnect

from contactor.panel.control_client import ControlClient
from contactor.panel.desk import Desk
from contactor.panel.page import FOLDER, PANEL_KIT_URL, add_page
from contactor.ui.assets import FAVICON, serve_kit
from contactor.ui.same_origin import SameOrigin
from contactor.web.loopback import LoopbackOnly

CLOSE_TRY_AGAIN = 1013
NAME_LENGTH_MAX = 255
RECONNECT_WITHIN_S = 30.0
"""How long a page waits for a busy machine before it says that the connection is lost."""


def make_app(control_url: str, token: str | None, badges: Sequence[str]) -> FastAPI:
    """The application; `app.state.desk` is to be closed after it."""
    desk = Desk(ControlClient(control_url, token), tuple(badges))
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.desk = desk
    _add_stream(app, desk)
    serve_kit()
    pages.add_static_files(PANEL_KIT_URL, FOLDER)
    add_page(desk)
    ui.run_with(
        app,
        title="Front panel",
        favicon=FAVICON,
        language="en-US",
        tailwind=False,
        binding_refresh_interval=None,
        reconnect_timeout=RECONNECT_WITHIN_S,
        message_history_length=200,
        show_welcome_message=False,
    )
    app.add_middleware(SameOrigin)
    app.add_middleware(LoopbackOnly)
    return app


def _add_stream(app: FastAPI, desk: Desk) -> None:
    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        topics = socket.query_params.getlist("topic")
        name = next((topic.partition(":")[2] for topic in topics if ":" in topic), "")[:NAME_LENGTH_MAX]
        if not name:  # a page that shows no station, or none yet
            await _wait_for_end(socket)
            return
        follower = await desk.follower(name)
        if follower is None or follower.is_full:
            await socket.close(CLOSE_TRY_AGAIN)
            return
        tab = follower.add()
        tasks = [asyncio.ensure_future(work) for work in (_send(socket, tab.queue), _wait_for_end(socket))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            follower.remove(tab)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _send(socket: WebSocket, queue: asyncio.Queue[str]) -> None:
    while True:
        await socket.send_text(await queue.get())


async def _wait_for_end(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.receive_text()
