"""SHELL: serves the API beside the stations: in the same process and loop, on a socket of its own, until it is told."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import structlog
import uvicorn

from contactor.base.errors import BadSetting, BrokenPromise
from contactor.central.api.app import make_app
from contactor.central.api.office import Office
from contactor.central.api.people_rows import find_users, insert_user
from contactor.central.api.role import Role
from contactor.central.api.tickets import hash_password, new_password
from contactor.central.server import CentralServer

FIRST_USER = "admin"
DRAIN_S = 5
"""How long requests on the way may take when the server stops."""
BACKLOG = 128
CONNECTIONS_MAX = 500


class _QuietServer(uvicorn.Server):
    """Leaves signals to whoever runs the process, and tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self.listens.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class ApiServer:
    """The API of a central system that runs: `async with CentralServer(s) as central, ApiServer(central) as api:`."""

    def __init__(self, central: CentralServer) -> None:
        self._central = central
        self._log = structlog.get_logger("contactor.central.api")
        self._server: _QuietServer | None = None
        self._serving: asyncio.Task[None] | None = None
        self._office: Office | None = None
        self._port = 0
        self.first_password: str | None = None
        """The password of the admin that was made because there was nobody; None if there was somebody."""

    @property
    def url(self) -> str:
        """Where it is served."""
        host = self._central.settings.api_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def port(self) -> int:
        """The port in use."""
        if self._serving is None:
            raise BrokenPromise("the API is not running")
        return self._port

    async def start(self) -> None:
        """Make the first admin if there is nobody, and listen.

        Raises:
            BadSetting: the port cannot be had.
        """
        settings = self._central.settings
        assert settings.api_port is not None
        listening = _listen(settings.api_host, settings.api_port)
        self._port = listening.getsockname()[1]
        office = self._office = _office(self._central)
        try:
            self.first_password = await _make_first_user(office)
        except BaseException:
            listening.close()
            office.readers.shutdown(wait=False)
            raise
        self._server = _QuietServer(_configuration(office))
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]), name="contactor-api")
        await self._server.listens.wait()
        self._log.info("API listens", url=self.url)

    async def stop(self) -> None:
        """Let requests on the way end, and let go of the port; safe to call twice."""
        if self._server is None or self._serving is None or self._office is None:
            return
        self._office.closing.set()
        self._server.should_exit = True
        await self._serving
        self._office.readers.shutdown(wait=False)
        self._server = self._serving = self._office = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise BadSetting("api_port", port, f"the API cannot listen on {host}: {error.strerror or error}") from error


def _configuration(office: Office) -> uvicorn.Config:
    # Its own log lines would name addresses and paths in a form of their own; failures come through ours.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    return uvicorn.Config(
        make_app(office),
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=64 * 1024,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_graceful_shutdown=DRAIN_S,
    )


def _office(central: CentralServer) -> Office:
    return Office(
        settings=central.settings,
        clock=central.clock,
        engine=central.engine,
        writer=central.writer,
        queries=central.queries,
        sessions=central.sessions,
        roster=central.roster,
        desk=central.desk,
        feed=central.events,
        traffic=central.sessions.traffic,
    )


async def _make_first_user(office: Office) -> str | None:
    if await office.read(find_users):
        return None
    password = new_password()
    password_hash = await office.ask(lambda: hash_password(password))
    now_ms = office.now_ms()
    await office.write(lambda connection: insert_user(connection, FIRST_USER, password_hash, Role.ADMIN, now_ms))
    return password
