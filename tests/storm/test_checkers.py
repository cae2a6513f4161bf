"""What a checker takes for a fault, and what not, shown by the evidence itself."""

from collections.abc import Mapping

import pytest

from contactor.storm.checkers.authorization import EnergyIsAuthorised
from contactor.storm.evidence import Debt, StationLook
from contactor.storm.frame import Direction, Frame, Kind

LOOK = StationLook("CP-1", 0.0, 60_000.0, True, True, 0, (), {}, welcomes_unknown=False)
REMOTE = {"idTag": "ANNA", "connectorId": 1}


def call(message_id: str = "r1") -> Frame:
    return Frame("CP-1", 1.0, 1, Direction.IN, Kind.CALL, message_id, "RemoteStartTransaction", REMOTE, REMOTE)


def answer(kind: Kind, payload: Mapping[str, str], message_id: str = "r1") -> Frame:
    return Frame("CP-1", 1.0, 1, Direction.OUT, kind, message_id, "RemoteStartTransaction", payload, REMOTE)


def charge(badge: str = "anna") -> Debt:
    return Debt("CP-1", 1.0, "StartTransaction", {"idTag": badge}, "m1", 1)


@pytest.fixture
def checker() -> EnergyIsAuthorised:
    made = EnergyIsAuthorised()
    made.looked(LOOK)
    return made


def test_a_charge_that_nobody_spoke_for_is_a_fault(checker: EnergyIsAuthorised) -> None:
    checker.owed(charge())
    assert [each.what for each in checker.found] == ["anna charges, and nobody said that it may"]


def test_a_remote_start_speaks_for_the_charge_that_is_owed_before_its_answer_leaves(
    checker: EnergyIsAuthorised,
) -> None:
    checker.heard(call())
    checker.owed(charge())
    checker.heard(answer(Kind.RESULT, {"status": "Accepted"}))
    checker.owed(charge())
    assert checker.found == []


@pytest.mark.parametrize(("kind", "payload"), [(Kind.RESULT, {"status": "Rejected"}), (Kind.ERROR, {})])
def test_a_remote_start_that_the_station_refused_speaks_for_nothing(
    checker: EnergyIsAuthorised, kind: Kind, payload: Mapping[str, str]
) -> None:
    checker.heard(call())
    checker.owed(charge())
    checker.heard(answer(kind, payload))
    checker.owed(charge())
    assert len(checker.found) == 2


def test_a_remote_start_speaks_for_its_own_badge_alone(checker: EnergyIsAuthorised) -> None:
    checker.heard(call())
    checker.owed(charge("ben"))
    assert len(checker.found) == 1
