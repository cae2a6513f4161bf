"""What a checker takes for a fault, and what not, shown by the evidence itself."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from contactor.base.ids import OutletNumber
from contactor.station.effects import Note
from contactor.storm.checkers.authorization import EnergyIsAuthorised
from contactor.storm.checkers.bounds import Bounds
from contactor.storm.checkers.power import SETTLING_S, PowerWithinLimits
from contactor.storm.checkers.transactions import TransactionsAreKept
from contactor.storm.evidence import CentralLook, Debt, LedgerReading, LedgerTransaction, OutletLook, StationLook, ms_of
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


@pytest.mark.parametrize("remembers", [True, False])
def test_a_refusal_holds_without_a_line_only_where_a_cache_keeps_it(
    checker: EnergyIsAuthorised, *, remembers: bool
) -> None:
    checker.looked(replace(LOOK, welcomes_unknown=True, remembers_badges=remembers))
    refused = {"idTagInfo": {"status": "Blocked"}}
    checker.heard(Frame("CP-1", 1.0, 1, Direction.IN, Kind.RESULT, "a1", "Authorize", refused, {"idTag": "anna"}))
    checker.owed(charge())
    assert len(checker.found) == 1
    checker.noted("CP-1", Note("disconnected"), 2.0)
    checker.owed(charge())
    assert len(checker.found) == (2 if remembers else 1)


SHARE_W = 20_000.0


def profile(purpose: str, limit_w: float, number: int) -> Mapping[str, object]:
    schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit_w}]}
    kept = {"chargingProfileId": number, "chargingProfilePurpose": purpose, "stackLevel": 0}
    return {"connectorId": 1, "csChargingProfiles": {**kept, "chargingSchedule": schedule}}


def order(request: Mapping[str, object], kind: Kind, status: str = "Accepted", at_s: float = 1.0) -> Frame:
    direction, payload = (Direction.IN, request) if kind is Kind.CALL else (Direction.OUT, {"status": status})
    return Frame("CP-1", at_s, 1, direction, kind, "p1", "SetChargingProfile", payload, request)


def flowing(power_w: float, at_s: float = 100.0) -> StationLook:
    outlet = OutletLook(OutletNumber(1), 0, power_w, 125_000.0, True)
    return replace(LOOK, at_s=at_s, power_max_w=180_000.0, outlets=(outlet,))


@pytest.fixture
def power() -> PowerWithinLimits:
    """A charge runs whose own profile overrules the default (SC-11)."""
    made = PowerWithinLimits()
    made.heard(order(profile("TxDefaultProfile", 60_000.0, 1), Kind.RESULT))
    made.owed(Debt("CP-1", 1.0, "StartTransaction", {"idTag": "anna", "connectorId": 1}, "m1", 1))
    made.heard(order(profile("TxProfile", SHARE_W, 2), Kind.RESULT))
    return made


def test_a_charge_above_its_own_profile_is_a_fault_as_soon_as_the_profile_had_time_to_settle(
    power: PowerWithinLimits,
) -> None:
    power.looked(flowing(50_000.0, at_s=SETTLING_S))
    power.looked(flowing(SHARE_W))
    assert power.found == []
    power.looked(flowing(50_000.0))
    assert [each.what for each in power.found] == ["50000 W flow, the profile of 1 allows 20000 W"]


def test_a_charge_that_has_ended_takes_its_profile_with_it_and_the_default_stays(power: PowerWithinLimits) -> None:
    """SC-19."""
    power.owed(Debt("CP-1", 50.0, "StopTransaction", {}, "m2", 1))
    power.looked(flowing(50_000.0))
    assert power.found == []
    power.looked(flowing(70_000.0))
    assert [each.what for each in power.found] == ["70000 W flow, the profile of 1 allows 60000 W"]


def test_a_profile_that_a_power_cut_kept_from_being_answered_may_hold_or_not(power: PowerWithinLimits) -> None:
    request = profile("TxProfile", 60_000.0, 2)
    power.heard(order(request, Kind.CALL))
    power.looked(flowing(50_000.0))
    assert power.found == []
    power.heard(order(request, Kind.RESULT, "Rejected"))
    power.looked(flowing(50_000.0))
    assert len(power.found) == 1


BEGAN_AT = "2026-03-02T06:00:00Z"
READ_AT = "2026-03-02T06:01:00Z"


class KeptTransaction:
    """A record with one transaction, which has one reading."""

    def __init__(self) -> None:
        reading = LedgerReading(ms_of(READ_AT), ms_of(READ_AT), ("10",), 10.0)
        told = (7, "CP-1", 1, "anna", ms_of(BEGAN_AT), 0, None, None, None, None)
        self.transactions = (LedgerTransaction(*told, readings=(reading,)),)


@pytest.mark.parametrize("is_owed", [False, True])
def test_only_a_reading_that_nobody_owed_may_be_in_the_ledger_for_having_been_said(*, is_owed: bool) -> None:
    """TRG-06: one that was asked for is said once; one that a charge owed is in its transaction and in no other."""
    start = {"connectorId": 1, "timestamp": BEGAN_AT, "idTag": "anna", "meterStart": 0}
    values = {"meterValue": [{"timestamp": READ_AT, "sampledValue": [{"value": "10"}]}]}
    checker = TransactionsAreKept()
    checker.owed(Debt("CP-1", 1.0, "StartTransaction", start, "m1", 1))
    if is_owed:
        checker.owed(Debt("CP-1", 2.0, "MeterValues", values, "m2", None))
    checker.heard(Frame("CP-1", 2.0, 1, Direction.OUT, Kind.CALL, "m2", "MeterValues", values, values))
    checker.settled(KeptTransaction(), ())  # type: ignore[arg-type]  # what it looks at of a record
    assert len(checker.found) == (1 if is_owed else 0)


CENTRAL = CentralLook(at_s=60.0, stations=2, sessions=2, calls_waiting=10, writes_waiting=120, lines=6)


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("sessions", "3 sessions are kept, 2 may"),
        ("lines", "7 lines stand, 6 may"),
        ("calls_waiting", "11 calls to one station wait, 10 may"),
        ("writes_waiting", "121 writes wait, 120 may"),
    ],
)
def test_what_piles_up_at_the_central_system_is_a_fault_from_the_first_that_is_too_many(field: str, found: str) -> None:
    checker = Bounds()
    checker.looked_at_central(CENTRAL)
    assert checker.found == []
    checker.looked_at_central(replace(CENTRAL, **{field: getattr(CENTRAL, field) + 1}))
    assert [each.what for each in checker.found] == [found]


@pytest.mark.parametrize(("field", "most"), [("messages_owed", 10_000), ("calls_waiting", 400)])
def test_what_piles_up_at_a_station_is_a_fault_from_the_first_that_is_too_many(field: str, most: int) -> None:
    checker = Bounds()
    checker.looked(replace(LOOK, **{field: most}))
    assert checker.found == []
    checker.looked(replace(LOOK, **{field: most + 1}))
    assert len(checker.found) == 1
