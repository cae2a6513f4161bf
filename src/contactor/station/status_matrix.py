"""The status matrix of OCPP 1.6, section 4.9, and how a connector's status follows from its facts.

The station does not push its status around by events. It derives the status from what is so (plugged, authorised,
charging, faulted, ...), which cannot be forgotten in some corner, and holds each change against the matrix: a
change that is no cell of it goes through the statuses that `route` names.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from contactor.ocpp.enumerations import ChargePointStatus as Status

_COLUMNS = {
    "1": Status.AVAILABLE,
    "2": Status.PREPARING,
    "3": Status.CHARGING,
    "4": Status.SUSPENDED_EV,
    "5": Status.SUSPENDED_EVSE,
    "6": Status.FINISHING,
    "7": Status.RESERVED,
    "8": Status.UNAVAILABLE,
    "9": Status.FAULTED,
}
_ROWS = {
    "A": (Status.AVAILABLE, "2345789"),
    "B": (Status.PREPARING, "134569"),
    "C": (Status.CHARGING, "145689"),
    "D": (Status.SUSPENDED_EV, "135689"),
    "E": (Status.SUSPENDED_EVSE, "134689"),
    "F": (Status.FINISHING, "1289"),
    "G": (Status.RESERVED, "1289"),
    "H": (Status.UNAVAILABLE, "123459"),
    "I": (Status.FAULTED, "12345678"),
}

MOVES: dict[tuple[Status, Status], str] = {
    (start, _COLUMNS[column]): row + column for row, (start, columns) in _ROWS.items() for column in columns
}
"""The legal moves and the names the specification gives their cells; a pair that is not here is not legal."""

STATION_STATUSES = frozenset({Status.AVAILABLE, Status.UNAVAILABLE, Status.FAULTED})
"""What connector 0 can be (ST-02)."""

# The stations on the way where one event makes two moves at once: each a legal move, of zero length, so a
# central system with MinimumStatusDuration = 0 sees them and every other one does not.
_DETOURS: dict[tuple[Status, Status], Status] = {
    (Status.PREPARING, Status.UNAVAILABLE): Status.AVAILABLE,  # AVL-08: there is no B8
    (Status.PREPARING, Status.RESERVED): Status.AVAILABLE,
    (Status.UNAVAILABLE, Status.RESERVED): Status.AVAILABLE,
    (Status.UNAVAILABLE, Status.FINISHING): Status.PREPARING,
    (Status.AVAILABLE, Status.FINISHING): Status.PREPARING,
    (Status.FINISHING, Status.CHARGING): Status.PREPARING,  # F2, then B3
    (Status.FINISHING, Status.SUSPENDED_EV): Status.PREPARING,
    (Status.FINISHING, Status.SUSPENDED_EVSE): Status.PREPARING,
    (Status.FINISHING, Status.RESERVED): Status.AVAILABLE,
    (Status.RESERVED, Status.CHARGING): Status.PREPARING,
    (Status.RESERVED, Status.SUSPENDED_EV): Status.PREPARING,
    (Status.RESERVED, Status.SUSPENDED_EVSE): Status.PREPARING,
    (Status.RESERVED, Status.FINISHING): Status.PREPARING,
    (Status.CHARGING, Status.PREPARING): Status.FINISHING,
    (Status.SUSPENDED_EV, Status.PREPARING): Status.FINISHING,
    (Status.SUSPENDED_EVSE, Status.PREPARING): Status.FINISHING,
    (Status.CHARGING, Status.RESERVED): Status.AVAILABLE,
    (Status.SUSPENDED_EV, Status.RESERVED): Status.AVAILABLE,
    (Status.SUSPENDED_EVSE, Status.RESERVED): Status.AVAILABLE,
}


def route(start: Status, end: Status) -> tuple[Status, ...]:
    """The statuses to take from `start` to `end`, the last one `end`; empty if nothing changes."""
    if start is end:
        return ()
    if (start, end) in MOVES:
        return (end,)
    return (_DETOURS[start, end], end)


def way_through(statuses: Sequence[Status]) -> list[int]:
    """Of statuses that came one after the other, the few that lead legally from the first to the last, by their place.

    Each is followed by the latest that may follow it, so none comes twice, but where one cannot be helped.
    """
    way, last = [0], len(statuses) - 1
    while way[-1] < last:
        here = way[-1]
        later = (place for place in range(last, here, -1) if _may_follow(statuses[here], statuses[place]))
        way.append(next(later, here + 1))
    return way


def _may_follow(start: Status, end: Status) -> bool:
    return start is end or (start, end) in MOVES


class Energy(Enum):
    """What an outlet does with current."""

    OFF = auto()
    STARTING = auto()
    FLOWING = auto()
    PAUSED_BY_VEHICLE = auto()


class Facts(NamedTuple):
    """Everything a connector's status depends on.

    `is_expected` is an accepted start that waits for its car or for the answer to Authorize; `is_over` says that
    a visit has ended while the car is still connected; `is_held_back` that the station gives no energy although a
    transaction is open (a limit of 0, a refused idTag); `has_begun` that the open transaction has already left
    Preparing, which it cannot go back to.

    A tuple: one is made of every connector at every event.
    """

    is_faulted: bool = False
    is_operative: bool = True
    is_reserved: bool = False
    is_plugged: bool = False
    is_expected: bool = False
    is_over: bool = False
    in_transaction: bool = False
    has_begun: bool = False
    is_held_back: bool = False
    energy: Energy = Energy.OFF


def status_of(facts: Facts) -> Status:
    """Derive the status; where several apply, the one OCPP puts first."""
    if facts.is_faulted:
        return Status.FAULTED
    if facts.in_transaction:
        return _status_in_transaction(facts)
    if not facts.is_operative:
        return Status.UNAVAILABLE
    if facts.is_over and facts.is_plugged:
        return Status.FINISHING
    if facts.is_expected:
        return Status.PREPARING
    if facts.is_reserved:
        return Status.RESERVED  # plugging alone does not end it (RSV-15)
    return Status.PREPARING if facts.is_plugged else Status.AVAILABLE


def _status_in_transaction(facts: Facts) -> Status:
    # Suspended by both sides counts as suspended by the station (ST-06).
    if facts.is_held_back:
        return Status.SUSPENDED_EVSE
    if not facts.is_plugged:
        return Status.SUSPENDED_EV  # ST-07: the car left, the transaction stays
    if facts.energy is Energy.FLOWING:
        return Status.CHARGING
    if facts.energy is Energy.PAUSED_BY_VEHICLE or facts.has_begun:
        return Status.SUSPENDED_EV
    return Status.PREPARING
