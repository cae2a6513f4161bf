"""SHELL: the listener stations connect to: admits or refuses each before the upgrade, and holds the open links."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from picows import WSTransport, WSUpgradeRequest, WSUpgradeResponse, WSUpgradeResponseWithListener

from contactor.base.errors import BadSetting, BrokenPromise
from contactor.link.door_rules import DoorLimits, DoorRules
from contactor.link.doorway import Doorway
from contactor.link.handshake import (
    choose_subprotocol,
    identity_of,
    normal_prefix,
    path_of,
    printable_headers,
    read_basic,
    tokens_of,
)
from contactor.link.link import (
    CLOSE_GOING_AWAY,
    CLOSE_PROTOCOL_ERROR,
    Admit,
    Admitter,
    ClientCertificate,
    Closure,
    Handshake,
    Link,
    Refuse,
)
from contactor.link.roll import Roll
from contactor.link.websocket_protocol import new_protocol
from contactor.link.websocket_wire import Conversation, PingPlan, WireLimits

logger = logging.getLogger("contactor.link")

GREETING = b"This port speaks OCPP 1.6 over WebSocket (subprotocol ocpp1.6).\n"
CHALLENGE = 'Basic realm="OCPP", charset="UTF-8"'


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """What a listener grants its stations. Times in seconds; an interval of 0 means no pings."""

    wire: WireLimits = field(default_factory=WireLimits)
    ping_interval_s: float = 60.0
    ping_answer_limit_s: float = 20.0
    handshake_limit_s: float = 10.0
    connections_max: int | None = None
    door: DoorLimits = field(default_factory=DoorLimits)
    # picows' default of 100 refuses part of a fleet that comes back at once.
    backlog: int = 4096


class WebSocketListener:
    """Listens on one port; ws, or wss if it was given a TLS context."""

    def __init__(
        self,
        admit: Admitter,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        path_prefix: str = "/",
        tls: ssl.SSLContext | None = None,
        settings: ListenerSettings | None = None,
        rules: DoorRules | None = None,
    ) -> None:
        """Be ready to listen; listeners that are given the same `rules` count together."""
        self._admit = admit
        self._host = host
        self._wanted_port = port
        self._path_prefix = normal_prefix(path_prefix)
        self._tls = tls
        self._settings = settings or ListenerSettings()
        self._pings = PingPlan(
            self._settings.ping_interval_s, self._settings.ping_answer_limit_s, only_when_silent=True
        )
        self._roll: Roll[Conversation] = Roll()
        self._rules = rules or DoorRules(self._settings.door)
        self._door: Doorway | None = None
        self.slowed = 0
        """How often a station that sent too fast was made to rest."""

    @property
    def port(self) -> int:
        """The TCP port in use."""
        if self._door is None:
            raise BrokenPromise("the listener was asked for its port before it was started")
        return self._door.port

    @property
    def links(self) -> frozenset[Link]:
        """The links that are open now."""
        return frozenset(self._roll)

    async def start(self) -> None:
        """Bind the port and accept.

        Raises:
            BadSetting: the address cannot be had.
        """
        settings = self._settings
        door = Doorway(
            self._new_protocol,
            self._rules,
            tls=self._tls,
            handshake_limit_s=settings.handshake_limit_s,
            close_limit_s=settings.wire.close_limit_s,
        )
        try:
            await door.open(self._host, self._wanted_port, settings.backlog)
        except OSError as error:
            raise BadSetting("listen", f"{self._host}:{self._wanted_port}", str(error)) from error
        self._door = door

    async def close(self) -> None:
        """Stop accepting, close every link with 1001, and wait for the last; none takes longer than its close limit."""
        await self.drain(spread_s=0.0)

    def stop_admitting(self) -> None:
        """Accept no more; who is connected stays."""
        if self._door is not None:
            self._door.close()

    async def drain(self, *, spread_s: float, abruptly: bool = False) -> None:
        """Stop accepting and end the links one after another over `spread_s` seconds, so that they return as slowly.

        `abruptly` cuts the lines instead of closing them: some stations never come back after a close frame.
        """
        self.stop_admitting()
        ending = list(self._roll)
        for link in ending:
            if abruptly:
                link.abort()
            else:
                link.close(CLOSE_GOING_AWAY, "the central system is going down")
            if spread_s > 0:
                await asyncio.sleep(spread_s / len(ending))
        await self._roll.wait_until_empty()

    def _new_protocol(self, gone: Callable[[], None]) -> asyncio.BaseProtocol:
        protocol = new_protocol(
            lambda request: self._answer_safely(request, protocol.transport),
            gone=gone,
            handshake_limit_s=self._settings.handshake_limit_s,
            message_bytes_max=self._settings.wire.message_bytes_max,
        )
        return protocol  # type: ignore[no-any-return]  # picows has no stub for its protocol

    def _answer_safely(self, request: WSUpgradeRequest, transport: WSTransport) -> WSUpgradeResponseWithListener:
        try:
            return self._answer(request, transport)
        except Exception:  # picows would tell the text of the error to the peer, and nobody else
            logger.exception("admission failed")
            return _refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error")

    def _answer(self, request: WSUpgradeRequest, transport: WSTransport) -> WSUpgradeResponseWithListener:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return WSUpgradeResponseWithListener(WSUpgradeResponse.create_ok_response(GREETING), None)
        handshake = self._read(request, transport)
        if handshake is None:
            return _refusal(HTTPStatus.NOT_FOUND, "no station of that name")
        if self._door is None or not self._door.is_open or self._is_full():
            return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, "no more connections now")
        admission = self._admit(handshake)
        if isinstance(admission, Refuse):
            return _refusal(admission.status, admission.reason, admission.headers)
        return self._upgrade(request, handshake, admission)

    def _read(self, request: WSUpgradeRequest, transport: WSTransport) -> Handshake | None:
        path = path_of(request.path)
        identity = identity_of(path, self._path_prefix) if path is not None else None
        if path is None or identity is None:
            return None
        user, password = read_basic(request.headers.get("Authorization")) or (None, None)
        return Handshake(
            identity=identity,
            path=path,
            subprotocols=tokens_of(request.headers.getall("Sec-WebSocket-Protocol", [])),
            user=user,
            password=password,
            peer_address=_address_of(transport),
            headers=printable_headers(request.headers.items()),
            is_encrypted=transport.is_secure,
            certificate=_certificate_of(transport),
        )

    def _count_slowed(self) -> None:
        self.slowed += 1

    def _is_full(self) -> bool:
        return self._settings.connections_max is not None and len(self._roll) >= self._settings.connections_max

    def _upgrade(
        self, request: WSUpgradeRequest, handshake: Handshake, admission: Admit
    ) -> WSUpgradeResponseWithListener:
        # Proxies and some stations send `keep-alive, Upgrade`, which picows answers with 400.
        if "upgrade" in (token.lower() for token in tokens_of(request.headers.getall("Connection", []))):
            request.headers["Connection"] = "Upgrade"
        subprotocol = choose_subprotocol(handshake.subprotocols)
        conversation = Conversation(
            admission.receiver if subprotocol else _Stranger(),
            f"{handshake.identity} at {handshake.peer_address}",
            limits=self._settings.wire,
            pings=self._pings,
            roll=self._roll,
            slowed=self._count_slowed,
        )
        headers = {"Sec-WebSocket-Protocol": subprotocol} if subprotocol else {}
        return WSUpgradeResponseWithListener(WSUpgradeResponse.create_101_response(headers), conversation)


class _Stranger:
    """Receives a peer that offers no subprotocol of ours: upgraded all the same, then closed at once (TR-04)."""

    def link_opened(self, link: Link) -> None:
        link.close(CLOSE_PROTOCOL_ERROR, "no subprotocol in common")

    def text_received(self, text: bytes) -> None:
        """It has nothing to say to us."""

    def link_closed(self, closure: Closure) -> None:
        """Nobody waits for it."""


def _refusal(status: int, reason: str, headers: Mapping[str, str] | None = None) -> WSUpgradeResponseWithListener:
    sent = dict(headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        sent.setdefault("WWW-Authenticate", CHALLENGE)
    return WSUpgradeResponseWithListener(WSUpgradeResponse.create_error_response(status, reason.encode(), sent), None)


def _certificate_of(transport: WSTransport) -> ClientCertificate | None:
    """The certificate that the peer showed, if it was asked for one and has one; TLS has found it good."""
    certificate = transport.underlying_transport.get_extra_info("peercert")
    if not certificate:
        return None
    subject = [pair for part in certificate.get("subject", ()) for pair in part]
    return ClientCertificate(
        tuple(value for name, value in subject if name == "commonName"),
        tuple(value for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"),
    )


def _address_of(transport: WSTransport) -> str:
    peer = transport.underlying_transport.get_extra_info("peername")
    if not peer:  # it left before we could ask
        return "unknown"
    host, port = peer[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
