"""Which profiles the station takes, and how it refuses the others."""

import pytest

from contactor.ocpp.enumerations import ChargingProfileStatus
from tests.station.bench import Bench, Payload
from tests.station.smart_charging.spelling import composite, install, profile

ACCEPTED = ChargingProfileStatus.ACCEPTED.value
REJECTED = ChargingProfileStatus.REJECTED.value
NOT_SUPPORTED = ChargingProfileStatus.NOT_SUPPORTED.value
HOUR_S = 3600.0


def installed(bench: Bench) -> int:
    """How many profiles the store holds."""
    return len(bench.store.rows("charging_profiles"))


def refused(bench: Bench, wire: Payload, connector: int = 1) -> str:
    """The CALLERROR code a request is refused with."""
    answer = bench.ask("SetChargingProfile", {"connectorId": connector, "csChargingProfiles": wire})
    assert answer[0] == 4, answer
    return str(answer[2])


# Purposes and connectors


@pytest.mark.parametrize(
    ("purpose", "status"),
    [("TxDefaultProfile", ACCEPTED), ("TxProfile", ACCEPTED), ("ChargePointMaxProfile", NOT_SUPPORTED)],
)
def test_sc_01_the_purposes_of_the_guide_are_taken(purpose: str, status: str) -> None:
    bench = Bench()
    bench.charge()
    assert install(bench, profile(purpose=purpose)) == status


@pytest.mark.parametrize("kind", ["Absolute", "Recurring", "Relative"])
@pytest.mark.parametrize("recurrency", ["Daily", "Weekly"])
def test_sc_07_the_kinds_and_recurrencies_of_the_guide_are_taken(kind: str, recurrency: str) -> None:
    assert install(Bench(), profile(kind=kind, recurrencyKind=recurrency, start=-HOUR_S)) == ACCEPTED


@pytest.mark.parametrize("purpose", ["TxDefaultProfile", "TxProfile", "ChargePointMaxProfile"])
def test_sc_02_an_unknown_connector_is_a_violation(purpose: str) -> None:
    """D-14: unknown connectorId -> PropertyConstraintViolation, whatever else is wrong."""
    assert refused(Bench(), profile(purpose=purpose, unit="A"), connector=3) == "PropertyConstraintViolation"


def test_sc_02_connector_0_takes_defaults_and_no_tx_profile() -> None:
    bench = Bench()
    bench.charge()
    assert install(bench, profile(1), connector=0) == ACCEPTED
    assert install(bench, profile(2, purpose="TxProfile"), connector=0) == REJECTED


@pytest.mark.parametrize(
    "wrong", [{"chargingProfilePurpose": "TxMaxProfile"}, {"chargingProfileKind": "Monthly"}, {"recurrencyKind": "Now"}]
)
def test_d_14_a_word_ocpp_does_not_have_is_a_violation(wrong: Payload) -> None:
    assert refused(Bench(), {**profile(), **wrong}) == "PropertyConstraintViolation"


def test_d_14_what_is_unsupported_outweighs_what_is_wrong() -> None:
    """NotSupported for the unit, though the limit would be Rejected."""
    assert install(Bench(), profile(periods={0: 500}, unit="A")) == NOT_SUPPORTED


# Transactions


def test_sc_03_tc_058_1_a_tx_profile_needs_a_transaction_on_that_connector() -> None:
    bench = Bench()
    assert install(bench, profile(purpose="TxProfile")) == REJECTED
    bench.charge(1)
    assert install(bench, profile(purpose="TxProfile"), connector=2) == REJECTED
    assert installed(bench) == 0


def test_sc_04_tc_058_2_a_tx_profile_for_another_transaction_is_rejected() -> None:
    bench = Bench()
    bench.charge()
    assert install(bench, profile(1, purpose="TxProfile", transactionId=999)) == REJECTED
    assert install(bench, profile(1, purpose="TxProfile", transactionId=101)) == ACCEPTED


def test_sc_04_a_transaction_of_the_other_connector_is_another_transaction() -> None:
    bench = Bench()
    bench.charge(1)
    bench.charge(2, "TAG-2")
    assert install(bench, profile(1, purpose="TxProfile", transactionId=102), connector=1) == REJECTED
    assert install(bench, profile(1, purpose="TxProfile", transactionId=102), connector=2) == ACCEPTED


