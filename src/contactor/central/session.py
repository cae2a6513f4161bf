"""One station's connection: every text decoded, checked, handled, written and answered, in that order.

The answer leaves after the commit, from the writer's callback; what needs no writing is answered at once. Nothing a
station sends, and nothing a handler does wrong, ends the connection (ERR-12, ERR-14).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import structlog

from contactor.base.clock import Clock
from contactor.base.ids import StationId
from contactor.central.outbound import CallOutcome, OnAnswer, Outbound
from contactor.central.overheard import Direction
from contactor.central.plan import Answer, Caller, Do, InboundTable, Plan, Write
from contactor.central.store.port import Writer
from contactor.central.traffic import Traffic
from contactor.ocpp.actions import Side
from contactor.ocpp.codec import Codec
from contactor.ocpp.enumerations import RegistrationStatus, TriggerMessageStatus
from contactor.ocpp.errors import ErrorCode
from contactor.ocpp.messages import BootNotificationResult, Request, Result, TriggerMessage, TriggerMessageResult
from contactor.ocpp.oddity import Oddities, Oddity, OddityKind
from contactor.ocpp.peer import CallAnswered, CallFailed, CallInvalid, CallReceived, CallTimedOut, Peer

_BOOT = "BootNotification"
_EMPTY_FRAME: Oddities = (Oddity(OddityKind.EMPTY_FRAME, "frame"),)


class Wire(Protocol):
    """An open connection, as far as a session uses it."""

    def send(self, text: bytes) -> bool:
        """Send a text; False if the connection is not open any more."""
        ...

    def close(self, code: int = 1000, reason: str = "") -> None:
        """End the connection in good order."""
        ...

    def abort(self) -> None:
        """Cut the connection."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all sessions share, and whom they tell about themselves."""

    inbound: InboundTable
    writer: Writer
    clock: Clock
    new_id: Callable[[], str]
    call_timeout_s: float
    codec: Codec
    is_tolerant: bool
    odd: Callable[[StationId, Oddities], None]
    traffic: Traffic
    opened: "Callable[[Session], None]"
    closed: "Callable[[Session], None]"
    calling: "Callable[[Session], None]"
    booted: Callable[[StationId, RegistrationStatus], None]
    recorded: Callable[[], None]
    overheard: Callable[[StationId, Direction, bytes], None]
    log: structlog.typing.FilteringBoundLogger


