"""SHELL: the exchange by FTP: the same places as by HTTP, for chargers that know no other way.

What is spoken is plain FTP: password and file can be read on the way. A place opens for one file, so what is overheard
opens nothing later; an image's checksum is the charger's to check.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Any

import aioftp
from aioftp.server import AbstractUserManager

from contactor.base.errors import BadSetting, BrokenPromise
from contactor.central.api.ftp_files import PlacePaths, PlaceUser
from contactor.central.api.intake import IDLE_S, TRANSFER_S
from contactor.central.api.office import Office
from contactor.central.api.places import find_open
from contactor.central.api.problem import Problem
from contactor.central.file_settings import passive_ports_of
from contactor.central.files.exchange import Via

CONNECTIONS_MAX = 100
COMMANDS = frozenset({"user", "pass", "type", "pasv", "epsv", "stor", "retr", "cwd", "cdup", "pwd", "abor", "quit"})
"""What a charger needs; neither names can be listed, nor transfers go on where they broke off."""

# It takes a transfer that breaks off for an error of its own; and it names paths, which are half of a key.
logging.getLogger("aioftp.server").setLevel(logging.CRITICAL)


class PlaceUsers(AbstractUserManager):
    """Lets in who has the key of a place; whether there is one is told to nobody else."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self._office = office

    async def get_user(self, login: str) -> tuple[Any, aioftp.User | None, str]:  # Any: an enumeration made by a call
        """Ask for the password, whoever it is."""
        return self.GetUserResponse.PASSWORD_REQUIRED, PlaceUser(login), "password required"

    async def authenticate(self, user: aioftp.User, password: str) -> bool:
        """Whether that is the place's password."""
        assert isinstance(user, PlaceUser)
        name = user.login or ""
        try:
            user.place = await find_open(self._office, name, name, password)
        except Problem:
            return False
        return True


class PlaceServer(aioftp.Server):
    """aioftp's server, with fewer commands, and data connections for nobody but whoever asked for them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: the library's own arguments
        super().__init__(*args, **kwargs)
        self.commands_mapping = {name: what for name, what in self.commands_mapping.items() if name in COMMANDS}

    async def dispatcher(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection; its end, by us or by the other side, is no failure."""
        with suppress(asyncio.CancelledError):
            await super().dispatcher(reader, writer)

    async def parse_command(self, stream: aioftp.StreamIO, censor_commands: tuple[str] = ("pass",)) -> tuple[str, str]:
        """Read a command; where there is none any more, the connection has ended."""
        try:
            return await super().parse_command(stream, censor_commands)
        except ConnectionResetError as error:
            raise asyncio.CancelledError from error

    async def _start_passive_server(self, connection: aioftp.Connection, handler_callback: Any) -> asyncio.Server:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if writer.get_extra_info("peername")[0] == connection.client_host:
                await handler_callback(reader, writer)
            else:
                writer.close()

        return await super()._start_passive_server(connection, handle)


class FtpServer:
    """Serves the exchange by FTP while it runs."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._server: PlaceServer | None = None

    @property
    def port(self) -> int:
        """The port in use."""
        if self._server is None:
            raise BrokenPromise("the FTP server is not running")
        return int(self._server.server_port)

    async def start(self) -> None:
        """Listen.

        Raises:
            BadSetting: the port cannot be had.
        """
        office, settings = self._office, self._office.settings
        paths = type("OfficePaths", (PlacePaths,), {"office": office})
        server = PlaceServer(
            PlaceUsers(office),
            block_size=64 * 1024,
            socket_timeout=IDLE_S,
            idle_timeout=TRANSFER_S,
            wait_future_timeout=IDLE_S,
            path_io_factory=paths,
            maximum_connections=CONNECTIONS_MAX,
            ipv4_pasv_forced_response_address=settings.ftp_passive_address,
            data_ports=passive_ports_of(settings.ftp_passive_ports),
            welcome_message="contactor",
        )
        assert settings.ftp_port is not None
        try:
            await server.start(settings.ftp_host, settings.ftp_port)
        except OSError as error:
            where = f"{settings.ftp_host}:{settings.ftp_port}"
            raise BadSetting("ftp_port", where, f"it cannot be listened on: {error.strerror}") from error
        self._server = server
        host = f"[{settings.ftp_host}]" if ":" in settings.ftp_host else settings.ftp_host
        office.exchange.opened(Via.FTP, settings.ftp_url or f"ftp://{host}:{self.port}")
        office.log.info("FTP server listens", host=settings.ftp_host, port=self.port)

    async def stop(self) -> None:
        """End what is on its way, and let go of the port; safe to call twice."""
        self._office.exchange.closed(Via.FTP)
        if self._server is not None:
            await self._server.close()
            self._server = None
