"""A webhook: where events are sent, which, and how far it has come; and when a failed delivery is tried again."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from contactor.base.ids import StationId
from contactor.central.events.event import EventKind

WEBHOOKS_MAX = 50
"""Each is a connection, and a reader of the database, of its own."""
ATTEMPTS_MAX = 8
"""After so many an event is given up, so that one which its target cannot take does not hold up those behind it."""
FIRST_WAIT_MS = 2_000
WAIT_FACTOR = 4
WAIT_MS_MAX = 3_600_000
FAILURE_LENGTH_MAX = 300


@dataclass(frozen=True, slots=True)
class Webhook:
    """What an operator sets; no kinds and no stations mean all, and events of no single station count with all."""

    webhook_id: str
    url: str
    secret: str = field(repr=False)
    kinds: Sequence[EventKind] = ()
    stations: Sequence[StationId] = ()
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a webhook has come: `done_sequence` is the last event that needs nothing more."""

    done_sequence: int
    attempts: int = 0
    next_try_at_ms: int = 0
    delivered_at_ms: int | None = None
    failure: str = ""


def wait_ms(attempts: int) -> int:
    """How long to wait after so many attempts that failed: 2 s, 8 s, 32 s, and at last an hour."""
    factor: int = WAIT_FACTOR ** (attempts - 1)
    return min(FIRST_WAIT_MS * factor, WAIT_MS_MAX)


def after_delivery(progress: Progress, sequence: int, now_ms: int) -> Progress:
    """The event was taken: on to the next."""
    return replace(
        progress, done_sequence=sequence, attempts=0, next_try_at_ms=now_ms, delivered_at_ms=now_ms, failure=""
    )


def after_failure(progress: Progress, sequence: int, now_ms: int, failure: str) -> Progress:
    """The event was not taken: wait, or after the last attempt go on to the next without it."""
    attempts, told = progress.attempts + 1, failure[:FAILURE_LENGTH_MAX]
    if attempts >= ATTEMPTS_MAX:
        return replace(progress, done_sequence=sequence, attempts=0, next_try_at_ms=now_ms, failure=told)
    return replace(progress, attempts=attempts, next_try_at_ms=now_ms + wait_ms(attempts), failure=told)
