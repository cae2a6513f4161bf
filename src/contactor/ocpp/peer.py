"""One end of an OCPP connection without I/O: texts and seconds in, events and texts out (RPC-01 to RPC-15).

The peer knows which call of ours is open and which of theirs we owe an answer. It never sends, sleeps or reads a
clock: the owner hands it every text that arrives, sends every text it returns, and calls `expire` at `deadline_s`.
"""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

from msgspec import Struct

from contactor.base.errors import BrokenPromise
from contactor.ocpp.actions import ACTIONS, Action, Side, action_of
from contactor.ocpp.codec import STRICT, Codec, Written, write_payload
from contactor.ocpp.errors import (
    DESCRIPTION_MAX_LENGTH,
    NO_DETAILS,
    ErrorCode,
    ProtocolViolation,
    error_code_from_text,
)
from contactor.ocpp.events import (
    CallAnswered,
    CallFailed,
    CallInvalid,
    CallReceived,
    CallTimedOut,
    FrameIgnored,
    PeerEvent,
)
from contactor.ocpp.frames import (
    MESSAGE_ID_MAX_LENGTH,
    CallFrame,
    ErrorFrame,
    MalformedFrame,
    ResultFrame,
    read_frame,
    write_call,
    write_error,
    write_result,
)
from contactor.ocpp.messages import Request, Result
from contactor.ocpp.oddity import NO_ODDITIES, Oddities

__all__ = [
    "INVALID_ANSWER",
    "CallAnswered",
    "CallFailed",
    "CallInvalid",
    "CallOutstanding",
    "CallReceived",
    "CallTimedOut",
    "FrameIgnored",
    "Peer",
    "PeerEvent",
]

INVALID_ANSWER = "InvalidAnswer"
"""First word of the description when the answer came but could not be used; no peer sends it."""


class CallOutstanding(BrokenPromise):
    """A call was made while another one of ours waits for its answer (RPC-02)."""


class _OpenCall(Struct, frozen=True):
    message_id: str
    action: Action
    request: Request | Written
    made_at_s: float
    deadline_s: float


@lru_cache(maxsize=64)
def _offers(side: Side, supported: frozenset[str] | None) -> Mapping[str, Action]:
    """Return what a side takes calls for; one table serves every connection of its kind."""
    unknown = sorted((supported or frozenset()) - ACTIONS.keys())
    if unknown:
        raise BrokenPromise(f"supported: {unknown[0]!r} is no action of OCPP 1.6")
    return {
        name: action
        for name, action in ACTIONS.items()
        if side.other in action.senders and (supported is None or name in supported)
    }


