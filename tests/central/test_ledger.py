"""The ledger's rules, each on a real database (spec section 28)."""

from collections.abc import Iterator

import pytest

from contactor.base.ids import IdTag
from contactor.central.store.database import for_writing
from contactor.central.store.schema import StrayCause, TransactionState
from contactor.central.suspicion import Suspicion
from contactor.central.tag_register import put_groups, put_tags
from contactor.central.tags import Tag, TagGroup
from contactor.ocpp.enumerations import AuthorizationStatus, StopReason
from tests.central.bench import OTHER_STATION, STATION, LedgerBench, at, settings, store_in

TAGS = (
    Tag(IdTag("TAG-1"), parent_id_tag=IdTag("FLEET")),
    Tag(IdTag("TAG-2")),
    Tag(IdTag("MANY"), allows_concurrent=True),
    Tag(IdTag("STOLEN"), is_blocked=True),
    Tag(IdTag("OLD"), expires_at=at(100)),
)


@pytest.fixture
def ledger(database: str) -> Iterator[LedgerBench]:
    with store_in(database, settings(tags=TAGS)) as engine:
        yield LedgerBench(engine)


# --- Starts -------------------------------------------------------------------------------------------------------


def test_cs_07_numbers_are_positive_and_unique_over_all_stations(ledger: LedgerBench) -> None:
    numbers = [
        ledger.start(connector=1).transaction_id,
        ledger.start(connector=2, tag="TAG-2").transaction_id,
        ledger.start(connector=1, tag="MANY", station=OTHER_STATION).transaction_id,
    ]
    assert len(set(numbers)) == 3
    assert min(numbers) > 0


def test_cs_07_a_refused_tag_gets_a_number_too(ledger: LedgerBench) -> None:
    answer = ledger.start(tag="NOBODY")
    assert answer.id_tag_info.status is AuthorizationStatus.INVALID
    (view,) = ledger.queries.transactions()
    assert (view.transaction_id, view.tag_status) == (answer.transaction_id, AuthorizationStatus.INVALID)


def test_cs_04_a_repeated_start_gets_the_same_number_and_is_not_concurrent_with_itself(ledger: LedgerBench) -> None:
    first = ledger.start()
    assert ledger.start(received=30) == first
    assert first.id_tag_info.status is AuthorizationStatus.ACCEPTED
    assert len(ledger.queries.transactions()) == 1


def test_cs_04_a_start_repeated_after_its_stop_stays_stopped(ledger: LedgerBench) -> None:
    first = ledger.start()
    ledger.stop(first.transaction_id)
    assert ledger.start(received=900) == first
    (view,) = ledger.queries.transactions()
    assert view.state is TransactionState.STOPPED


@pytest.mark.parametrize(
    "change", [{"connector": 2}, {"tag": "TAG-2"}, {"meter": 1001}, {"when": 1}, {"station": OTHER_STATION}]
)
def test_cs_04_a_start_that_differs_anywhere_is_another_transaction(
    ledger: LedgerBench, change: dict[str, int]
) -> None:
    first = ledger.start()
    assert ledger.start(**change).transaction_id != first.transaction_id  # type: ignore[arg-type]  # one field each


def test_cs_09_a_tag_that_is_charging_elsewhere_is_concurrent(ledger: LedgerBench) -> None:
    ledger.start(connector=1)
    assert ledger.start(connector=2, tag="tag-1").id_tag_info.status is AuthorizationStatus.CONCURRENT_TX


def test_cs_09_a_tag_may_be_allowed_several_transactions(ledger: LedgerBench) -> None:
    ledger.start(connector=1, tag="MANY")
    assert ledger.start(connector=2, tag="MANY").id_tag_info.status is AuthorizationStatus.ACCEPTED


def test_cs_09_a_stopped_transaction_does_not_count(ledger: LedgerBench) -> None:
    ledger.stop(ledger.start(connector=1).transaction_id)
    assert ledger.start(connector=2, when=700).id_tag_info.status is AuthorizationStatus.ACCEPTED


@pytest.mark.parametrize(("when", "status"), [(99, "Accepted"), (100, "Expired")])
def test_q_12_a_late_start_is_judged_by_its_own_timestamp(ledger: LedgerBench, when: int, status: str) -> None:
    assert ledger.start(tag="OLD", when=when, received=5000).id_tag_info.status == status


def test_cs_08_a_blocked_tag_is_told_so(ledger: LedgerBench) -> None:
    assert ledger.start(tag="STOLEN").id_tag_info.status is AuthorizationStatus.BLOCKED


