"""The matrix of OCPP 1.6, section 4.9, against the table as the specification prints it."""

import itertools
from datetime import UTC, datetime

import pytest

from contactor.ocpp.enumerations import ChargePointStatus as Status
from contactor.station.connector import Connector
from contactor.station.events import Moment
from contactor.station.status_matrix import MOVES, STATION_STATUSES, Energy, Facts, route, status_of, way_through
from contactor.station.store.memory import MemoryStore

NOW = Moment(0.0, datetime(2026, 3, 1, tzinfo=UTC))

ORDER = [
    Status.AVAILABLE,
    Status.PREPARING,
    Status.CHARGING,
    Status.SUSPENDED_EV,
    Status.SUSPENDED_EVSE,
    Status.FINISHING,
    Status.RESERVED,
    Status.UNAVAILABLE,
    Status.FAULTED,
]

# Rows and columns in the order of the specification; x marks a cell that exists.
#        1 2 3 4 5 6 7 8 9
PRINTED = {
    "A": ". x x x x . x x x",
    "B": "x . x x x x . . x",
    "C": "x . . x x x . x x",
    "D": "x . x . x x . x x",
    "E": "x . x x . x . x x",
    "F": "x x . . . . . x x",
    "G": "x x . . . . . x x",
    "H": "x x x x x . . . x",
    "I": "x x x x x x x x .",
}
CELLS = [
    pytest.param(
        ORDER[row], ORDER[column], f"{letter}{column + 1}" if mark == "x" else None, id=f"{letter}{column + 1}"
    )
    for row, (letter, marks) in enumerate(PRINTED.items())
    for column, mark in enumerate(marks.split())
    if row != column
]


@pytest.mark.parametrize(("start", "end", "cell"), CELLS)
def test_the_matrix_has_the_cells_of_the_specification_and_no_other(
    start: Status, end: Status, cell: str | None
) -> None:
    """ST-01: each of the 72 pairs of different statuses is legal as printed, or not at all."""
    assert MOVES.get((start, end)) == cell


def test_there_are_53_legal_moves() -> None:
    assert len(MOVES) == 53


@pytest.mark.parametrize(
    ("letters", "way"),
    [
        ("A", [0]),
        ("AB", [0, 1]),
        ("ABCFA", [0, 4]),  # back where it began: nothing between is worth telling
        ("ABCFABC", [0, 6]),  # A3
        ("FABC", [0, 2, 3]),  # F2, then B3: there is no F3
        ("FABCFABC", [0, 6, 7]),
        ("FC", [0, 1]),  # what cannot be helped
    ],
)
def test_of_statuses_that_came_and_went_those_remain_that_lead_legally_to_the_last(
    letters: str, way: list[int]
) -> None:
    statuses = [ORDER["ABCDEFGHI".index(letter)] for letter in letters]
    assert way_through(statuses) == way


@pytest.mark.parametrize(("start", "end", "cell"), CELLS)
def test_every_way_from_one_status_to_another_is_made_of_legal_moves(
    start: Status, end: Status, cell: str | None
) -> None:
    """There is no B8, B7, F3 or A6: what one event brings together goes through a status between (ST-01, AVL-08)."""
    passed = route(start, end)
    assert passed[-1] is end
    assert all(pair in MOVES for pair in itertools.pairwise((start, *passed)))
    assert len(passed) == (1 if cell else 2)


def test_no_change_is_no_move() -> None:
    assert all(route(status, status) == () for status in Status)


def test_st_02_the_station_itself_is_available_unavailable_or_faulted() -> None:
    assert {Status.AVAILABLE, Status.UNAVAILABLE, Status.FAULTED} == STATION_STATUSES