class Peer:
    """Matches calls and answers on one connection, in both directions."""

    __slots__ = ("_call_timeout_s", "_codec", "_is_patient", "_new_id", "_offered", "_open_call", "_unanswered", "side")

    def __init__(
        self,
        side: Side,
        new_id: Callable[[], str],
        *,
        call_timeout_s: float = 30.0,
        supported: Collection[str] | None = None,
        codec: Codec = STRICT,
        is_patient: bool = False,
    ) -> None:
        """Be `side` of a fresh connection.

        Args:
            side: Which end we are.
            new_id: Gives an id that this side never used before, at most 36 characters (RPC-01).
            call_timeout_s: How long an answer may take (RPC-04).
            supported: Names of the actions we take calls for; None for all the other side may send.
            codec: What reads payloads.
            is_patient: Ignore a call that is repeated word for word while it is being handled: the answer to come
                answers both. Otherwise it is refused (RPC-10).

        Raises:
            BrokenPromise: `supported` names an action that does not exist.
        """
        self.side = side
        self._new_id = new_id
        self._call_timeout_s = call_timeout_s
        self._codec = codec
        self._is_patient = is_patient
        self._offered = _offers(side, None if supported is None else frozenset(supported))
        self._open_call: _OpenCall | None = None
        self._unanswered: dict[str, CallReceived] = {}

    @property
    def is_calling(self) -> bool:
        """A call of ours waits for its answer; the next must wait (RPC-02)."""
        return self._open_call is not None

    @property
    def is_busy(self) -> bool:
        """A call is on its way, in either direction."""
        return self._open_call is not None or bool(self._unanswered)

    @property
    def deadline_s(self) -> float | None:
        """When to call `expire`, in monotonic seconds."""
        return None if self._open_call is None else self._open_call.deadline_s

    def owes_answer(self, message_id: str) -> bool:
        """Say whether a received call still waits for `answer` or `refuse`; after `link_lost` none does."""
        return message_id in self._unanswered

    def call(self, request: Request | Written, now_s: float, *, message_id: str | None = None) -> bytes:
        """Open a call and return its text; a given id makes it a retransmission (RPC-01, Q-08).

        Raises:
            CallOutstanding: the previous call is still open.
            BrokenPromise: this side never sends such a request, its id is too long, or it breaks the schema.
        """
        action = request.action if isinstance(request, Written) else action_of(request)
        if self._open_call is not None:
            raise CallOutstanding(f"{action.name} cannot be called: {self._open_call.action.name} is unanswered")
        if self.side not in action.senders:
            raise BrokenPromise(f"{action.name} is not for the {self.side} to send")
        identity = self._new_id() if message_id is None else message_id
        if len(identity) > MESSAGE_ID_MAX_LENGTH:
            raise BrokenPromise(f"message id {identity!r} is longer than {MESSAGE_ID_MAX_LENGTH} characters")
        payload = request.payload if isinstance(request, Written) else write_payload(request)
        text = write_call(identity, action.name, payload)
        self._open_call = _OpenCall(identity, action, request, now_s, now_s + self._call_timeout_s)
        return text

    def receive(self, text: bytes, now_s: float) -> PeerEvent:
        """Take a text from the wire and say what it means; raises nothing, whatever the text is.

        An answer counts until `expire` gave the call up, even if its deadline has passed: an answer in hand is worth
        more than a time-out that a busy machine brought about itself.
        """
        frame = read_frame(text)
        if isinstance(frame, CallFrame):
            return self._take_call(frame)
        if isinstance(frame, MalformedFrame):
            return self._take_malformed(frame, now_s)
        call = self._open_call
        if call is None or call.message_id != frame.message_id:
            return FrameIgnored(f"answer to {_shown(frame.message_id)}, which is no open call", False)
        self._open_call = None
        took_s = now_s - call.made_at_s
        if isinstance(frame, ErrorFrame):
            return _refused(call, frame, took_s)
        return self._answered(call, frame, took_s)

    def answer(self, message_id: str, result: Result) -> bytes:
        """Return the CALLRESULT for a received call, which is then no longer owed an answer.

        Raises:
            BrokenPromise: no such call is open (`owes_answer`), the result is of another action, or it breaks the
                schema; in the latter cases the call stays open and can be refused.
        """
        expected = self._owed(message_id).action.result
        if type(result) is not expected:
            raise BrokenPromise(f"{message_id}: {expected.__name__} answers it, not {type(result).__name__}")
        text = write_result(message_id, write_payload(result))
        del self._unanswered[message_id]
        return text

    def refuse(
        self, message_id: str, code: ErrorCode, description: str = "", details: Mapping[str, object] | None = None
    ) -> bytes:
        """Return the CALLERROR for a received call, which is then no longer owed an answer.

        Raises:
            BrokenPromise: no such call is open.
        """
        self._owed(message_id)
        text = write_error(message_id, code, description, details or NO_DETAILS)
        del self._unanswered[message_id]
        return text

    def expire(self, now_s: float) -> CallTimedOut | None:
        """Give the open call up if its deadline has come (RPC-04)."""
        call = self._open_call
        if call is None or now_s < call.deadline_s:
            return None
        self._open_call = None
        return CallTimedOut(call.message_id, call.request)

    def link_lost(self) -> Request | Written | None:
        """Forget what the lost connection owed us and we owed it; return the request that stays unanswered."""
        call = self._open_call
        self._open_call = None
        self._unanswered.clear()
        return None if call is None else call.request

    def _owed(self, message_id: str) -> CallReceived:
        received = self._unanswered.get(message_id)
        if received is None:
            raise BrokenPromise(f"{message_id}: no received call of this id waits for an answer")
        return received

    def _take_call(self, frame: CallFrame) -> CallReceived | CallInvalid | FrameIgnored:
        message_id = frame.message_id
        action = self._offered.get(frame.action)
        oddities = NO_ODDITIES
        try:
            if action is None:
                raise _not_offered(frame.action)
            try:  # here and not in a function: this is the way of every message
                request = self._codec.read(action.request, frame.payload)
            except ProtocolViolation as violation:
                request, oddities = self._codec.mend(action.request, frame.payload, violation)
        except ProtocolViolation as violation:
            return _invalid(message_id, violation)
        received = CallReceived(message_id, action, request, oddities)
        if message_id in self._unanswered:
            return self._take_duplicate(received)
        self._unanswered[message_id] = received
        return received

    def _take_duplicate(self, received: CallReceived) -> CallInvalid | FrameIgnored:
        """Answer a call whose id is being handled (RPC-10): impatient with the same content, suspect with another."""
        is_replay = received != self._unanswered[received.message_id]
        if self._is_patient and not is_replay:
            return FrameIgnored(f"{received.action.name} {_shown(received.message_id)} is being handled", False)
        violation = ProtocolViolation(ErrorCode.GENERIC_ERROR, "A call with this message id is being handled")
        return _invalid(received.message_id, violation, security_relevant=is_replay)

    def _take_malformed(self, frame: MalformedFrame, now_s: float) -> CallInvalid | CallFailed | FrameIgnored:
        if frame.is_of_unknown_type:
            return FrameIgnored(frame.violation.description, False)
        if frame.message_id is None or frame.message_type is None:
            return FrameIgnored(frame.violation.description, True)
        if frame.message_type == CallFrame.__struct_config__.tag:
            return _invalid(frame.message_id, frame.violation, security_relevant=True)
        call = self._open_call
        # An answer is never answered, not even a malformed one: two peers could go on for ever.
        if call is None or call.message_id != frame.message_id:
            return FrameIgnored(frame.violation.description, True)
        self._open_call = None
        return _unusable(call, frame.violation, now_s - call.made_at_s)

    def _answered(self, call: _OpenCall, frame: ResultFrame, took_s: float) -> CallAnswered | CallFailed:
        try:
            result, oddities = self._read_result(call.action, frame)
        except ProtocolViolation as violation:
            return _unusable(call, violation, took_s)
        return CallAnswered(call.message_id, call.request, result, took_s, oddities)

    def _read_result(self, action: Action, frame: ResultFrame) -> tuple[Result, Oddities]:
        try:
            return self._codec.read(action.result, frame.payload), NO_ODDITIES
        except ProtocolViolation as violation:
            return self._codec.mend(action.result, frame.payload, violation)


