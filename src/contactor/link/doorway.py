"""SHELL: accepts TCP connections for a listener, and cuts those the rules turn away before TLS costs anything."""

import asyncio
import errno
import logging
import socket
import ssl
import struct
from collections.abc import Callable
from functools import partial

from contactor.link.door_rules import DoorRules

logger = logging.getLogger("contactor.link")

ACCEPTED_AT_ONCE = 64
"""After so many new connections the loop sees to those it has, before it looks for more."""
PAUSE_S = 1.0
"""How long nobody is accepted once the system has no more file handles or memory for one."""
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_CUT_AT_ONCE = struct.pack("ii", 1, 0)

Gone = Callable[[], None]
ProtocolFactory = Callable[[Gone], asyncio.BaseProtocol]
"""Makes the protocol of one connection, which calls what it is given when its line is gone."""


class Doorway:
    """The listening sockets of one listener."""

    def __init__(
        self,
        new_protocol: ProtocolFactory,
        rules: DoorRules,
        *,
        tls: ssl.SSLContext | None,
        handshake_limit_s: float,
        close_limit_s: float,
    ) -> None:
        self._new_protocol = new_protocol
        self._rules = rules
        self._tls = tls
        self._handshake_limit_s = handshake_limit_s
        self._close_limit_s = close_limit_s
        self._loop = asyncio.get_running_loop()
        self._sockets: list[socket.socket] = []
        self._entering: set[asyncio.Task[None]] = set()
        self._port = 0
        self.is_open = False
        """Whether connections are accepted."""

    @property
    def port(self) -> int:
        """The TCP port in use, or that was."""
        return self._port

    async def open(self, host: str, port: int, backlog: int) -> None:
        """Listen on every address of the host.

        Raises:
            OSError: the host has none, or the port is taken.
        """
        found = await self._loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        try:
            for family, _, _, _, address in dict.fromkeys(found):
                # Where the system chose a port for the first address, the others get the same.
                wanted = (address[0], self._port or port, *address[2:])
                listening = socket.create_server(wanted, family=family, backlog=backlog)
                self._sockets.append(listening)
                self._port = listening.getsockname()[1]
        except OSError:
            self.close()
            raise
        self.is_open = True
        for listening in self._sockets:
            listening.setblocking(False)
            self._watch(listening)

    def close(self) -> None:
        """Accept no more; who has connected so far is still answered. Safe to call twice."""
        for listening in self._sockets:
            if self.is_open:
                self._accept(listening)
            self._loop.remove_reader(listening)
            listening.close()
        self._sockets.clear()
        self.is_open = False

    def _watch(self, listening: socket.socket) -> None:
        if self.is_open:
            self._loop.add_reader(listening, self._accept, listening)

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                accepted, address = listening.accept()
            except (BlockingIOError, ConnectionAbortedError, InterruptedError):
                return
            except OSError as error:
                if error.errno not in _EXHAUSTED:
                    raise
                logger.error("no connection can be accepted: %s", error.strerror)
                self._loop.remove_reader(listening)
                self._loop.call_later(PAUSE_S, self._watch, listening)
                return
            accepted.setblocking(False)
            self._let_in(accepted, address[0])

    def _let_in(self, accepted: socket.socket, address: str) -> None:
        if self._rules.enter(address, self._loop.time()) is not None:
            # Nothing waits to be sent, and a closed socket of ours would wait a minute for a packet of the peer's.
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CUT_AT_ONCE)
            accepted.close()
            return
        task = self._loop.create_task(self._begin(accepted, _Stay(self._rules, address)))
        self._entering.add(task)
        task.add_done_callback(self._entering.discard)

    async def _begin(self, accepted: socket.socket, stay: "_Stay") -> None:
        limit_s = None if self._tls is None else self._handshake_limit_s
        try:
            await self._loop.connect_accepted_socket(
                partial(self._new_protocol, stay.end),
                accepted,
                ssl=self._tls,
                # By default a peer may take 60 s for the TLS handshake and 30 s to end TLS.
                ssl_handshake_timeout=limit_s,
                ssl_shutdown_timeout=None if self._tls is None else self._close_limit_s,
            )
        except BaseException as error:
            stay.end()
            accepted.close()
            # A peer that hangs up, speaks no TLS or is too slow is nobody's fault here; the context tells of refusals.
            if not isinstance(error, OSError | asyncio.CancelledError):
                raise


class _Stay:
    """One connection's place in the count."""

    __slots__ = ("_address", "_rules")

    def __init__(self, rules: DoorRules, address: str) -> None:
        self._rules: DoorRules | None = rules
        self._address = address

    def end(self) -> None:
        """Give the place back; safe to call twice."""
        rules, self._rules = self._rules, None
        if rules is not None:
            rules.leave(self._address)
