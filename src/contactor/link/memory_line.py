"""One conversation without a socket: its two ends, and what may happen to the line between them.

Two things are told apart here that a half-open line confuses: whether messages get through, and whether an end
believes that it is connected.
"""

from collections import deque
from collections.abc import Callable
from enum import Enum, auto

from contactor.link.callback import call_receiver
from contactor.link.link import CLOSE_NORMAL, Cancellable, Closure, Receiver, Scheduler
from contactor.link.memory_pulse import MemoryPulse


class _State(Enum):
    """How far an end is."""

    OPEN = auto()
    CLOSING = auto()  # our close is on its way, or our cut about to take effect
    OVER = auto()  # the receiver has heard `link_closed`


class MemoryEnd:
    """One end of a line; a link to its receiver (promises: contactor.link.link)."""

    def __init__(self, name: str, receiver: Receiver, line: "MemoryLine") -> None:
        self.name = name
        self._receiver = receiver
        self._line = line
        self._inbox: deque[Callable[[], None]] = deque()
        self._state = _State.OPEN
        self._closure = Closure(None, "", clean=False)
        self._watchdog: Cancellable | None = None
        self._pulse: MemoryPulse | None = None

    @property
    def is_open(self) -> bool:
        """Whether this end believes that it is connected."""
        return self._state is _State.OPEN

    @property
    def is_believed(self) -> bool:
        """Whether the receiver has not yet heard that the link is over."""
        return self._state is not _State.OVER

    def send(self, text: bytes) -> bool:
        """Send one message; True does not mean that it gets through."""
        if self._state is not _State.OPEN:
            return False
        other = self._line.other(self)
        other.post(lambda: other._hear_text(text))
        return True

    def close(self, code: int = CLOSE_NORMAL, reason: str = "") -> None:
        """Close politely; over after the other end's answer, or without it after the line's close limit."""
        assert 1000 <= code <= 4999
        if not self.is_open:
            return
        self._begin_end(Closure(code, reason, clean=False))
        other = self._line.other(self)
        other.post(lambda: other._hear_close(code, reason))
        self._watchdog = self._line.scheduler.call_later(self._line.close_limit_s, self._finish)

    def abort(self) -> None:
        """Cut the line; the other end learns of it if anything gets through."""
        self.give_up("cut by us")

    def set_ping_interval(self, interval_s: float) -> None:
        """Ping every `interval_s` seconds from now on; 0 ends the pings (TR-12)."""
        if self._pulse is not None and self.is_open:
            self._pulse.retime(interval_s)

    def peer_chain(self) -> str:
        """Nobody shows a certificate in memory."""
        return ""

    # What the line does

    def open(self, ping_interval_s: float = 0.0, pong_limit_s: float = 0.0) -> None:
        """Tell the receiver, and begin to ping if there is a limit for the answers."""
        if pong_limit_s:
            scheduler = self._line.scheduler
            self._pulse = MemoryPulse(ping_interval_s, pong_limit_s, scheduler, self)
            if not self._line.gets_through:
                self._pulse.doubt()
        call_receiver(self, self._receiver.link_opened, self)

    def post(self, happening: Callable[[], None]) -> None:
        """Let something arrive at this end, after whatever is on its way already."""
        self._inbox.append(happening)
        self._line.scheduler.call_soon(self._take_next)

    def doubt(self) -> None:
        """Learn nothing, but no longer take the line for sound."""
        if self._pulse is not None and self._state is _State.OPEN:
            self._pulse.doubt()

    def drop(self) -> None:
        """Let this end, and it alone, find the line cut."""
        self._line.scheduler.call_soon(self._hear_cut)

    # What arrives

    def _take_next(self) -> None:
        happening = self._inbox.popleft()
        if self._line.gets_through:
            happening()

    def _hear_text(self, text: bytes) -> None:
        if self._state is _State.OPEN:
            call_receiver(self, self._receiver.text_received, text)
        else:
            self._say_nobody_is_here()

    def _hear_close(self, code: int, reason: str) -> None:
        other = self._line.other(self)
        if self._state is _State.OVER:
            self._say_nobody_is_here()
        elif self._state is _State.OPEN:
            self._begin_end(Closure(code, reason, clean=True))
            other.post(other._hear_close_answer)
            self._finish()
        else:
            self._hear_close_answer()  # both closed at once; each keeps its own code

    def _hear_close_answer(self) -> None:
        if self._state is _State.CLOSING and self._closure.code is not None:
            self._closure = Closure(self._closure.code, self._closure.reason, clean=True)
            self._finish()

    def _hear_ping(self) -> None:
        other = self._line.other(self)
        if self.is_open:
            other.post(other._hear_pong)
        else:
            self._say_nobody_is_here()

    def _hear_pong(self) -> None:
        if self._pulse is not None:
            self._pulse.heard()

    def _hear_cut(self) -> None:
        self._begin_end(Closure(None, "", clean=False))
        self._finish()

    # The parts

    def _say_nobody_is_here(self) -> None:
        """TCP resets whoever writes to a connection that is gone; while closing it would only be ignored."""
        if self._state is _State.OVER:
            other = self._line.other(self)
            other.post(other._hear_cut)

    def ping(self) -> None:
        """Ask the peer for a sign of life."""
        other = self._line.other(self)
        other.post(other._hear_ping)

    def give_up(self, reason: str) -> None:
        """Cut the line, for a reason of our own."""
        if self._state is _State.OVER:
            return
        self._begin_end(Closure(None, reason, clean=False))
        other = self._line.other(self)
        other.post(other._hear_cut)
        self._line.scheduler.call_soon(self._finish)

    def _begin_end(self, closure: Closure) -> None:
        if self._state is _State.OPEN:
            self._state = _State.CLOSING
            self._closure = closure
        if self._pulse is not None:
            self._pulse.stop()

    def _finish(self) -> None:
        if self._state is _State.OVER:
            return
        self._state = _State.OVER
        if self._watchdog is not None:
            self._watchdog.cancel()
        call_receiver(self, self._receiver.link_closed, self._closure)
        self._line.end_is_over(self)


class MemoryLine:
    """What is between two ends, and what a test or a storm may do to it."""

    def __init__(
        self,
        identity: str,
        station: Receiver,
        central: Receiver,
        *,
        names: tuple[str, str],
        scheduler: Scheduler,
        close_limit_s: float,
        left: Callable[["MemoryLine", MemoryEnd], None],
    ) -> None:
        self.identity = identity
        self.scheduler = scheduler
        self.close_limit_s = close_limit_s
        self._gets_through = True
        self.station_end = MemoryEnd(names[0], station, self)
        self.central_end = MemoryEnd(names[1], central, self)
        self._left = left

    @property
    def gets_through(self) -> bool:
        """False: whatever is on its way or will be sent vanishes, both ways, and neither end is told."""
        return self._gets_through

    @gets_through.setter
    def gets_through(self, does: bool) -> None:
        self._gets_through = does
        self.station_end.doubt()
        self.central_end.doubt()

    def other(self, end: MemoryEnd) -> MemoryEnd:
        """The end opposite."""
        return self.station_end if end is self.central_end else self.central_end

    def cut(self) -> None:
        """Cut the line so that both ends notice at once."""
        self.station_end.drop()
        self.central_end.drop()

    def end_is_over(self, end: MemoryEnd) -> None:
        """Hear from an end that it believes no more."""
        self._left(self, end)
        self.other(end).doubt()
