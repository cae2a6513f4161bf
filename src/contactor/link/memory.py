"""SHELL: a network within one process: the same admissions, callbacks and endings as websockets, and no socket.

It runs on whatever loop runs, a virtual one too, or on a scheduler it was given.
"""

import asyncio
import logging
from http import HTTPStatus
from urllib.parse import urlsplit

from contactor.base.errors import BadSetting
from contactor.link.handshake import identity_of, normal_prefix
from contactor.link.link import (
    CLOSE_GOING_AWAY,
    SUBPROTOCOL,
    Admit,
    Admitter,
    Handshake,
    LinkFailed,
    LinkRefused,
    Receiver,
    Refuse,
    Scheduler,
    Target,
)
from contactor.link.memory_line import MemoryEnd, MemoryLine
from contactor.link.roll import Roll

logger = logging.getLogger("contactor.link")


class MemoryNetwork:
    """Joins dialers to listeners by URL; remembers the lines between them, so that they can be disturbed."""

    def __init__(self, *, scheduler: Scheduler | None = None, close_limit_s: float = 5.0) -> None:
        self._given_scheduler = scheduler
        self.close_limit_s = close_limit_s
        self.is_reachable = True
        """False: nobody can dial; lines that exist stay as they are."""
        self._listeners: dict[str, MemoryListener] = {}
        self._lines: list[MemoryLine] = []

    @property
    def scheduler(self) -> Scheduler:
        """What delivers messages: the given scheduler, else the running loop."""
        return self._given_scheduler or asyncio.get_running_loop()

    @property
    def lines(self) -> tuple[MemoryLine, ...]:
        """The lines that at least one end still believes in, oldest first."""
        return tuple(self._lines)

    def lines_of(self, identity: str) -> tuple[MemoryLine, ...]:
        """The lines of one station; more than one after it came back before the other end noticed that it had gone."""
        return tuple(line for line in self._lines if line.identity == identity)

    def listen(self, url: str, admit: Admitter) -> "MemoryListener":
        """Make a listener for URLs that begin with `url`; it has to be started."""
        return MemoryListener(self, url, admit)

    def dialer(self, *, ping_interval_s: float = 20.0, pong_limit_s: float = 10.0) -> "MemoryDialer":
        """Make a dialer; its pings notice a line that nothing gets through (TR-12), 0 turns them off."""
        return MemoryDialer(self, ping_interval_s, pong_limit_s)

    # For listeners and dialers

    def enter(self, listener: "MemoryListener") -> None:
        """Give a listener its address.

        Raises:
            BadSetting: another one has it.
        """
        if listener.address in self._listeners:
            raise BadSetting("listen", listener.url, "address already in use")
        self._listeners[listener.address] = listener

    def remove(self, listener: "MemoryListener") -> None:
        """Take the address back."""
        self._listeners.pop(listener.address, None)

    def listener_at(self, url: str) -> "MemoryListener":
        """Find who listens.

        Raises:
            LinkFailed: nobody does, or nobody can be reached.
        """
        listener = self._listeners.get(_address_of(url))
        if listener is None or not self.is_reachable:
            raise LinkFailed(f"nobody answers at {url}")
        return listener

    def join(self, target: Target, station: Receiver, central: Receiver, listener: "MemoryListener") -> MemoryLine:
        """Lay a line between two receivers; neither end is told yet."""

        def left(line: MemoryLine, end: MemoryEnd) -> None:
            listener.roll.leave(end)
            if not line.other(end).is_believed:
                self._lines.remove(line)

        line = MemoryLine(
            target.identity,
            station,
            central,
            names=(target.connection_url, f"{target.identity} in memory"),
            scheduler=self.scheduler,
            close_limit_s=self.close_limit_s,
            left=left,
        )
        self._lines.append(line)
        listener.roll.join(line.central_end)
        return line


class MemoryListener:
    """Admits stations of one network at one URL."""

    def __init__(self, network: MemoryNetwork, url: str, admit: Admitter) -> None:
        self._network = network
        self._admit = admit
        self.url = url.rstrip("/")
        self.address = _address_of(url)
        self._path_prefix = normal_prefix(urlsplit(url).path)
        self.roll: Roll[MemoryEnd] = Roll()

    @property
    def port(self) -> int:
        """The port in the URL; 0 if it names none, for there is no socket to have one."""
        return urlsplit(self.url).port or 0

    async def start(self) -> None:
        """Accept from now on."""
        self._network.enter(self)

    def stop_admitting(self) -> None:
        """Accept no more; the links that are open stay."""
        self._network.remove(self)

    async def close(self) -> None:
        """Accept no more, end every link with 1001, and return when the last is gone."""
        self._network.remove(self)
        for end in self.roll:
            end.close(CLOSE_GOING_AWAY, "the central system is going down")
        await self.roll.wait_until_empty()

    def admission_of(self, target: Target) -> Admit:
        """Ask the admitter.

        Raises:
            LinkRefused: it said no, or failed.
        """
        path = urlsplit(target.connection_url).path
        identity = identity_of(path, self._path_prefix)
        if identity is None:
            raise LinkRefused(HTTPStatus.NOT_FOUND, "Not Found")
        handshake = Handshake(
            identity=identity,
            path=path,
            subprotocols=(SUBPROTOCOL,),
            user=target.identity.encode() if target.password is not None else None,
            password=target.password,
            peer_address="memory",
            headers={},
            is_encrypted=target.url.startswith("wss:"),
        )
        try:
            admission = self._admit(handshake)
        except Exception as error:  # the boundary of one connection: a failing admitter refuses this station only
            logger.exception("admission failed")
            raise LinkRefused(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error") from error
        if isinstance(admission, Refuse):
            raise LinkRefused(admission.status, HTTPStatus(admission.status).phrase)
        return admission


class MemoryDialer:
    """Dials the listeners of one network."""

    def __init__(self, network: MemoryNetwork, ping_interval_s: float, pong_limit_s: float) -> None:
        self._network = network
        self._ping_interval_s = ping_interval_s
        self._pong_limit_s = pong_limit_s

    async def dial(self, target: Target, receiver: Receiver) -> MemoryEnd:
        """Connect, see `contactor.link.link.Dialer`."""
        await self._cross_the_network()
        listener = self._network.listener_at(target.url)
        admission = listener.admission_of(target)
        line = self._network.join(target, receiver, admission.receiver, listener)
        line.central_end.open()
        line.station_end.open(self._ping_interval_s, self._pong_limit_s)
        return line.station_end

    async def _cross_the_network(self) -> None:
        """Wait a turn of the scheduler: a dial that never waits would hide what happens meanwhile."""
        arrived = asyncio.get_running_loop().create_future()

        def arrive() -> None:
            if not arrived.done():  # whoever dialled may have given up
                arrived.set_result(None)

        self._network.scheduler.call_soon(arrive)
        await arrived


def _address_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
