"""Knows which call goes out next: one at a time, and nobody at the charger waits for a backlog (RPC-02, Q-03)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any

from msgspec import Struct

from contactor.ocpp.codec import Written
from contactor.ocpp.errors import ErrorCode
from contactor.ocpp.messages import Request
from contactor.station.events import Moment

QUEUE_MAX = 200


class FailureKind(StrEnum):
    """How a call failed."""

    REFUSED = auto()
    """The central system answered with a CALLERROR, or with an answer that is none."""
    TIMED_OUT = auto()
    LINK_LOST = auto()
    """It was sent, or waited to be, when the connection ended."""
    DISPLACED = auto()
    """It waited so long that newer ones took its place."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call has no answer; `code` is set when it was refused."""

    kind: FailureKind
    code: ErrorCode | None = None
    description: str = ""


class Errand(Struct, eq=False):
    """A call and who wants to know how it went; a Struct, as one is made for every call.

    `answered` takes the result type that the actions table pairs with the request, hence Any. `message_id` is given
    for a message that may be sent again under its own name (Q-08). One that `keeps_its_place` does not go for newer
    ones: whoever asked for it sees to it that few of its kind wait. Of a report it is enough to know that it arrived:
    its answer changes nothing at the station but what is still to be said.
    """

    request: Request | Written
    answered: Callable[[Any, Moment], None]
    failed: Callable[[Failure, Moment], None]
    message_id: str | None = None
    keeps_its_place: bool = False
    was_sent: bool = False
    is_report: bool = False


class Calls:
    """The calls that are not kept for later: what the connection's end makes pointless is told so and dropped.

    The queues are tuples: they are short, and an empty one weighs nothing in a fleet.
    """

    __slots__ = ("_ordinary", "_urgent", "current", "displaced")

    def __init__(self) -> None:
        self._urgent: tuple[Errand, ...] = ()
        self._ordinary: tuple[Errand, ...] = ()
        self.displaced: tuple[Errand, ...] = ()
        """What had to go, and whose owners were not told yet."""
        self.current: Errand | None = None

    def __len__(self) -> int:
        """How many wait to be sent."""
        return len(self._urgent) + len(self._ordinary)

    def put(self, errand: Errand, *, urgent: bool = False) -> None:
        """Queue a call; an urgent one is what a person or the central system waits for.

        The queues are bounded: with hundreds waiting, the oldest one has lost its meaning and goes.
        """
        queue = (*(self._urgent if urgent else self._ordinary), errand)
        if len(queue) > QUEUE_MAX:
            oldest = next((index for index, each in enumerate(queue) if not each.keeps_its_place), None)
            if oldest is not None:
                self.displaced = (*self.displaced, queue[oldest])
                queue = queue[:oldest] + queue[oldest + 1 :]
        if urgent:
            self._urgent = queue
        else:
            self._ordinary = queue

    def hasten(self, errands: Sequence[Errand]) -> None:
        """What still waits of these becomes urgent, in the same order."""
        waiting = [each for each in errands if each in self._ordinary]
        self._ordinary = tuple(each for each in self._ordinary if each not in waiting)
        self._urgent = (*self._urgent, *waiting)

    def withdraw(self, errands: Sequence[Errand]) -> None:
        """What still waits of these is not to be made after all; nobody is told."""
        self._urgent = tuple(each for each in self._urgent if each not in errands)
        self._ordinary = tuple(each for each in self._ordinary if each not in errands)

    def tell_displaced(self, now: Moment) -> None:
        """Tell whoever had asked for a call that had to go."""
        displaced, self.displaced = self.displaced, ()
        for errand in displaced:
            errand.failed(Failure(FailureKind.DISPLACED), now)

    def sending(self, errand: Errand) -> None:
        """A call goes out now."""
        errand.was_sent = True
        self.current = errand

    def next_urgent(self) -> Errand | None:
        """Take the next urgent call."""
        if not self._urgent:
            return None
        errand, *others = self._urgent
        self._urgent = tuple(others)
        return errand

    def next_ordinary(self) -> Errand | None:
        """Take the next ordinary call."""
        if not self._ordinary:
            return None
        errand, *others = self._ordinary
        self._ordinary = tuple(others)
        return errand

    def drop_all(self, now: Moment) -> None:
        """Tell everyone who waits that their calls will not be made: the connection, or our standing, is gone."""
        waiting = [*([self.current] if self.current else []), *self._urgent, *self._ordinary]
        self.current = None
        self._urgent = self._ordinary = ()
        for errand in waiting:
            errand.failed(Failure(FailureKind.LINK_LOST), now)
