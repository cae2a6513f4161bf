"""What a link is: text between two peers, how one is opened, refused and ended; no transport in sight.

A link calls back and never waits: the reader of a message is a plain function, so ten thousand links need no task
each. Text travels as the bytes of its UTF-8 spelling, because that is what the codec reads and writes.

Promises every link keeps, whatever carries it:

- `link_opened` comes first, then `text_received` as often as there is text, then `link_closed` exactly once.
- Texts arrive in the order in which they were sent.
- Nothing is called back from within `send`, `close` or `abort`.
- After `close`, `abort` or the peer's close there is no more `text_received`, and `send` returns False.
- A callback that raises ends its own link with code 1011 and no other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias, runtime_checkable
from urllib.parse import quote, urlsplit, urlunsplit

from contactor.base.errors import LinkError

SUBPROTOCOL = "ocpp1.6"
"""The one subprotocol we speak, in its exact lower-case spelling (TR-02)."""

CLOSE_NORMAL = 1000
CLOSE_GOING_AWAY = 1001
CLOSE_PROTOCOL_ERROR = 1002
CLOSE_NOT_UTF8 = 1007
CLOSE_TOO_BIG = 1009
CLOSE_INTERNAL_ERROR = 1011


@dataclass(frozen=True, slots=True)
class Closure:
    """How a link ended.

    `code` and `reason` are those of the side that closed first; the code is None where nobody named one: the line was
    cut, or the close frame was empty. `clean` says that both sides agreed to close. A cut that we made ourselves
    tells why in `reason`.
    """

    code: int | None
    reason: str
    clean: bool


class Link(Protocol):
    """One open conversation, seen from one of its ends."""

    @property
    def is_open(self) -> bool:
        """Whether we believe that the peer can hear us; a half-open line is believed until something proves it dead."""
        ...

    @property
    def name(self) -> str:
        """Who is at the other end, for logs; holds no secret."""
        ...

    def send(self, text: bytes) -> bool:
        """Send one message; False, and nothing sent, if the link is not open any more."""
        ...

    def close(self, code: int = CLOSE_NORMAL, reason: str = "") -> None:
        """End the conversation politely; does nothing if it is ending already."""
        ...

    def abort(self) -> None:
        """Cut the line without a word; what was not yet sent is lost."""
        ...


@runtime_checkable
class DialledLink(Link, Protocol):
    """A link from the end that dialled it: it sends the pings of WebSocketPingInterval."""

    def set_ping_interval(self, interval_s: float) -> None:
        """Ping every `interval_s` seconds from now on; 0 ends the pings (TR-12)."""
        ...

    def peer_chain(self) -> str:
        """The certificates by which TLS believed the peer, as PEM: its own first, the root last; empty without TLS."""
        ...


class Receiver(Protocol):
    """Whoever listens to a link; see the promises at the top of this file."""

    def link_opened(self, link: Link) -> None:
        """The conversation may begin; `link.send` works from here on."""
        ...

    def text_received(self, text: bytes) -> None:
        """One whole message, valid UTF-8; empty if the peer sent an empty one."""
        ...

    def link_closed(self, closure: Closure) -> None:
        """The conversation is over."""
        ...


@dataclass(frozen=True, slots=True)
class InstalledTls:
    """What a station was given over OCPP for its TLS, as PEM: roots it trusts, and a certificate of its own.

    With `is_alone` the roots count without those that came with the station.
    """

    roots: str = ""
    chain: str = ""
    key: str = field(default="", repr=False)
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Where a station connects to, and as whom.

    `url` is the guide's SupervisionUrl, `identity` its BoxIdentifier, `password` the bytes whose hexadecimal spelling
    is AuthorizationKey (SEC-06); None sends no credentials. `tls` is what was installed, None where nothing was.
    """

    url: str
    identity: str
    password: bytes | None = field(default=None, repr=False)
    tls: InstalledTls | None = None

    @property
    def connection_url(self) -> str:
        """The address to dial: the URL's path, one slash, and the percent-encoded identity (TR-01)."""
        parts = urlsplit(self.url)
        path = f"{parts.path.rstrip('/')}/{quote(self.identity, safe='')}"
        return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


