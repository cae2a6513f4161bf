"""SHELL: dials central systems over ws and wss, and tells each way of failing apart."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from picows import WSHandshakeError, WSUpgradeRequest, WSUpgradeResponse
from picows.common import WSInvalidStatusError

from contactor.link.handshake import write_basic
from contactor.link.link import SUBPROTOCOL, LinkFailed, LinkRefused, Receiver, Scheduler, Target
from contactor.link.station_tls import StationTls
from contactor.link.tls import refusal_of
from contactor.link.websocket_protocol import new_protocol
from contactor.link.websocket_wire import Conversation, PingPlan, WireLimits

_HEADERS = [("Sec-WebSocket-Protocol", SUBPROTOCOL)]
"""Of every request; one list for all, because picows keeps it as long as the connection lasts."""
DEFAULT_PORTS = {"ws": 80, "wss": 443}


@dataclass(frozen=True, slots=True)
class DialSettings:
    """How a station dials. Times in seconds."""

    wire: WireLimits = field(default_factory=WireLimits)
    connect_limit_s: float = 10.0
    """For everything until the upgrade is answered: name, TCP, TLS, HTTP."""
    source_address: str | None = None
    """The local address to dial from: one address has some 28,000 ports towards one listener, a fleet may need more."""


class _Unsuitable(Exception):
    """The peer upgraded, but not to what we asked for."""


class WebSocketDialer:
    """Opens links over ws and wss; each pings by itself, so that a half-open line is noticed (TR-12)."""

    def __init__(
        self,
        *,
        ping_interval_s: float = 20.0,
        pong_limit_s: float = 10.0,
        tls: ssl.SSLContext | StationTls | None = None,
        settings: DialSettings | None = None,
        scheduler: Scheduler | None = None,
    ) -> None:
        """Dial as `settings` say; `scheduler` keeps the timers of the links in place of the loop each is dialled on."""
        self._pings = PingPlan(ping_interval_s, pong_limit_s)
        self._tls = StationTls.of(tls) if isinstance(tls, ssl.SSLContext) else tls or StationTls()
        self._settings = settings or DialSettings()
        self._scheduler = scheduler

    async def dial(self, target: Target, receiver: Receiver) -> Conversation:
        """Connect, see `contactor.link.link.Dialer`."""
        url = _address_of(target)
        conversation = Conversation(
            receiver,
            target.connection_url,
            limits=self._settings.wire,
            pings=self._pings,
            scheduler=self._scheduler,
        )
        try:
            await self._connect(url, target, conversation)
        except ssl.SSLError as error:
            raise refusal_of(error) from error
        except WSInvalidStatusError as error:
            raise _refused_by(error) from error
        except TimeoutError as error:
            raise LinkFailed(f"no answer within {self._settings.connect_limit_s:g} s") from error
        except (OSError, UnicodeError, WSHandshakeError, _Unsuitable) as error:
            raise LinkFailed(str(error) or type(error).__name__) from error
        return conversation

    async def _connect(self, url: SplitResult, target: Target, conversation: Conversation) -> None:
        assert url.hostname is not None
        limit_s = self._settings.connect_limit_s
        protocol = new_protocol(
            _accepting(conversation),
            host_header=url.netloc.rpartition("@")[2],
            resource=f"{url.path}?{url.query}" if url.query else url.path,
            headers=_request_headers(target),
            handshake_limit_s=limit_s,
            message_bytes_max=self._settings.wire.message_bytes_max,
        )
        async with asyncio.timeout(limit_s):
            transport, _ = await asyncio.get_running_loop().create_connection(
                lambda: protocol, url.hostname, url.port or DEFAULT_PORTS[url.scheme], **self._options(url, target)
            )
            try:
                await protocol.wait_until_handshake_complete()
            except BaseException:  # cancelled, too late or refused: in no case may the socket stay behind
                conversation.forsake()
                transport.abort()
                raise
        # picows reports a line that was closed before the answer as a finished handshake.
        if protocol.listener is None:
            # In TLS 1.3 a client's handshake is over before the server has looked at its certificate.
            if isinstance(protocol.lost_by, ssl.SSLError):
                raise protocol.lost_by
            raise _Unsuitable("the peer closed the connection instead of answering")

    def _options(
        self, url: SplitResult, target: Target
    ) -> dict[str, Any]:  # Any: the values are create_connection's of several types
        options: dict[str, Any] = {}
        if self._settings.source_address is not None:
            options["local_addr"] = (self._settings.source_address, 0)
        if url.scheme == "wss":
            options["ssl"] = self._tls.context_for(target.tls)
            options["ssl_handshake_timeout"] = self._settings.connect_limit_s
            options["ssl_shutdown_timeout"] = self._settings.wire.close_limit_s
        return options


def _address_of(target: Target) -> SplitResult:
    try:
        url = urlsplit(target.connection_url)
        is_complete = url.scheme in DEFAULT_PORTS and bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:  # such as a port of 99999
        is_complete = False
    if not is_complete:
        raise LinkFailed(f"{target.url!r} is no ws or wss address")
    return url


def _refused_by(error: WSInvalidStatusError) -> LinkRefused:
    assert error.response is not None  # it is this error because of the status in it
    status = error.response.status
    return LinkRefused(status.value, status.phrase)


def _request_headers(target: Target) -> list[tuple[str, str]]:
    if target.password is None:
        return _HEADERS
    return [*_HEADERS, ("Authorization", write_basic(target.identity, target.password))]


def _accepting(conversation: Conversation) -> Callable[[WSUpgradeRequest, WSUpgradeResponse], Conversation]:
    def accept(_request: WSUpgradeRequest, response: WSUpgradeResponse) -> Conversation:
        chosen = response.headers.get("Sec-WebSocket-Protocol")
        if chosen != SUBPROTOCOL:  # TR-05
            raise _Unsuitable(f"the peer chose subprotocol {chosen!r}, {SUBPROTOCOL!r} was offered")
        if "Sec-WebSocket-Extensions" in response.headers:
            raise _Unsuitable("the peer chose an extension, none was offered")
        return conversation

    return accept