def test_sc_04_a_tx_profile_without_transaction_id_is_for_the_one_that_runs() -> None:
    bench = Bench()
    bench.charge()
    assert install(bench, profile(purpose="TxProfile", periods={0: 20_000})) == ACCEPTED
    assert composite(bench, 60) == {0: 20_000}


def test_tx_11_before_the_transaction_has_its_id_none_can_match() -> None:
    """SetChargingProfile for a transaction whose start is not answered; without an id it is for the one that runs."""
    bench = Bench()
    bench.answers["StartTransaction"] = None
    bench.charge(for_s=10)
    assert install(bench, profile(1, purpose="TxProfile", transactionId=101)) == REJECTED
    assert install(bench, profile(1, purpose="TxProfile", transactionId=-1)) == REJECTED
    assert install(bench, profile(1, purpose="TxProfile")) == ACCEPTED


# Limits

BROKEN: dict[str, Payload] = {
    "stackLevel -1": profile(level=-1),
    "stackLevel 21": profile(level=21),
    "21 periods": profile(periods=dict.fromkeys(range(21), 50_000)),
    "first startPeriod 1": profile(periods={1: 50_000}),
    "limit below 0": profile(periods={0: -1000}),
    "duration 0": profile(duration=0),
    "duration -1": profile(duration=-1),
    "Recurring without recurrencyKind": profile(kind="Recurring", start=0),
    "Recurring without startSchedule": profile(kind="Recurring", recurrencyKind="Daily"),
    "validTo before validFrom": profile(valid_from=200, valid_to=100),
    "validTo at validFrom": profile(valid_from=200, valid_to=200),
    "validTo past": profile(valid_to=-1),
    "validTo now": profile(valid_to=0),
}


@pytest.mark.parametrize("wire", BROKEN.values(), ids=BROKEN)
def test_sc_07_a_profile_that_breaks_a_limit_is_rejected_and_not_kept(wire: Payload) -> None:
    bench = Bench()
    assert install(bench, wire) == REJECTED
    assert installed(bench) == 0
    assert composite(bench, 60) == {0: 180_000}
    assert len(bench.noted("charging profile refused")) == 1


@pytest.mark.parametrize("starts", [(0, 60, 60), (0, 60, 30)])
def test_sc_07_start_periods_rise(starts: tuple[int, ...]) -> None:
    wire = profile()
    wire["chargingSchedule"]["chargingSchedulePeriod"] = [{"startPeriod": at, "limit": 50_000} for at in starts]
    assert install(Bench(), wire) == REJECTED


FITTING: dict[str, Payload] = {
    "ChargeProfileMaxStackLevel 20": profile(level=20),
    "ChargingScheduleMaxPeriods 20": profile(periods=dict.fromkeys(range(20), 50_000)),
    "limit 0": profile(periods={0: 0}),
    "limit 1000": profile(periods={0: 1000}),
    "duration 1": profile(duration=1),
    "validTo soon": profile(valid_to=1),
    "validFrom past": profile(valid_from=-HOUR_S, valid_to=HOUR_S),
    "limit above the station's": profile(periods={0: 1e9}),
}


@pytest.mark.parametrize("wire", FITTING.values(), ids=FITTING)
def test_sc_07_a_profile_at_the_edge_of_a_limit_is_accepted(wire: Payload) -> None:
    bench = Bench()
    assert install(bench, wire) == ACCEPTED
    assert installed(bench) == 1


