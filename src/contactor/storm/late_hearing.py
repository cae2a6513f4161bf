"""Hears a line late, as a process does that has too much to do: each text after its time, in the order of arrival."""

from collections import deque
from collections.abc import Callable

from contactor.link.callback import call_receiver
from contactor.link.link import Closure, Link, Receiver, Scheduler


class LateHearing:
    """Stands before a receiver; `lateness_s` says how long a text that arrives now has to wait.

    The line's beginning and end are heard at once: that is the kernel's and the websocket's part. With the end goes
    what was not heard yet.
    """

    def __init__(self, receiver: Receiver, lateness_s: Callable[[], float], scheduler: Scheduler) -> None:
        self._receiver = receiver
        self._lateness_s = lateness_s
        self._scheduler = scheduler
        self._link: Link | None = None
        self._unheard: deque[tuple[float, bytes]] = deque()

    def link_opened(self, link: Link) -> None:
        """Pass it on."""
        self._link = link
        self._receiver.link_opened(link)

    def text_received(self, text: bytes) -> None:
        """Pass it on when its time has come, and never before one that came earlier."""
        lateness_s = self._lateness_s()
        if not lateness_s and not self._unheard:
            self._receiver.text_received(text)
            return
        self._unheard.append((self._scheduler.time() + lateness_s, text))
        if len(self._unheard) == 1:
            self._scheduler.call_later(lateness_s, self._hear)

    def link_closed(self, closure: Closure) -> None:
        """Pass it on; nothing is heard of a line that is over."""
        self._unheard.clear()
        self._receiver.link_closed(closure)

    def _hear(self) -> None:
        if not self._unheard:
            return
        link = self._link
        assert link is not None, "texts come after the line's beginning"
        _, text = self._unheard.popleft()
        if self._unheard:
            due_s, _ = self._unheard[0]
            self._scheduler.call_later(max(0.0, due_s - self._scheduler.time()), self._hear)
        if link.is_open:
            call_receiver(link, lambda: self._receiver.text_received(text))
