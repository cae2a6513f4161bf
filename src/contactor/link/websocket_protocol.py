"""SHELL: picows' protocol as both ends build it: with our pings, a quiet log, and word of how its line was lost."""

import logging
from collections.abc import Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from picows import WSAutoPingStrategy

# Not in picows' public list. Its own `ws_create_server` hides the peer's address and certificate until after the
# upgrade, and its `ws_connect` leaves the socket open when it is cancelled; both just build this protocol.
from picows.picows import WSProtocol  # type: ignore[attr-defined]  # the stub file leaves it out

# picows adds its own slack; it doubles the buffer when a message is larger and never shrinks it again.
READ_BUFFER_BYTES = 2048

if TYPE_CHECKING:
    _Adapter = logging.LoggerAdapter[logging.Logger]
else:
    _Adapter = logging.LoggerAdapter


class _QuietLog(_Adapter):
    """Passes on warnings and worse only.

    Below them picows writes whole upgrade requests, and with them Authorization headers, into the log. An adapter
    also keeps it from making one child logger for each connection.
    """

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the name is logging's
        return level >= logging.WARNING and self.logger.isEnabledFor(level)

    def process(
        self,
        msg: object,
        kwargs: MutableMapping[str, Any],  # Any: the signature is logging's
    ) -> tuple[object, MutableMapping[str, Any]]:
        return msg, kwargs


PICOWS_LOG = _QuietLog(logging.getLogger("contactor.link.picows"), {})


class _Protocol(WSProtocol):  # type: ignore[misc]  # picows has no stub for it
    """picows' protocol, which also tells when its line is gone, and by what, whether or not it became a websocket."""

    __slots__ = ("gone", "lost_by")

    gone: Callable[[], None] | None
    lost_by: Exception | None

    def connection_lost(self, error: Exception | None) -> None:
        self.lost_by = error
        super().connection_lost(error)
        if self.gone is not None:
            self.gone()


def new_protocol(
    listener_factory: Callable[..., object],
    *,
    gone: Callable[[], None] | None = None,
    host_header: str | None = None,
    resource: str | None = None,
    headers: list[tuple[str, str]] | None = None,
    handshake_limit_s: float,
    message_bytes_max: int,
) -> WSProtocol:
    """Make picows' protocol for one connection: a client's if there is a `host_header`, else a listener's.

    Pings and pongs are ours: picows' own would cost a task a link, keep their interval for ever, answer a peer that
    pings without reading without bound, and hide pings from us that prove the peer alive.
    """
    protocol = _Protocol(
        host_header,
        resource,
        host_header is not None,
        listener_factory,
        PICOWS_LOG,
        True,  # an exception that reaches picows ends that connection
        handshake_limit_s,
        False,  # no automatic pings, so the three values that follow say nothing
        1,
        1,
        WSAutoPingStrategy.PING_WHEN_IDLE,
        False,  # no automatic pongs
        message_bytes_max,
        headers,
        READ_BUFFER_BYTES,
    )
    protocol.gone = gone
    protocol.lost_by = None
    return protocol