class Dialer(Protocol):
    """Opens links to central systems."""

    async def dial(self, target: Target, receiver: Receiver) -> DialledLink:
        """Connect; `receiver.link_opened` has been called when this returns.

        Raises:
            LinkRefused: the peer answered the request with an HTTP error.
            CertificateRefused: we do not trust the peer's TLS.
            OwnCertificateRefused: the peer does not trust ours.
            LinkFailed: nobody answered, or not in time, or not as a central system answers.
        """
        ...


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """Whom the certificate names that a station showed; that a trusted authority signed it, TLS has seen to."""

    common_names: tuple[str, ...]
    host_names: tuple[str, ...] = ()

    def names(self, identity: str) -> bool:
        """Whether it is that station's: by an alternative name, and without one by its common name as it is spelled.

        Where there are alternative names the common name is no identity (RFC 6125, 6.4.4): what our own authority signs
        has the serial number there that the station claims, and that could be another station's identity.
        """
        if self.host_names:
            return identity.casefold() in (each.casefold() for each in self.host_names)
        return identity in self.common_names


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a station says before the listener decides: the admission's whole knowledge.

    `identity` is the last path segment, percent-decoded. `user` and `password` are the bytes of HTTP Basic, None if
    the header is missing or unreadable. `headers` have lower-case names; those with secrets are left out, so
    that nothing that prints them prints a password.
    """

    identity: str
    path: str
    subprotocols: tuple[str, ...]
    user: bytes | None
    password: bytes | None = field(repr=False)
    peer_address: str
    headers: Mapping[str, str]
    is_encrypted: bool = False
    certificate: ClientCertificate | None = None


@dataclass(frozen=True, slots=True)
class Admit:
    """Let the station in; `receiver` hears the link.

    A peer may still vanish or fail its half of the upgrade: hold nothing for it until `link_opened`.
    """

    receiver: Receiver


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer with an HTTP error and do not upgrade: 404 for an unknown identity (TR-06), 401 for credentials (TR-08).

    The reason is the answer's body. A 401 gets its WWW-Authenticate header by itself.
    """

    status: int
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Admission: TypeAlias = Admit | Refuse
Admitter: TypeAlias = Callable[[Handshake], Admission]


class Listener(Protocol):
    """Waits for stations and asks its admitter about each."""

    @property
    def port(self) -> int:
        """The port in use, once started; tells which one the system chose where 0 was asked for."""
        ...

    async def start(self) -> None:
        """Begin to accept connections."""
        ...

    def stop_admitting(self) -> None:
        """Accept no more; the links that are open stay."""
        ...

    async def close(self) -> None:
        """Accept no more, end every link with 1001, and return when the last one is gone."""
        ...


class LinkRefused(LinkError):
    """The peer is there and said no with an HTTP status (TR-07, TR-09)."""

    def __init__(self, status: int, reason: str = "") -> None:
        super().__init__(f"the central system refused the connection with HTTP status {status} {reason}".rstrip())
        self.status = status
        self.reason = reason


class LinkFailed(LinkError):
    """No link came about: nobody there, too slow, or an answer that is no central system's."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the connection failed: {reason}")
        self.reason = reason


class TlsFault(StrEnum):
    """Why the peer's TLS was refused; a station logs another security event for each group (SEC-24)."""

    WRONG_HOST = "wrong host"
    UNKNOWN_AUTHORITY = "unknown authority"
    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    OTHER_CERTIFICATE_FAULT = "certificate refused"
    OLD_TLS_VERSION = "old TLS version"
    NO_SHARED_CIPHER = "no shared cipher"


class CertificateRefused(LinkError):
    """We would not trust the peer's TLS; nothing was sent over it."""

    def __init__(self, fault: TlsFault, reason: str) -> None:
        super().__init__(f"the central system's TLS was refused: {fault}: {reason}")
        self.fault = fault
        self.reason = reason


class OwnCertificateRefused(LinkError):
    """The certificate that we show cannot be used, or the peer's TLS does not take it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the certificate shown was refused: {reason}")
        self.reason = reason


class Cancellable(Protocol):
    """Something scheduled that can be called off."""

    def cancel(self) -> None:
        """Call it off; it may have happened already."""
        ...


class Scheduler(Protocol):
    """The part of an event loop that links need; every asyncio loop is one."""

    def time(self) -> float:
        """Monotonic seconds."""
        ...

    def call_soon(self, callback: Callable[[], object], /) -> Cancellable:
        """Run it next, after what was scheduled before."""
        ...

    def call_later(self, delay_s: float, callback: Callable[[], object], /) -> Cancellable:
        """Run it `delay_s` seconds from now."""
        ...