def test_cs_14_the_older_of_two_transactions_on_a_connector_lacks_its_stop(ledger: LedgerBench) -> None:
    ledger.start(when=0)
    ledger.start(when=500, meter=2000)
    older, newer = ledger.queries.transactions()
    assert (older.state, older.suspicions) == (TransactionState.STOP_MISSING, (Suspicion.STOP_MISSING,))
    assert (newer.state, newer.suspicions) == (TransactionState.OPEN, ())
    assert newer.tag_status is AuthorizationStatus.ACCEPTED


def test_cs_14_which_is_older_is_told_by_the_timestamps_not_by_the_order_of_arrival(ledger: LedgerBench) -> None:
    ledger.start(when=500, meter=2000)
    ledger.start(when=0, received=501)
    later, earlier = ledger.queries.transactions()
    assert (later.state, earlier.state) == (TransactionState.OPEN, TransactionState.STOP_MISSING)


def test_cs_14_a_missing_stop_that_comes_after_all_ends_the_transaction(ledger: LedgerBench) -> None:
    first = ledger.start(when=0)
    ledger.start(when=500, meter=2000)
    ledger.stop(first.transaction_id, meter=2000, when=400, received=900)
    view = ledger.queries.transactions()[0]
    assert (view.state, view.energy_wh, view.suspicions) == (TransactionState.STOPPED, 1000, ())


def test_cs_16_a_start_from_the_future_is_marked_and_answered(ledger: LedgerBench) -> None:
    assert ledger.start(when=3600, received=0).transaction_id > 0
    assert ledger.queries.transactions()[0].suspicions == (Suspicion.START_IN_FUTURE,)


def test_cs_09_a_group_has_only_so_many_transactions_at_a_time(ledger: LedgerBench) -> None:
    tags = [Tag(IdTag(f"CAR-{number}"), parent_id_tag=IdTag("Cars")) for number in range(3)]
    with for_writing(ledger.engine).begin() as connection:
        put_tags(connection, tags)
        put_groups(connection, [TagGroup(IdTag("cars"), concurrent_max=2)])
    statuses = [
        ledger.start(connector=connector, tag=tag, station=station).id_tag_info.status.value
        for connector, tag, station in ((1, "CAR-0", STATION), (2, "car-1", STATION), (1, "CAR-2", OTHER_STATION))
    ]
    assert statuses == ["Accepted", "Accepted", "ConcurrentTx"]
    ledger.stop(ledger.queries.transactions()[0].transaction_id)
    assert ledger.start(connector=1, tag="CAR-2", station=OTHER_STATION, when=700).id_tag_info.status == "Accepted"


def test_cs_08_a_tag_charges_only_where_it_may(ledger: LedgerBench) -> None:
    with for_writing(ledger.engine).begin() as connection:
        put_tags(connection, [Tag(IdTag("HERE"), stations=(STATION,))])
    assert ledger.start(tag="HERE").id_tag_info.status is AuthorizationStatus.ACCEPTED
    assert ledger.start(tag="HERE", station=OTHER_STATION).id_tag_info.status is AuthorizationStatus.INVALID


# --- Stops --------------------------------------------------------------------------------------------------------


def test_cs_17_the_energy_is_the_difference_of_the_register(ledger: LedgerBench) -> None:
    ledger.stop(ledger.start(meter=1000).transaction_id, meter=5250)
    (view,) = ledger.queries.transactions()
    assert (view.energy_wh, view.stopped_at) == (4250, at(600))


def test_cs_12_a_stop_without_a_reason_is_local(ledger: LedgerBench) -> None:
    ledger.stop(ledger.start().transaction_id)
    assert ledger.queries.transactions()[0].stop_reason is StopReason.LOCAL


def test_cs_12_a_stop_keeps_its_reason(ledger: LedgerBench) -> None:
    ledger.stop(ledger.start().transaction_id, reason=StopReason.POWER_LOSS)
    assert ledger.queries.transactions()[0].stop_reason is StopReason.POWER_LOSS


def test_cs_11_the_stopping_tag_is_judged_if_and_only_if_it_is_given(ledger: LedgerBench) -> None:
    first = ledger.start(connector=1).transaction_id
    second = ledger.start(connector=2, tag="TAG-2").transaction_id
    with_tag = ledger.stop(first, id_tag="TAG-1")
    assert with_tag.id_tag_info
    assert with_tag.id_tag_info.status is AuthorizationStatus.ACCEPTED
    assert with_tag.id_tag_info.parent_id_tag == "FLEET"
    assert not ledger.stop(second).id_tag_info


def test_cs_05_a_repeated_stop_changes_nothing(ledger: LedgerBench) -> None:
    number = ledger.start().transaction_id
    ledger.stop(number)
    before = ledger.queries.transactions()
    ledger.stop(number, received=900)
    assert ledger.queries.transactions() == before
    assert ledger.queries.stray_stops() == []