CHARGING = Facts(is_plugged=True, in_transaction=True, has_begun=True, energy=Energy.FLOWING)
PAUSED = Facts(is_plugged=True, in_transaction=True, has_begun=True, energy=Energy.PAUSED_BY_VEHICLE)
HELD_BACK = Facts(is_plugged=True, in_transaction=True, has_begun=True, is_held_back=True)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        pytest.param(Facts(), Status.AVAILABLE, id="nothing"),
        pytest.param(Facts(is_plugged=True), Status.PREPARING, id="A2: a car"),
        pytest.param(Facts(is_expected=True), Status.PREPARING, id="A2: a remote start without a car"),
        pytest.param(Facts(is_reserved=True), Status.RESERVED, id="A7"),
        pytest.param(Facts(is_reserved=True, is_plugged=True), Status.RESERVED, id="RSV-15: plugging alone"),
        pytest.param(Facts(is_reserved=True, is_expected=True), Status.PREPARING, id="G2: the right identity"),
        pytest.param(Facts(is_operative=False), Status.UNAVAILABLE, id="A8"),
        pytest.param(Facts(is_operative=False, is_reserved=True), Status.UNAVAILABLE, id="G8"),
        pytest.param(Facts(is_operative=False, is_plugged=True), Status.UNAVAILABLE, id="AVL-10: a car"),
        pytest.param(Facts(is_faulted=True), Status.FAULTED, id="A9"),
        pytest.param(Facts(is_faulted=True, is_operative=False), Status.FAULTED, id="H9"),
        pytest.param(Facts(is_plugged=True, in_transaction=True, energy=Energy.STARTING), Status.PREPARING, id="TX-13"),
        pytest.param(CHARGING, Status.CHARGING, id="B3"),
        pytest.param(PAUSED, Status.SUSPENDED_EV, id="C4"),
        pytest.param(HELD_BACK, Status.SUSPENDED_EVSE, id="C5"),
        pytest.param(
            Facts(is_plugged=True, in_transaction=True, is_held_back=True, energy=Energy.PAUSED_BY_VEHICLE),
            Status.SUSPENDED_EVSE,
            id="ST-06: suspended by both",
        ),
        pytest.param(Facts(in_transaction=True, has_begun=True), Status.SUSPENDED_EV, id="ST-07: the car left"),
        pytest.param(
            Facts(is_plugged=True, in_transaction=True, has_begun=True, energy=Energy.STARTING),
            Status.SUSPENDED_EV,
            id="a charge that has begun never prepares again",
        ),
        pytest.param(Facts(is_plugged=True, is_over=True), Status.FINISHING, id="C6"),
        pytest.param(Facts(is_plugged=True, is_over=True, is_reserved=True), Status.FINISHING, id="Finishing first"),
        pytest.param(
            Facts(is_operative=False, in_transaction=True, is_plugged=True, energy=Energy.FLOWING),
            Status.CHARGING,
            id="AVL-02: a charge is not cut",
        ),
    ],
)
def test_a_status_follows_from_the_facts(facts: Facts, status: Status) -> None:
    assert status_of(facts) is status


@pytest.mark.parametrize(
    ("before", "cell"),
    [
        pytest.param(Facts(), "I1", id="I1"),
        pytest.param(Facts(is_plugged=True), "I2", id="I2"),
        pytest.param(CHARGING, "I3", id="I3"),
        pytest.param(PAUSED, "I4", id="I4"),
        pytest.param(HELD_BACK, "I5", id="I5"),
        pytest.param(Facts(is_plugged=True, is_over=True), "I6", id="I6"),
        pytest.param(Facts(is_reserved=True), "I7", id="I7"),
        pytest.param(Facts(is_operative=False), "I8", id="I8"),
    ],
)
def test_flt_06_a_fault_that_changed_nothing_else_leads_back_to_the_status_before_it(before: Facts, cell: str) -> None:
    connector = Connector(1, NOW.instant, MemoryStore())
    connector.is_plugged, connector.is_over, connector.energy = before.is_plugged, before.is_over, before.energy
    connector.settle(before, NOW)
    status = connector.status
    connector.settle(_faulted(before), NOW)
    assert connector.status is Status.FAULTED
    assert connector.settle(before, NOW) == (status,)
    assert MOVES[Status.FAULTED, status] == cell


def _faulted(facts: Facts) -> Facts:
    return Facts(
        is_faulted=True,
        is_operative=facts.is_operative,
        is_reserved=facts.is_reserved,
        in_transaction=facts.in_transaction,
        is_held_back=facts.is_held_back,
    )
