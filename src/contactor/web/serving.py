"""SHELL: serves an application beside whatever else runs in the process and loop, on a socket of its own."""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from contactor.base.errors import BadSetting

DRAIN_S = 5
"""How long requests on the way may take when the server stops."""
LAST_WORDS_S = 2
"""And how long what streams has to end by itself before that."""
BACKLOG = 128
CONNECTIONS_MAX = 500


class _QuietServer(uvicorn.Server):
    """Leaves signals to whoever runs the process, tells when it listens, and stops when told, not at the next look."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()
        self.stops = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self.listens.set()

    async def main_loop(self) -> None:
        """Keep the answers' date, which has whole seconds, until told to stop."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self.stops.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of the port, and of everybody who is connected in their own time."""
        for server in self.servers:
            server.close()
        for each in sockets or ():
            each.close()
        if self.server_state.tasks:
            # What streams was told to end and closes with a code of its own, unless it is overtaken.
            await asyncio.wait(set(self.server_state.tasks), timeout=LAST_WORDS_S)
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class Serving:
    """An application that is served, from `start` until `stop`."""

    def __init__(self, server: _QuietServer, task: asyncio.Task[None]) -> None:
        self._server = server
        self._task = task

    @classmethod
    async def start(
        cls, app: ASGIApp, listening: socket.socket, *, name: str, tls: ssl.SSLContext | None = None
    ) -> "Serving":
        """Serve from now on, by https if there is a TLS context; returns when the first request would be answered."""
        server = _QuietServer(_configuration(app, tls))
        task = asyncio.create_task(server.serve(sockets=[listening]), name=name)
        await server.listens.wait()
        return cls(server, task)

    async def stop(self) -> None:
        """Let requests on the way end, and let go of the port."""
        self._server.should_exit = True
        self._server.stops.set()
        await self._task


def listen(setting: str, host: str, port: int, *, what: str) -> socket.socket:
    """A socket that listens.

    Raises:
        BadSetting: the port cannot be had; the message names `setting`, and `what` wanted it.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise BadSetting(setting, port, f"{what} cannot listen on {host}: {error.strerror or error}") from error
    # Whom it accepts inherits this; asyncio sets it only where the socket's protocol is named, and create_server names
    # none. Without it the body of an answer waits 40 ms for the acknowledgement of its head.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def url_of(host: str, port: int, *, is_encrypted: bool = False) -> str:
    """Where something is served."""
    scheme = "https" if is_encrypted else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _configuration(app: ASGIApp, tls: ssl.SSLContext | None) -> uvicorn.Config:
    # Its own log lines would name addresses and paths in a form of their own; failures come through ours.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    return uvicorn.Config(
        app,
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=64 * 1024,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_graceful_shutdown=DRAIN_S,
        ssl_context_factory=None if tls is None else lambda _config, _default: tls,
    )
