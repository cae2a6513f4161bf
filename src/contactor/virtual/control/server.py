"""SHELL: serves the control API of virtual stations beside them, in the same process and loop."""

from collections.abc import Iterable
from types import TracebackType
from typing import Self

import structlog

from contactor.base.errors import BadSetting, BrokenPromise
from contactor.virtual.control.address import DEFAULT_PORT, LOOPBACK
from contactor.virtual.control.app import make_app
from contactor.virtual.control.desk import Desk
from contactor.virtual.control.gate import TOKEN_LENGTH_MIN
from contactor.virtual.virtual_station import VirtualStation
from contactor.web.loopback import is_loopback
from contactor.web.serving import Serving, listen, url_of


class ControlServer:
    """The control API of some stations: `async with ControlServer([station], port=9180) as control:`.

    Raises:
        BadSetting: two stations have one name, or a host that others can reach comes without a good token.
    """

    def __init__(
        self,
        stations: Iterable[VirtualStation],
        *,
        host: str = LOOPBACK,
        port: int = DEFAULT_PORT,
        token: str | None = None,
    ) -> None:
        _check_token(host, token)
        self._stations = list(stations)
        names = [virtual.name for virtual in self._stations]
        if len(set(names)) < len(names):
            raise BadSetting("stations", ", ".join(names), "each needs a name of its own")
        self._host = host
        self._wanted_port = port
        self._token = token
        self._port = 0
        self._desk: Desk | None = None
        self._serving: Serving | None = None

    @property
    def url(self) -> str:
        """Where it is served."""
        return url_of(self._host, self.port)

    @property
    def port(self) -> int:
        """The port in use."""
        if self._serving is None:
            raise BrokenPromise("the control API is not running")
        return self._port

    async def start(self) -> None:
        """Listen.

        Raises:
            BadSetting: the port cannot be had.
        """
        listening = listen("--control-port", self._host, self._wanted_port, what="the control API")
        self._port = listening.getsockname()[1]
        self._desk = Desk.over(self._stations, self._token)
        self._serving = await Serving.start(make_app(self._desk), listening, name="contactor-control")
        structlog.get_logger("contactor.control").info("control API listens", url=self.url)

    async def stop(self) -> None:
        """End what streams, let requests on the way end, and let go of the port; safe to call twice."""
        if self._serving is None or self._desk is None:
            return
        self._desk.closing.set()
        await self._serving.stop()
        for controlled in self._desk.stations.values():
            controlled.end()
        self._serving = self._desk = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


def _check_token(host: str, token: str | None) -> None:
    if token is None:
        if not is_loopback(host):
            raise BadSetting("--control-host", host, "others can reach it, so give a --control-token")
        return
    if len(token) < TOKEN_LENGTH_MIN or not (token.isascii() and token.isprintable()) or " " in token:
        raise BadSetting(
            "--control-token", "(not shown)", f"give at least {TOKEN_LENGTH_MIN} printable ASCII characters, no blanks"
        )