def test_cs_05_a_second_stop_with_other_values_is_kept_beside_the_first(ledger: LedgerBench) -> None:
    number = ledger.start(meter=1000).transaction_id
    ledger.stop(number, meter=5000)
    ledger.stop(number, meter=7000, when=800)
    ledger.stop(number, meter=7000, when=800)
    (view,) = ledger.queries.transactions()
    assert (view.energy_wh, view.suspicions) == (4000, (Suspicion.STOP_CONTRADICTED,))
    (stray,) = ledger.queries.stray_stops()
    assert (stray.cause, stray.meter_stop_wh, stray.claimed_id) == (StrayCause.CONTRADICTION, 7000, number)


@pytest.mark.parametrize("number", [999_999, 0, -7, 2**63 - 1, -(2**63)])
def test_cs_10_a_stop_of_an_unknown_transaction_is_kept_as_a_stray(ledger: LedgerBench, number: int) -> None:
    ledger.start()
    assert not ledger.stop(number).id_tag_info
    ledger.stop(number)
    (stray,) = ledger.queries.stray_stops()
    assert (stray.claimed_id, stray.cause) == (number, StrayCause.UNKNOWN_TRANSACTION)
    assert ledger.queries.transactions()[0].state is TransactionState.OPEN


def test_cs_10_another_stations_transaction_is_as_unknown_as_any(ledger: LedgerBench) -> None:
    number = ledger.start().transaction_id
    ledger.stop(number, station=OTHER_STATION)
    assert ledger.queries.transactions()[0].state is TransactionState.OPEN
    assert ledger.queries.stray_stops()[0].station_id == OTHER_STATION


def test_cs_10_a_stray_whose_number_is_given_later_does_not_end_that_transaction(ledger: LedgerBench) -> None:
    ledger.stop(1, meter=500, when=-600)
    assert ledger.start(when=0).transaction_id == 1
    ledger.stop(1, meter=500, when=-600, received=10)
    assert ledger.queries.transactions()[0].state is TransactionState.OPEN


def test_cs_13_tx_09_a_nameless_stop_ends_the_one_transaction_it_fits(ledger: LedgerBench) -> None:
    ledger.start()
    ledger.stop(-1, meter=5000)
    ledger.stop(-1, meter=5000)
    (view,) = ledger.queries.transactions()
    assert (view.state, view.energy_wh) == (TransactionState.STOPPED, 4000)
    assert view.suspicions == (Suspicion.STOP_MATCHED_BY_TIME,)
    (stray,) = ledger.queries.stray_stops()
    assert (stray.cause, stray.adopted_by) == (StrayCause.NO_TRANSACTION_ID, view.transaction_id)


def test_cs_13_a_nameless_stop_that_fits_two_transactions_ends_neither(ledger: LedgerBench) -> None:
    ledger.start(connector=1)
    ledger.start(connector=2, tag="TAG-2")
    ledger.stop(-1)
    assert {view.state for view in ledger.queries.transactions()} == {TransactionState.OPEN}
    assert ledger.queries.stray_stops()[0].adopted_by is None


def test_cs_13_a_transaction_whose_number_the_station_knows_is_not_ended_by_a_nameless_stop(
    ledger: LedgerBench,
) -> None:
    number = ledger.start().transaction_id
    ledger.read(number)
    ledger.stop(-1)
    assert ledger.queries.transactions()[0].state is TransactionState.OPEN


def test_cs_13_a_stop_that_names_the_transaction_takes_the_place_of_one_matched_by_time(ledger: LedgerBench) -> None:
    number = ledger.start(meter=1000).transaction_id
    ledger.stop(-1, meter=3000, when=300)
    ledger.stop(number, meter=5000, when=600)
    (view,) = ledger.queries.transactions()
    assert (view.energy_wh, view.suspicions) == (4000, ())
    assert ledger.queries.stray_stops()[0].adopted_by is None


def test_cs_15_a_stop_may_come_before_its_start(ledger: LedgerBench) -> None:
    ledger.stop(-1, meter=5000, when=600)
    ledger.start(meter=1000, when=0, received=700)
    (view,) = ledger.queries.transactions()
    assert (view.state, view.energy_wh) == (TransactionState.STOPPED, 4000)
    assert view.suspicions == (Suspicion.STOP_MATCHED_BY_TIME,)


def test_cs_15_a_stray_from_a_clock_that_ran_ahead_is_not_taken_for_the_next_stop(ledger: LedgerBench) -> None:
    ledger.stop(-1, meter=5000, when=7200, received=0)
    ledger.start(meter=1000, when=60)
    assert ledger.queries.transactions()[0].state is TransactionState.OPEN