def test_sc_07_the_41st_profile_is_rejected_and_a_replacement_is_not() -> None:
    """MaxChargingProfilesInstalled 40, over all connectors."""
    bench = Bench()
    for number in range(40):
        assert install(bench, profile(number, level=number // 2), connector=number % 2) == ACCEPTED
    assert install(bench, profile(40), connector=2) == REJECTED
    assert install(bench, profile(39, level=1), connector=2) == ACCEPTED
    assert install(bench, profile(40, level=0), connector=0) == ACCEPTED
    assert installed(bench) == 40


def test_sc_07_the_unit_a_is_not_supported() -> None:
    """ChargingScheduleAllowedChargingRateUnit is Power (D-14)."""
    assert install(Bench(), profile(periods={0: 32}, unit="A")) == NOT_SUPPORTED


@pytest.mark.parametrize("limit", [0.1, 1, 999.9])
def test_d_15_a_limit_between_0_and_1_kw_rejects_the_whole_profile(limit: float) -> None:
    bench = Bench()
    assert install(bench, profile(periods={0: 50_000, 60: limit, 120: 50_000})) == REJECTED
    assert installed(bench) == 0


@pytest.mark.parametrize("field", ["limit", "minChargingRate"])
def test_sc_08_a_second_decimal_is_a_violation(field: str) -> None:
    wire = profile()
    schedule = wire["chargingSchedule"]
    (schedule["chargingSchedulePeriod"][0] if field == "limit" else schedule)[field] = 1000.05
    assert refused(Bench(), wire) == "PropertyConstraintViolation"


def test_sc_08_one_decimal_is_kept() -> None:
    bench = Bench()
    assert install(bench, profile(periods={0: 22_000.5})) == ACCEPTED
    assert composite(bench, 60) == {0: 22_000.5}


def test_sc_09_what_has_no_meaning_here_is_ignored() -> None:
    """recurrencyKind of an absolute profile, minChargingRate, numberPhases, transactionId of a default."""
    bench = Bench()
    wire = profile(periods={0: 20_000, 60: 30_000}, start=0, recurrencyKind="Daily", transactionId=4711)
    wire["chargingSchedule"]["minChargingRate"] = 6000.0
    wire["chargingSchedule"]["chargingSchedulePeriod"][0]["numberPhases"] = 3
    assert install(bench, wire) == ACCEPTED
    assert composite(bench, 200_000) == {0: 20_000, 60: 30_000}
    answer = bench.ask("GetCompositeSchedule", {"connectorId": 1, "duration": 60})
    assert answer[2]["chargingSchedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 20_000.0}]
    assert "minChargingRate" not in answer[2]["chargingSchedule"]


# CHAdeMO


def test_d_17_the_chademo_connector_takes_no_profile() -> None:
    bench = Bench(model="EVD1S180THB")
    assert install(bench, profile(), connector=2) == NOT_SUPPORTED
    bench.plug(2, model="old_hatchback")
    bench.badge()
    bench.wait(30)
    assert install(bench, profile(purpose="TxProfile"), connector=2) == NOT_SUPPORTED
    assert installed(bench) == 0


def test_d_17_a_default_for_the_station_is_accepted_with_a_chademo_outlet() -> None:
    bench = Bench(model="EVD1S180THB")
    assert install(bench, profile(periods={0: 20_000}), connector=0) == ACCEPTED
    assert composite(bench, 60, connector=1) == {0: 20_000}


# Replacement


def test_sc_05_the_same_id_replaces_wherever_it_was() -> None:
    bench = Bench()
    install(bench, profile(1, {0: 20_000}, level=0), connector=1)
    install(bench, profile(1, {0: 30_000}, level=3), connector=1)
    assert composite(bench, 60) == {0: 30_000}
    install(bench, profile(1, {0: 40_000}, level=3), connector=2)
    assert composite(bench, 60, connector=1) == {0: 180_000}
    assert composite(bench, 60, connector=2) == {0: 40_000}
    assert installed(bench) == 1


def test_sc_05_the_same_purpose_level_and_connector_replaces() -> None:
    bench = Bench()
    install(bench, profile(1, {0: 20_000}, level=2))
    install(bench, profile(2, {0: 30_000}, level=2))
    assert composite(bench, 60) == {0: 30_000}
    assert installed(bench) == 1


def test_sc_05_another_level_connector_or_purpose_is_added() -> None:
    bench = Bench()
    bench.charge()
    install(bench, profile(1, level=2))
    install(bench, profile(2, level=3))
    install(bench, profile(3, level=2), connector=2)
    install(bench, profile(4, level=2), connector=0)
    install(bench, profile(5, level=2, purpose="TxProfile"))
    assert installed(bench) == 5


def test_sc_17_a_replacement_for_later_ends_the_old_profile_now() -> None:
    bench = Bench()
    install(bench, profile(1, {0: 20_000}))
    assert install(bench, profile(1, {0: 30_000}, valid_from=HOUR_S)) == ACCEPTED
    assert composite(bench, 7200) == {0: 180_000, 3600: 30_000}


def test_sc_17_a_refused_replacement_leaves_the_old_profile() -> None:
    bench = Bench()
    install(bench, profile(1, {0: 20_000}))
    assert install(bench, profile(1, {0: 500})) == REJECTED
    assert composite(bench, 60) == {0: 20_000}
