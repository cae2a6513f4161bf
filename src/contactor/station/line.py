"""SHELL: one connection to the central system, from its dialling to its end."""

import asyncio
from typing import Protocol

from contactor.link.link import (
    CertificateRefused,
    Closure,
    Dialer,
    DialledLink,
    Link,
    LinkFailed,
    LinkRefused,
    OwnCertificateRefused,
    Target,
    TlsFault,
)
from contactor.station.events import DialFailed
from contactor.station.security_log import SecurityEvent

_UNAUTHORISED = 401

_TLS_EVENTS = {
    TlsFault.OLD_TLS_VERSION: SecurityEvent.INVALID_TLS_VERSION,
    TlsFault.NO_SHARED_CIPHER: SecurityEvent.INVALID_TLS_CIPHER_SUITE,
}


class Owner(Protocol):
    """Whoever has dialled."""

    def line_opened(self, peer_chain: str) -> None:
        """The central system took the call; by these certificates it was believed, if installed ones count."""
        ...

    def dial_failed(self, event: DialFailed) -> None:
        """It did not, or nobody was there."""
        ...

    def text_came(self, text: bytes) -> None:
        """It has sent a message."""
        ...

    def line_ended(self, reason: str) -> None:
        """The connection is over."""
        ...


class Line:
    """Dials once, and tells its owner what becomes of it; what an abandoned one still says is not listened to."""

    __slots__ = ("_early_texts", "_owner", "dialling", "link")

    def __init__(self, owner: Owner) -> None:
        self._owner: Owner | None = owner
        self._early_texts: list[bytes] | None = []
        self.dialling: asyncio.Task[None] | None = None
        self.link: DialledLink | None = None

    def dial(self, dialer: Dialer, target: Target) -> None:
        """Begin."""
        self.dialling = asyncio.get_running_loop().create_task(self._dial(dialer, target))

    def leave(self) -> None:
        """Nobody listens any more; an orderly close that was begun goes on."""
        self._owner = None
        if self.dialling is not None:
            self.dialling.cancel()

    def cut(self) -> None:
        """Nobody listens, and nobody is left to say goodbye."""
        self.leave()
        if self.link is not None:
            self.link.abort()

    # What the link calls

    def link_opened(self, _link: Link) -> None:
        """The owner is told once the dialler has handed the link over."""

    def text_received(self, text: bytes) -> None:
        """One message of the central system; what comes before the dialler has handed the link over waits for that."""
        if self._early_texts is not None:
            self._early_texts.append(text)
        elif self._owner is not None:
            self._owner.text_came(text)

    def link_closed(self, closure: Closure) -> None:
        """The end, whoever wanted it."""
        owner, self._owner = self._owner, None
        if owner is not None:
            owner.line_ended(closure.reason or _ending(closure.code))

    async def _dial(self, dialer: Dialer, target: Target) -> None:
        try:
            link = await dialer.dial(target, self)
            peer_chain = link.peer_chain() if target.tls is not None and target.tls.roots else ""
        except LinkRefused as refusal:
            event = SecurityEvent.FAILED_TO_AUTHENTICATE_AT_CENTRAL_SYSTEM if refusal.status == _UNAUTHORISED else None
            self._failed(DialFailed(str(refusal), refusal.status, event))
        except CertificateRefused as refusal:
            event = _TLS_EVENTS.get(refusal.fault, SecurityEvent.INVALID_CENTRAL_SYSTEM_CERTIFICATE)
            self._failed(DialFailed(str(refusal), None, event))
        except OwnCertificateRefused as refusal:
            event = SecurityEvent.FAILED_TO_AUTHENTICATE_AT_CENTRAL_SYSTEM
            self._failed(DialFailed(str(refusal), None, event, is_certificate_refused=True))
        except LinkFailed as failure:
            self._failed(DialFailed(str(failure)))
        else:
            self._opened(link, peer_chain)
        finally:
            self.dialling = None  # a task that is done is a quarter of what an idle line weighs

    def _failed(self, event: DialFailed) -> None:
        owner, self._owner = self._owner, None
        if owner is not None:
            owner.dial_failed(event)

    def _opened(self, link: DialledLink, peer_chain: str) -> None:
        self.link = link
        early_texts, self._early_texts = self._early_texts or (), None
        if self._owner is None:
            link.abort()
            return
        self._owner.line_opened(peer_chain)
        for text in early_texts:
            if self._owner is not None:  # what came first may have ended this life
                self._owner.text_came(text)


def _ending(code: int | None) -> str:
    return "connection cut" if code is None else f"close code {code}"