def test_cs_16_a_register_that_went_back_is_marked_and_never_negative(ledger: LedgerBench) -> None:
    ledger.stop(ledger.start(meter=100).transaction_id, meter=0)
    (view,) = ledger.queries.transactions()
    assert (view.state, view.energy_wh) == (TransactionState.STOPPED, 0)
    assert (view.meter_start_wh, view.meter_stop_wh) == (100, 0)
    assert view.suspicions == (Suspicion.METER_WENT_BACK,)


def test_cs_16_a_stop_before_the_start_and_one_from_the_future_are_marked(ledger: LedgerBench) -> None:
    ledger.stop(ledger.start(connector=1, when=0).transaction_id, when=-60, received=10)
    ledger.stop(ledger.start(connector=2, tag="TAG-2").transaction_id, when=3600, received=10)
    first, second = ledger.queries.transactions()
    assert first.suspicions == (Suspicion.STOP_BEFORE_START,)
    assert second.suspicions == (Suspicion.STOP_IN_FUTURE,)


def test_a_few_minutes_of_clock_error_raise_no_suspicion(ledger: LedgerBench) -> None:
    ledger.stop(ledger.start(when=299, received=0).transaction_id, when=299, received=0)
    assert ledger.queries.transactions()[0].suspicions == ()


# --- Registers that do not fit ------------------------------------------------------------------------------------


def _marked(ledger: LedgerBench) -> list[bool]:
    return [Suspicion.METER_GAP in view.suspicions for view in ledger.queries.transactions()]


@pytest.mark.parametrize(
    ("meter", "is_marked"), [(5000, False), (5100, False), (5101, True), (4999, False), (4998, True)]
)
def test_tx_02_a_transaction_that_begins_where_the_one_before_did_not_end_is_marked(
    ledger: LedgerBench, meter: int, *, is_marked: bool
) -> None:
    ledger.stop(ledger.start(when=0).transaction_id, meter=5000, when=600)
    ledger.start(when=700, meter=meter)
    assert _marked(ledger) == [False, is_marked]


def test_tx_02_a_gap_is_found_and_settled_by_what_comes_late(ledger: LedgerBench) -> None:
    first = ledger.start(when=0).transaction_id
    ledger.start(when=2000, meter=9000)
    ledger.stop(first, meter=5000, when=600, received=2100)
    assert _marked(ledger) == [False, True]
    between = ledger.start(when=1000, meter=5000, received=2200).transaction_id
    assert _marked(ledger) == [False, False, False]
    ledger.stop(between, meter=9000, when=1500, received=2300)
    assert _marked(ledger) == [False, False, False]


def test_tx_02_another_connector_or_a_wrong_clock_makes_no_gap(ledger: LedgerBench) -> None:
    ledger.stop(ledger.start(when=0).transaction_id, meter=5000, when=600)
    ledger.start(connector=2, when=700, meter=9000)
    ledger.start(connector=1, when=99_999, received=800, meter=20)
    assert _marked(ledger) == [False, False, False]


# --- Readings -----------------------------------------------------------------------------------------------------


def test_late_readings_find_their_transaction_after_its_stop(ledger: LedgerBench) -> None:
    number = ledger.start().transaction_id
    ledger.stop(number)
    ledger.read(number, when=120, energy="2000")
    ledger.read(number, when=60, energy="1500")
    assert ledger.energies(number) == [1500, 2000]


def test_cs_06_a_repeated_reading_is_one_reading(ledger: LedgerBench) -> None:
    number = ledger.start().transaction_id
    ledger.read(number)
    ledger.read(number)
    assert ledger.energies(number) == [1200]


def test_cs_16_two_values_for_one_instant_are_both_kept(ledger: LedgerBench) -> None:
    number = ledger.start().transaction_id
    ledger.read(number, energy="1200")
    ledger.read(number, energy="1300")
    assert sorted(ledger.energies(number), key=str) == [1200, 1300]


def test_cs_13_nameless_readings_belong_to_whatever_ran_on_their_connector_then(ledger: LedgerBench) -> None:
    first = ledger.start(connector=1, when=0).transaction_id
    second = ledger.start(connector=1, when=500, meter=2000).transaction_id
    ledger.stop(second, when=900)
    for when in (-10, 60, 560, 950):
        ledger.read(-1, when=when, energy=str(when))
    ledger.read(-1, when=61, energy="61", connector=2)
    assert (ledger.energies(first), ledger.energies(second)) == ([60], [560])
    assert [reading.energy_wh for reading in ledger.queries.stray_readings(STATION)] == [-10, 61, 950]


def test_the_energy_so_far_is_told_by_the_latest_reading(ledger: LedgerBench) -> None:
    number = ledger.start(meter=1000).transaction_id
    assert ledger.queries.transactions()[0].energy_wh is None
    ledger.read(number, when=120, energy="2000")
    ledger.read(number, when=60, energy="1500")
    view = ledger.queries.transactions()[0]
    assert (view.energy_wh, view.readings) == (1000, 2)
