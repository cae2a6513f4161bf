"""Calls to one station: they wait in line, go out one at a time, and each caller is told once what came of it.

One at a time is per station, never over all of them (RPC-02, CS-21).
"""

from collections import deque
from collections.abc import Callable

import structlog
from msgspec import Struct

from contactor.base.errors import BrokenPromise
from contactor.ocpp.actions import Side, action_of
from contactor.ocpp.codec import write_payload
from contactor.ocpp.messages import Request
from contactor.ocpp.peer import CallAnswered, CallFailed, CallTimedOut, Peer


class CallLost(Struct, frozen=True):
    """The connection ended first; if the call `was_sent`, the station may have obeyed all the same."""

    request: Request
    was_sent: bool


CallOutcome = CallAnswered | CallFailed | CallTimedOut | CallLost
OnAnswer = Callable[[CallOutcome], None]


class Outbound:
    """The line of calls on one connection."""

    __slots__ = ("_log", "_open", "_peer", "_send", "_waiting")

    def __init__(self, peer: Peer, send: Callable[[bytes], bool], log: structlog.typing.FilteringBoundLogger) -> None:
        self._peer = peer
        self._send = send
        self._log = log
        self._open: tuple[Request, OnAnswer] | None = None
        self._waiting: deque[tuple[Request, OnAnswer]] = deque()

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is waited for."""
        return self._open is not None

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn."""
        return len(self._waiting)

    def call(self, request: Request, on_answer: OnAnswer, now_s: float, *, is_open: bool) -> None:
        """Send the call, or let it wait for its turn; if there is no connection it is lost at once.

        Raises:
            BrokenPromise: the request is not the central system's to make, or would not be valid on the wire.
        """
        # Checked here, where the caller still stands on the stack, not when its turn comes.
        if Side.CENTRAL not in action_of(request).senders:
            raise BrokenPromise(f"{type(request).__name__} is not for the central system to send")
        write_payload(request)
        if not is_open:
            self._tell(on_answer, CallLost(request, was_sent=False))
            return
        self._waiting.append((request, on_answer))
        self._send_next(now_s)

    def concluded(self, outcome: CallAnswered | CallFailed | CallTimedOut, now_s: float) -> None:
        """Tell who waited for the call that the peer has just closed, and send the next."""
        assert self._open is not None
        on_answer = self._open[1]
        self._open = None
        self._tell(on_answer, outcome)
        self._send_next(now_s)

    def expire(self, now_s: float) -> None:
        """Give up the open call if its time is over."""
        outcome = self._peer.expire(now_s)
        if outcome is not None:
            self.concluded(outcome, now_s)

    def link_lost(self) -> None:
        """Tell everybody that nothing will come of their calls any more."""
        self._peer.link_lost()
        sent, self._open = self._open, None
        unsent = list(self._waiting)
        self._waiting.clear()
        if sent is not None:
            self._tell(sent[1], CallLost(sent[0], was_sent=True))
        for request, on_answer in unsent:
            self._tell(on_answer, CallLost(request, was_sent=False))

    def _send_next(self, now_s: float) -> None:
        if self._open is not None or not self._waiting:
            return
        self._open = self._waiting.popleft()
        # A text that does not leave means that the link is ending; `link_lost` then tells the caller.
        self._send(self._peer.call(self._open[0], now_s))

    def _tell(self, on_answer: OnAnswer, outcome: CallOutcome) -> None:
        try:
            on_answer(outcome)
        # The boundary between a caller and the connection: its failure is not the station's.
        except Exception:
            self._log.exception("callback of a call failed", action=type(outcome.request).__name__)