class Session:
    """The central system's end of one connection; a receiver of its link's texts."""

    __slots__ = (
        "_around",
        "_asked_at_s",
        "_outbound",
        "_peer",
        "_triggered",
        "_wire",
        "heard_at_s",
        "registration",
        "station_id",
    )

    def __init__(self, station_id: StationId, registration: RegistrationStatus | None, around: Surroundings) -> None:
        """Be ready for a connection; `registration` is None while the station has yet to boot (BOOT-14)."""
        self.station_id = station_id
        self.registration = registration
        self.heard_at_s = around.clock.monotonic_s()
        self._around = around
        self._asked_at_s = self.heard_at_s
        self._peer = Peer(
            Side.CENTRAL,
            around.new_id,
            call_timeout_s=around.call_timeout_s,
            supported=around.inbound.keys(),
            codec=around.codec,
            is_patient=around.is_tolerant,
        )
        self._outbound = Outbound(self._peer, self._send, around.log)
        self._wire: Wire | None = None
        self._triggered: set[str] = set()

    @property
    def is_open(self) -> bool:
        """Whether texts can go to the station."""
        return self._wire is not None

    @property
    def calls_waiting(self) -> int:
        """How many calls to the station wait for their turn."""
        return self._outbound.waiting

    @property
    def is_busy(self) -> bool:
        """Whether a call is on its way, in either direction."""
        return self._peer.is_busy

    # --- What the link tells --------------------------------------------------------------------------------------

    def link_opened(self, link: Wire) -> None:
        """Begin: texts may come and go."""
        self._wire = link
        self.heard_at_s = self._around.clock.monotonic_s()
        self._around.opened(self)

    def text_received(self, text: bytes) -> None:
        """Take a text; any is a sign of life (HB-05)."""
        if self._wire is None:  # it was on the way when the session was ended
            return
        now_s = self.heard_at_s = self._around.clock.monotonic_s()
        self._around.overheard(self.station_id, Direction.IN, text)
        if self._around.is_tolerant and (not text or text.isspace()):
            self._around.odd(self.station_id, _EMPTY_FRAME)
            return
        event = self._peer.receive(text, now_s)
        if isinstance(event, CallReceived):
            self._take_call(event)
            if event.oddities:
                self._around.odd(self.station_id, event.oddities)
        elif isinstance(event, CallInvalid):
            self._around.traffic.malformed()
            self._log_bad_frame(str(event.violation), event.security_relevant)
            self._send(event.reply)
        elif isinstance(event, CallAnswered | CallFailed | CallTimedOut):
            if isinstance(event, CallAnswered) and event.oddities:
                self._around.odd(self.station_id, event.oddities)
            self._outbound.concluded(event, now_s)
        else:
            self._log_bad_frame(event.reason, event.security_relevant)

    def link_closed(self, _closure: object) -> None:
        """End: our calls on the way are lost, and the answers we owe are owed no more."""
        if self._wire is not None:
            self._wire = None
            self._around.closed(self)
            self._outbound.link_lost()

    # --- What the central system asks -----------------------------------------------------------------------------

    def call(self, request: Request, on_answer: OnAnswer) -> None:
        """Call the station when its turn comes, one call at a time (CS-21); `on_answer` hears once what came of it.

        Without a connection that is at once: the call is lost, and was not sent.

        Raises:
            BrokenPromise: the request is not ours to make, or would not be valid on the wire.
        """
        if isinstance(request, TriggerMessage):
            on_answer = partial(self._triggered_by, request, on_answer)
        self._around.calling(self)
        self._outbound.call(request, on_answer, self._around.clock.monotonic_s(), is_open=self.is_open)

    def expire(self, now_s: float) -> bool:
        """Give up a call whose time is over (RPC-04); whether another answer is waited for."""
        self._outbound.expire(now_s)
        return self._outbound.is_waiting

    def end(self, code: int, reason: str, *, abruptly: bool = False) -> None:
        """Close the connection from our side, or cut it; for us it is over at once, whatever the network does."""
        wire = self._wire
        if wire is not None:
            self.link_closed(None)
            if abruptly:
                wire.abort()
            else:
                wire.close(code, reason)

    def _triggered_by(self, request: TriggerMessage, on_answer: OnAnswer, outcome: CallOutcome) -> None:
        """A message that we asked for is welcome before the station is accepted (BOOT-14)."""
        result = outcome.result if isinstance(outcome, CallAnswered) else None
        if isinstance(result, TriggerMessageResult) and result.status is TriggerMessageStatus.ACCEPTED:
            self._triggered.add(request.requested_message.value)
        on_answer(outcome)

    # --- What the station asks ------------------------------------------------------------------------------------

    def _take_call(self, call: CallReceived) -> None:
        action = call.action.name
        # A station has one call open at a time, so this is the one that is answered next.
        self._asked_at_s = self.heard_at_s
        if not self._may_send(action):
            self._refuse(call, ErrorCode.SECURITY_ERROR, "send BootNotification first")
            return
        try:
            caller = Caller(self.station_id, self._around.clock.now(), call.oddities)
            plan = self._around.inbound[action](caller, call.request)
            self._carry_out(call, plan)
        # The boundary of one request: whatever a handler or a full writer does must cost the station one answer only.
        except Exception as error:
            self._failed(call, error)

    def _may_send(self, action: str) -> bool:
        return self.registration is RegistrationStatus.ACCEPTED or action == _BOOT or action in self._triggered

    def _carry_out(self, call: CallReceived, plan: Plan) -> None:
        if isinstance(plan, Write):
            self._around.writer.write(plan.rows, partial(self._rows_written, call, plan))
        elif isinstance(plan, Answer):
            self._answer(call, plan.result)
        else:
            self._around.writer.write(plan.work, partial(self._work_done, call, plan))

    def _rows_written(self, call: CallReceived, plan: Write, outcome: object) -> None:
        if isinstance(outcome, Exception):
            self._failed(call, outcome)
            return
        if plan.after is not None:
            plan.after()
        self._answer(call, plan.result)

    def _work_done(self, call: CallReceived, plan: Do, outcome: object) -> None:
        if not isinstance(outcome, Result):
            self._failed(call, outcome)
            return
        self._around.recorded()
        if plan.after is not None:
            plan.after()
        if isinstance(outcome, BootNotificationResult):
            self._booted(outcome.status)
        self._answer(call, outcome)

    def _booted(self, status: RegistrationStatus) -> None:
        self.registration = status
        self._triggered.clear()
        self._around.booted(self.station_id, status)

    def _answer(self, call: CallReceived, result: Result) -> None:
        # The connection may have ended while the row was on its way to disk; the station will ask again.
        if not self._peer.owes_answer(call.message_id):
            return
        try:
            text = self._peer.answer(call.message_id, result)
        # An answer that cannot be written is our bug; the station gets an error instead of silence (ERR-12).
        except Exception as error:
            self._failed(call, error)
        else:
            self._send(text)
            self._count(call, "answered")

    def _failed(self, call: CallReceived, error: object) -> None:
        failure = error if isinstance(error, BaseException) else TypeError(f"{call.action.name} was answered {error!r}")
        self._around.log.error(
            "request failed",
            station=self.station_id,
            action=call.action.name,
            message=call.message_id,
            exc_info=failure,
        )
        if self._peer.owes_answer(call.message_id):
            self._refuse(call, ErrorCode.INTERNAL_ERROR, "the central system could not process the request")

    def _refuse(self, call: CallReceived, code: ErrorCode, description: str) -> None:
        self._send(self._peer.refuse(call.message_id, code, description))
        self._count(call, "refused")

    def _count(self, call: CallReceived, outcome: str) -> None:
        took_s = self._around.clock.monotonic_s() - self._asked_at_s
        self._around.traffic.answered(call.action.name, outcome, took_s)

    def _send(self, text: bytes) -> bool:
        if self._wire is not None:
            self._around.overheard(self.station_id, Direction.OUT, text)
        return self._wire is not None and self._wire.send(text)

    def _log_bad_frame(self, reason: str, is_security_relevant: bool) -> None:
        log = self._around.log.warning if is_security_relevant else self._around.log.info
        log("bad frame", station=self.station_id, reason=reason)
