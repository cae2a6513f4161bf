"""What a peer makes of the texts and time-outs it is told of: one event each."""

from collections.abc import Mapping

from msgspec import Struct

from contactor.ocpp.actions import Action
from contactor.ocpp.codec import Written
from contactor.ocpp.errors import NO_DETAILS, ErrorCode, ProtocolViolation
from contactor.ocpp.messages import Request, Result
from contactor.ocpp.oddity import NO_ODDITIES, Oddities

# Events are msgspec Structs where facts are dataclasses elsewhere: one is made for every text that arrives, and a
# frozen dataclass costs six times as much to make.


class CallReceived(Struct, frozen=True):
    """They call; owed is one `answer` or `refuse` with this id. A tolerant codec may have found it odd."""

    message_id: str
    action: Action
    request: Request
    oddities: Oddities = NO_ODDITIES


class CallInvalid(Struct, frozen=True):
    """They called against the rules; `reply` is the CALLERROR to send, nothing else is owed.

    What bears on security is an InvalidMessages event, or with GenericError (an id in use, with other content) an
    AttemptedReplayAttacks event.
    """

    message_id: str
    violation: ProtocolViolation
    reply: bytes
    security_relevant: bool = False


class CallAnswered(Struct, frozen=True):
    """Our call succeeded, `took_s` seconds after it was made."""

    message_id: str
    request: Request | Written
    result: Result
    took_s: float = 0.0
    oddities: Oddities = NO_ODDITIES


class CallFailed(Struct, frozen=True):
    """Our call was answered by CALLERROR, or by something unusable (the description then begins `InvalidAnswer`)."""

    message_id: str
    request: Request | Written
    code: ErrorCode
    description: str = ""
    details: Mapping[str, object] = NO_DETAILS
    took_s: float = 0.0


class CallTimedOut(Struct, frozen=True):
    """Our call stayed without an answer; one that still comes will be ignored (RPC-05)."""

    message_id: str
    request: Request | Written


class FrameIgnored(Struct, frozen=True):
    """A text that means nothing and gets no reply; `security_relevant` ones are InvalidMessages events (RPC-09)."""

    reason: str
    security_relevant: bool


PeerEvent = CallReceived | CallInvalid | CallAnswered | CallFailed | CallTimedOut | FrameIgnored
