"""An order of an operator, and the record of what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from contactor.base.errors import ContactorError
from contactor.base.ids import StationId
from contactor.ocpp.messages import Request


class CommandState(StrEnum):
    """How far a command has come."""

    QUEUED = "queued"
    """Kept, and waiting for its turn or for the station."""
    SENT = "sent"
    """On its way, or about to be: written down before the wire hears of it."""
    ANSWERED = "answered"
    """The station gave an answer; `status` and `answer` say which."""
    REFUSED = "refused"
    """The station answered by CALLERROR; `detail` names its code."""
    TIMED_OUT = "timed_out"
    """No answer came in time; the station may have obeyed all the same."""
    UNKNOWN_OUTCOME = "unknown_outcome"
    """The link, or the central system, ended before the answer; the station may have obeyed."""
    OFFLINE = "offline"
    """Never sent: the station was not there, and the command was not to wait."""
    EXPIRED = "expired"
    """Never sent: its time was over first."""
    CANCELLED = "cancelled"
    """Never sent: taken back."""
    WITHHELD = "withheld"
    """Never sent: when its turn came, the station's registration did not allow it any more (BOOT-10, TRG-05)."""

    @property
    def is_final(self) -> bool:
        """Whether the state can change no more."""
        return self not in (CommandState.QUEUED, CommandState.SENT)


class FollowUp(StrEnum):
    """What a station's answer only promised, and whether it came true."""

    AWAITING_START = "awaiting_start"
    """The remote start was accepted; `transaction_id` is set once the transaction begins (RS-12)."""
    STARTED = "started"
    NOT_STARTED = "not_started"
    SCHEDULED = "scheduled"
    """The availability changes when the transaction ends (AVL-12)."""
    SUPERSEDED = "superseded"
    """A later change of availability was accepted before this one came into force."""
    DONE = "done"
    AWAITING_BOOT = "awaiting_boot"
    """The station restarts, or must be restarted before the new value holds (RST-08, CF-21)."""
    BOOTED = "booted"


@dataclass(frozen=True, slots=True)
class Order:
    """What an operator wants a station to do.

    `payload` is the request as OCPP spells it (camelCase), or a request itself. With `expires_at` the command waits
    until then for a station that is offline; `wait_s` says the same in seconds from now (give one or neither); without
    both it fails at once as offline. Orders with the same `idempotency_key` are one. `force` overrides the product's
    limits and what only seems wrong, never OCPP's own rules.
    """

    station_id: StationId
    action: str
    payload: Mapping[str, object] | Request = field(repr=False)
    by: str
    why: str = ""
    expires_at: datetime | None = None
    wait_s: float | None = None
    idempotency_key: str | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class CommandView:
    """The record of a command; `request` and `answer` as on the wire, secrets masked.

    `status` is the answer's own word ("Accepted", "RebootRequired"), None where the result has none; `detail` explains
    every end that is not an answer. `transaction_id` is the transaction that a remote start led to.
    """

    command_id: int
    station_id: StationId
    action: str
    by: str
    why: str
    request: Mapping[str, object]
    state: CommandState
    queued_at: datetime
    expires_at: datetime | None
    sent_at: datetime | None
    ended_at: datetime | None
    status: str | None
    answer: Mapping[str, object] | None
    detail: str
    follow_up: FollowUp | None
    transaction_id: int | None
    idempotency_key: str | None


class CommandRefused(ContactorError):
    """The order is not carried out, nothing was kept and nothing sent: the problem lies in one field of it.

    `field` is the place in the request as OCPP spells it ("csChargingProfiles.stackLevel"), or of the order itself
    ("stationId", "action", "idempotencyKey"). `can_be_forced`: the same order with `force` would go out.
    """

    def __init__(self, field: str, value: object, reason: str, *, can_be_forced: bool = False) -> None:
        super().__init__(f"{field}: {value!r}: {reason}")
        self.field = field
        self.value = value
        self.reason = reason
        self.can_be_forced = can_be_forced


class QueueFull(ContactorError):
    """As many commands as may wait for this station wait already; try later."""

    def __init__(self, station_id: str, waiting: int) -> None:
        super().__init__(f"{waiting} commands wait for station {station_id}, and no more may")
        self.station_id = station_id
        self.waiting = waiting


class UnknownCommand(ContactorError):
    """There is no command of that number."""

    def __init__(self, command_id: int) -> None:
        super().__init__(f"there is no command {command_id}")
        self.command_id = command_id