def _not_offered(action_name: str) -> ProtocolViolation:
    """Tell an action nobody knows from one that this side does not take (ERR-01, ERR-02)."""
    known = action_name in ACTIONS
    code = ErrorCode.NOT_SUPPORTED if known else ErrorCode.NOT_IMPLEMENTED
    return ProtocolViolation(code, f"{_shown(action_name)} is not {'supported' if known else 'known'} here")


def _invalid(message_id: str, violation: ProtocolViolation, *, security_relevant: bool = False) -> CallInvalid:
    reply = write_error(message_id, violation.code, violation.description, violation.details)
    return CallInvalid(message_id, violation, reply, security_relevant)


def _refused(call: _OpenCall, frame: ErrorFrame, took_s: float) -> CallFailed:
    """Read a CALLERROR; a word that 1.6 does not have becomes GenericError and stays in the description."""
    code, description = error_code_from_text(frame.code), frame.description
    if code is None:
        code, description = ErrorCode.GENERIC_ERROR, f"{frame.code}: {description}" if description else frame.code
    return CallFailed(call.message_id, call.request, code, description, frame.details, took_s)


def _unusable(call: _OpenCall, violation: ProtocolViolation, took_s: float) -> CallFailed:
    description = f"{INVALID_ANSWER}: {violation.description}"[:DESCRIPTION_MAX_LENGTH]
    return CallFailed(call.message_id, call.request, violation.code, description, violation.details, took_s)


def _shown(name: str) -> str:
    """A name from the wire, short enough for a log line."""
    return repr(name[:MESSAGE_ID_MAX_LENGTH])
