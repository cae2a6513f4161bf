"""SHELL: the console as an application: signing in and out, the tabs' socket, the way to the API, and the pages."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from fastapi import FastAPI, Form, Request, WebSocket
from nicegui import ui
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.websockets import WebSocketDisconnect

from contactor.console import pages
from contactor.console.api_client import API, ApiClient, ApiRefusal, ApiUnreachable
from contactor.console.fan_out import Tab
from contactor.console.hub import Hub
from contactor.console.people import COOKIE, SESSION_S, People, Session
from contactor.console.role import Role
from contactor.console.visit import BRAND, Console
from contactor.ui.assets import FAVICON, serve_kit
from contactor.ui.same_origin import SameOrigin

TOPICS_MAX = 8
TABS_MAX = 400
RECONNECT_WITHIN_S = 30.0
CLOSE_NOT_SIGNED_IN = 4001
CLOSE_TOO_MANY = 1013
_PASSED_ON = ("content-type", "content-disposition")


def make_app(api_url: str) -> FastAPI:
    """The application; `app.state.hub` is to run beside it."""
    people = People()
    console = Console(Hub(api_url, people), people)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.hub = console.hub
    _add_signing_in(app, console, api_url)
    _add_streams(app, console)
    _add_way_to_api(app, console)
    serve_kit()
    pages.add_all(console)
    ui.run_with(
        app,
        title=BRAND,
        favicon=FAVICON,
        language="en-US",
        tailwind=False,
        binding_refresh_interval=None,
        # A browser that is busy for some seconds finds its page as it was, instead of loading it anew.
        reconnect_timeout=RECONNECT_WITHIN_S,
        message_history_length=200,
        show_welcome_message=False,
    )
    app.add_middleware(SameOrigin)
    return app


def _add_signing_in(app: FastAPI, console: Console, api_url: str) -> None:
    @app.post("/login")
    async def log_in(
        request: Request,
        name: str = Form("", max_length=100),
        password: str = Form("", max_length=200),
        goal: str = Form("/"),
    ) -> Response:
        client = ApiClient(api_url)
        try:
            identity = await client.log_in(name, password)
        except (ApiRefusal, ApiUnreachable) as error:
            await client.close()
            return RedirectResponse(f"/login?problem={_problem(error)}", 303)
        session = console.people.add(identity["name"], Role(identity["role"]), client)
        answer = RedirectResponse(own_path(goal), 303)
        answer.set_cookie(
            COOKIE,
            session.key,
            max_age=SESSION_S,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    @app.post("/logout")
    async def log_out(request: Request) -> Response:
        session = console.people.find(request.cookies.get(COOKIE))
        if session is not None:
            console.people.end(session)
            with contextlib.suppress(ApiRefusal, ApiUnreachable):
                await session.client.send("DELETE", "/login")
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer


def _problem(error: ApiRefusal | ApiUnreachable) -> str:
    """A word of ours: the page writes the sentence, so that no link can put one there."""
    if isinstance(error, ApiUnreachable):
        return "unreachable"
    return {401: "wrong", 422: "wrong", 429: "wait"}.get(error.status, "unreachable")


def own_path(goal: str) -> str:
    """A path of this console, never a way to somewhere else."""
    parts = urlsplit(goal)
    is_own = goal.startswith("/") and not goal.startswith(("//", "/\\")) and not parts.netloc and goal.isprintable()
    return goal if is_own else "/"


def _add_streams(app: FastAPI, console: Console) -> None:
    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        session = console.people.find(socket.cookies.get(COOKIE))
        if session is None:
            await socket.close(CLOSE_NOT_SIGNED_IN)
            return
        topics = frozenset(topic[:300] for topic in socket.query_params.getlist("topic")[:TOPICS_MAX])
        if len(console.hub.tabs) >= TABS_MAX:
            await socket.close(CLOSE_TOO_MANY)
            return
        await _stream(socket, console.hub, session, topics)

    @app.get("/fleet/rows")
    async def fleet_rows(request: Request) -> Response:
        if console.people.find(request.cookies.get(COOKIE)) is None:
            return JSONResponse({"detail": "sign in"}, 401)
        return Response(console.hub.fleet_text(), media_type="application/json")


async def _stream(socket: WebSocket, hub: Hub, session: Session, topics: frozenset[str]) -> None:
    tab = Tab(topics)
    hub.tabs.add(tab)
    session.on_end.append(tab.is_over.set)
    tasks = [
        asyncio.ensure_future(work) for work in (_send(socket, hub, tab), _wait_for_end(socket), tab.is_over.wait())
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tab.is_over.is_set():
            await socket.close(CLOSE_NOT_SIGNED_IN)
    finally:
        hub.tabs.remove(tab)
        if tab.is_over.set in session.on_end:
            session.on_end.remove(tab.is_over.set)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _send(socket: WebSocket, hub: Hub, tab: Tab) -> None:
    await socket.send_json(hub.first_news(tab.topics))
    while True:
        await socket.send_text(await tab.queue.get())


async def _wait_for_end(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.receive_text()


def _add_way_to_api(app: FastAPI, console: Console) -> None:
    @app.get(f"{API}/{{path:path}}")
    async def pass_on(request: Request, path: str) -> Response:
        """What browsers fetch themselves, such as exports: read with the person's login, which stays on this side."""
        session = console.people.find(request.cookies.get(COOKIE))
        if session is None:
            return JSONResponse({"detail": "sign in"}, 401)
        stack = contextlib.AsyncExitStack()
        try:
            answer = await stack.enter_async_context(session.client.stream(f"/{path}", request.url.query))
        except ApiUnreachable as error:
            return JSONResponse({"detail": str(error)}, 502)
        headers = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}

        async def body() -> AsyncIterator[bytes]:
            async with stack:
                async for part in answer.aiter_bytes():
                    yield part

        return StreamingResponse(body(), answer.status_code, headers)
