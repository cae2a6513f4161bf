"""Notices trouble at the station's own door: broken messages, replayed ones, a memory filling up (SE-01)."""

from contactor.ocpp.messages import Request
from contactor.station.events import Moment
from contactor.station.outbox import CAPACITY, Outbox
from contactor.station.security_log import SecurityEvent, SecurityLog

REMEMBERED_REQUESTS = 100
"""How many requests of one connection are remembered, to tell a repeated one from a replayed one."""

NEARLY_FULL = CAPACITY * 9 // 10
RELIEVED = CAPACITY // 2


class SecurityWatch:
    """Watches one end of the wire and the outbox behind it."""

    __slots__ = ("_is_filling_up", "_outbox", "_requests", "_security_log")

    def __init__(self, security_log: SecurityLog, outbox: Outbox) -> None:
        self._security_log = security_log
        self._outbox = outbox
        self._requests: dict[str, Request] = {}
        self._is_filling_up = False

    def request_came(self, message_id: str, request: Request, now: Moment) -> None:
        """A request came in. The same again is a repetition; another one under the same id pretends to be it."""
        earlier = self._requests.setdefault(message_id, request)
        if earlier != request:
            self._security_log.record(SecurityEvent.ATTEMPTED_REPLAY_ATTACKS, now, f"message id {message_id[:36]!r}")
        if len(self._requests) > REMEMBERED_REQUESTS:
            del self._requests[next(iter(self._requests))]

    def message_was_broken(self, reason: str, now: Moment) -> None:
        """A message came in that is none (RPC-09)."""
        self._security_log.record(SecurityEvent.INVALID_MESSAGES, now, reason)

    def line_ended(self) -> None:
        """The connection is over; a central system that starts anew may count its ids from 1 again."""
        self._requests.clear()

    def settle(self, now: Moment) -> None:
        """Tell once when the outbox is nearly full, and again only after it was well emptied."""
        owed = len(self._outbox)
        if owed >= NEARLY_FULL and not self._is_filling_up:
            self._is_filling_up = True
            self._security_log.record(SecurityEvent.MEMORY_EXHAUSTION, now, f"{owed} messages wait to be delivered")
        elif owed <= RELIEVED:
            self._is_filling_up = False
