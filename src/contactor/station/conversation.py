"""The station's end of the wire: which call goes next, and where each answer and request belongs."""

from collections.abc import Callable

from contactor.base.deadlines import earliest
from contactor.ocpp.errors import ErrorCode, ProtocolViolation
from contactor.ocpp.events import CallAnswered, CallFailed, CallInvalid, CallReceived, FrameIgnored
from contactor.ocpp.messages import Request
from contactor.ocpp.peer import Peer
from contactor.station.calls import Calls, Errand, Failure, FailureKind
from contactor.station.connection import Connection
from contactor.station.effects import Effects, SendText
from contactor.station.events import Moment
from contactor.station.outbox import Outbox, TransactionBook
from contactor.station.registration import Registration, Standing
from contactor.station.reply import Reply
from contactor.station.security_log import SecurityLog
from contactor.station.security_watch import SecurityWatch

BACKLOG = 3
"""More transaction messages waiting than this are a backlog, which other messages overtake (Q-03)."""


class Conversation:
    """Joins the protocol peer with everything that wants to speak; `reply` answers requests."""

    __slots__ = ("_book", "_calls", "_connection", "_effects", "_outbox", "_peer", "_registration",
                 "_reply", "_security_log", "_watch")  # fmt: skip

    def __init__(
        self,
        peer: Peer,
        calls: Calls,
        registration: Registration,
        outbox: Outbox,
        book: TransactionBook,
        security_log: SecurityLog,
        reply: Callable[[Request], Reply],
        effects: Effects,
        connection: Connection,
    ) -> None:
        self._peer = peer
        self._calls = calls
        self._registration = registration
        self._outbox = outbox
        self._book = book
        self._security_log = security_log
        self._watch = SecurityWatch(security_log, outbox)
        self._reply = reply
        self._effects = effects
        self._connection = connection

    @property
    def deadline_s(self) -> float | None:
        """When the open call times out or, with none open, when the next one is due; asked while the line is up."""
        times_out_s = self._peer.deadline_s
        if times_out_s is not None:
            return times_out_s
        registration = self._registration
        if not registration.is_accepted:
            return registration.deadline_s
        return earliest((registration.deadline_s, self._outbox.deadline_s, self._security_log.deadline_s))

    @property
    def calls_waiting(self) -> int:
        """How many calls wait to be sent."""
        return len(self._calls)

    def has_more_to_say(self, now: Moment) -> bool:
        """Whether something waits for an answer, or is owed and could be sent before long."""
        return bool(self._peer.is_calling or len(self._calls) or len(self._outbox) or self._security_log.has_due(now))

    def received(self, text: bytes, now: Moment) -> bool:
        """Take one message of the central system; False if it only said that a report has arrived."""
        match self._peer.receive(text, now.s):
            case CallReceived() as call:
                self._answer(call, now)
            case CallInvalid(reply=reply, violation=violation, security_relevant=security_relevant):
                if security_relevant:
                    self._watch.message_was_broken(violation.description, now)
                self._effects.note("invalid request", reason=violation.description)
                if self._registration.answers_requests:
                    self._effects.add(SendText(reply))
            case CallAnswered(result=result):
                errand = self._done()
                errand.answered(result, now)
                return not errand.is_report
            case CallFailed(code=code, description=description):
                must_boot = self._registration.refused_as_unknown(code, now)
                self._done().failed(Failure(FailureKind.REFUSED, code, description), now)
                if must_boot:
                    self._calls.drop_all(now)  # nothing that waits may be sent before the boot is accepted
            case FrameIgnored(reason=reason, security_relevant=security_relevant):
                if security_relevant:
                    self._watch.message_was_broken(reason, now)
                self._effects.note("message ignored", reason=reason)
        return True

    def link_lost(self, now: Moment) -> None:
        """The connection is gone, with every question and answer that was on its way."""
        self._peer.link_lost()
        self._calls.drop_all(now)
        self._watch.line_ended()

    def expire(self, now: Moment) -> bool:
        """Give up a call that was not answered in time (RPC-04), and what waited too long to be made.

        Says whether there was any.
        """
        was_displaced = False
        if self._calls.displaced:
            was_displaced = True
            self._calls.tell_displaced(now)
        if self._peer.expire(now.s) is None:
            return was_displaced
        self._done().failed(Failure(FailureKind.TIMED_OUT), now)
        return True

    def watch_memory(self, now: Moment) -> None:
        """More may be owed than before."""
        self._watch.settle(now)

    def settle(self, now: Moment) -> None:
        """Send the next call if none is open."""
        if not self._connection.is_up or self._peer.is_calling:
            return
        errand = self._next(now)
        if errand is None:
            return
        self._calls.sending(errand)
        text = self._peer.call(errand.request, now.s, message_id=errand.message_id)
        self._effects.add(SendText(text))

    def _next(self, now: Moment) -> Errand | None:
        """What a person waits for goes first; what is merely owed goes in its own order (Q-02, Q-03)."""
        if not self._registration.is_accepted:
            # Before acceptance only the boot, and what a pending station was asked for, may be sent (BOOT-08).
            triggered = self._calls.next_urgent() if self._registration.standing is Standing.PENDING else None
            return triggered or self._registration.due(now)
        errand = self._calls.next_urgent() or self._registration.due(now)
        if errand is not None:
            return errand
        if len(self._outbox) <= BACKLOG:
            # Without a backlog a stop reaches the central system before the Finishing that it explains.
            owed = self._outbox.next(self._book, now)
            return owed or self._calls.next_ordinary() or self._security_log.next(now)
        return self._calls.next_ordinary() or self._security_log.next(now) or self._outbox.next(self._book, now)

    def _answer(self, call: CallReceived, now: Moment) -> None:
        if not self._registration.answers_requests:
            self._peer.refuse(call.message_id, ErrorCode.GENERIC_ERROR)  # settles the peer's books; nothing is sent
            return
        self._watch.request_came(call.message_id, call.request, now)
        try:
            reply = self._reply(call.request)
        except ProtocolViolation as violation:
            text = self._peer.refuse(call.message_id, violation.code, violation.description, violation.details)
            self._effects.add(SendText(text))
            return
        self._effects.add(SendText(self._peer.answer(call.message_id, reply.result)))
        if reply.afterwards is not None:
            reply.afterwards(now)

    def _done(self) -> Errand:
        errand, self._calls.current = self._calls.current, None
        assert errand is not None, "the peer reports only calls that were made"
        return errand
