"""Receivers for tests: they remember what they heard, let a test wait for it, and can be told to act on it."""

import asyncio
from collections.abc import Callable

from contactor.base.virtual_loop import VirtualLoop
from contactor.link.link import Admission, Admit, Closure, Handshake, Link

# No test waits this long unless it fails; a day in virtual time passes at once.
PATIENCE_S = 10.0
VIRTUAL_PATIENCE_S = 86_400.0


def patience_s() -> float:
    return VIRTUAL_PATIENCE_S if isinstance(asyncio.get_running_loop(), VirtualLoop) else PATIENCE_S


class Ear:
    """Hears one link."""

    def __init__(
        self,
        *,
        when_opened: Callable[[Link], object] | None = None,
        when_text: Callable[[Link, bytes], object] | None = None,
        when_closed: Callable[[Closure], object] | None = None,
    ) -> None:
        self._when_opened = when_opened
        self._when_text = when_text
        self._when_closed = when_closed
        self._link: Link | None = None
        self._texts: asyncio.Queue[bytes] = asyncio.Queue()
        self._closed = asyncio.Event()
        self.history: list[str | bytes | Closure] = []
        self.closures: list[Closure] = []

    @property
    def link(self) -> Link:
        assert self._link is not None
        return self._link

    @property
    def was_opened(self) -> bool:
        return self._link is not None

    def link_opened(self, link: Link) -> None:
        self._link = link
        self.history.append("opened")
        if self._when_opened is not None:
            self._when_opened(link)

    def text_received(self, text: bytes) -> None:
        self.history.append(text)
        self._texts.put_nowait(text)
        if self._when_text is not None:
            self._when_text(self.link, text)

    def link_closed(self, closure: Closure) -> None:
        self.history.append(closure)
        self.closures.append(closure)
        self._closed.set()
        if self._when_closed is not None:
            self._when_closed(closure)

    async def text(self) -> bytes:
        """The next text not yet taken."""
        return await asyncio.wait_for(self._texts.get(), patience_s())

    async def closed(self) -> Closure:
        """Wait for the end."""
        await asyncio.wait_for(self._closed.wait(), patience_s())
        return self.closures[0]


class Porter:
    """An admitter that admits everybody to the ears it made, unless told otherwise."""

    def __init__(self) -> None:
        self.handshakes: list[Handshake] = []
        self.ears: list[Ear] = []
        self.make_ear: Callable[[], Ear] = Ear
        self.answer: Callable[[Handshake], Admission] = self.welcome

    def __call__(self, handshake: Handshake) -> Admission:
        self.handshakes.append(handshake)
        return self.answer(handshake)

    def welcome(self, _handshake: Handshake) -> Admission:
        ear = self.make_ear()
        self.ears.append(ear)
        return Admit(ear)
