"""SHELL: serves the API beside the stations: in the same process and loop, on a socket of its own, until it is told."""

from types import TracebackType
from typing import Self

import structlog

from contactor.base.errors import BrokenPromise
from contactor.central.api.app import make_app
from contactor.central.api.ftp_server import FtpServer
from contactor.central.api.office import Office
from contactor.central.api.people_rows import FIRST_USER, find_users, insert_user
from contactor.central.api.role import Role
from contactor.central.api.routes import API
from contactor.central.api.tickets import hash_password, new_password
from contactor.central.care.list_rules import WantedLists
from contactor.central.files.exchange import Via
from contactor.central.rehearsal.port import Twins
from contactor.central.server import CentralServer
from contactor.web.serving import Serving, listen, url_of


class ApiServer:
    """The API of a central system that runs: `async with CentralServer(s) as central, ApiServer(central) as api:`."""

    def __init__(self, central: CentralServer, *, twins: Twins | None = None) -> None:
        self._central = central
        self._twins = twins
        self._log = structlog.get_logger("contactor.central.api")
        self._serving: Serving | None = None
        self._office: Office | None = None
        self._ftp: FtpServer | None = None
        self._port = 0
        self.first_password: str | None = None
        """The password of `FIRST_USER`, an admin made because there was nobody; None if there was somebody."""

    @property
    def url(self) -> str:
        """Where it is served."""
        is_encrypted = self._central.settings.api_tls_certificate is not None
        return url_of(self._central.settings.api_host, self.port, is_encrypted=is_encrypted)

    @property
    def port(self) -> int:
        """The port in use."""
        if self._serving is None:
            raise BrokenPromise("the API is not running")
        return self._port

    @property
    def ftp_port(self) -> int | None:
        """The port of the FTP server; None if there is none."""
        return None if self._ftp is None else self._ftp.port

    async def start(self) -> None:
        """Make the first admin if there is nobody, and listen.

        Raises:
            BadSetting: a port or the certificate cannot be had.
        """
        settings = self._central.settings
        assert settings.api_port is not None
        tls = self._central.certificates.serve(((settings.api_tls_certificate, settings.api_tls_key),))
        listening = listen("api_port", settings.api_host, settings.api_port, what="the API")
        self._port = listening.getsockname()[1]
        office = self._office = _office(self._central, self._twins)
        try:
            self.first_password = await _make_first_user(office)
            if settings.ftp_port is not None:
                self._ftp = FtpServer(office)
                await self._ftp.start()
        except BaseException:
            listening.close()
            office.readers.shutdown(wait=False)
            raise
        self._serving = await Serving.start(make_app(office), listening, name="contactor-api", tls=tls)
        self._central.exchange.opened(Via.HTTP, f"{settings.files_url or self.url}{API}/exchange")
        self._log.info("API listens", url=self.url)

    async def stop(self) -> None:
        """Let requests on the way end, and let go of the port; safe to call twice."""
        if self._serving is None or self._office is None:
            return
        self._central.exchange.closed(Via.HTTP)
        if self._ftp is not None:
            await self._ftp.stop()
        self._office.closing.set()
        await self._serving.stop()
        self._office.readers.shutdown(wait=False)
        if self._twins is not None:
            self._twins.close()
        self._serving = self._office = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


def _office(central: CentralServer, twins: Twins | None) -> Office:
    return Office(
        settings=central.settings,
        clock=central.clock,
        engine=central.engine,
        writer=central.writer,
        queries=central.queries,
        sessions=central.sessions,
        roster=central.roster,
        desk=central.desk,
        balancer=central.balancer,
        feed=central.events,
        traffic=central.sessions.traffic,
        doors=central.doors,
        refusals=central.doorman.refusals,
        certificates=central.certificates,
        exchange=central.exchange,
        is_draining=lambda: central.is_draining,
        lists=WantedLists(central.queries.catalogue),
        twins=twins,
    )


async def _make_first_user(office: Office) -> str | None:
    if await office.read(find_users):
        return None
    password = new_password()
    password_hash = await office.ask(lambda: hash_password(password))
    now_ms = office.now_ms()
    await office.write(lambda connection: insert_user(connection, FIRST_USER, password_hash, Role.ADMIN, now_ms))
    return password
