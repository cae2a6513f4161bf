"""Starts, stops and readings as real stations send them: repeated, late, nameless, contradictory; nothing is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from contactor.base.ids import IdTag
from contactor.central.store.schema import StrayCause, TransactionState
from contactor.central.suspicion import Suspicion
from contactor.central.tags import Tag
from tests.central.bench import STATION, CentralBench, Line, central_in

START = (
    '[2,"%s","StartTransaction",{"connectorId":%d,"idTag":"TAG-1","meterStart":1000,'
    '"timestamp":"2026-05-01T12:00:00Z"}]'
)
STOP = '[2,"%s","StopTransaction",{"transactionId":%d,"meterStop":%d,"timestamp":"2026-05-01T12:04:00Z"}]'
READING = (
    '[2,"%s","MeterValues",{"connectorId":1,"transactionId":%d,"meterValue":[{"timestamp":"2026-05-01T12:02:00Z",'
    '"sampledValue":[{"value":"1500"}]}]}]'
)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def central(database: str) -> Iterator[CentralBench]:
    with central_in(database, tags=(Tag(IdTag("TAG-1")),)) as bench:
        yield bench


@pytest.fixture
def line(central: CentralBench) -> Line:
    return central.connect_accepted()


def start(line: Line, message_id: str = "s", connector: int = 1) -> int:
    """Send the start and return the number it is answered with."""
    line.say(START % (message_id, connector))
    frame = line.wire.sent[-1]
    assert frame[:2] == [3, message_id]
    assert isinstance(frame[2], dict)
    number = frame[2]["transactionId"]
    assert isinstance(number, int)
    return number


# --- Repetitions --------------------------------------------------------------------------------------------------


def test_cs_04_a_start_sent_again_with_new_ids_is_one_transaction(central: CentralBench, line: Line) -> None:
    numbers = {start(line, message_id) for message_id in ("1", "2", "3")}
    assert numbers == {central.queries.transactions()[0].transaction_id}
    assert len(central.queries.transactions()) == 1


def test_cs_04_a_start_sent_again_on_a_new_connection_is_one_transaction(central: CentralBench, line: Line) -> None:
    first = start(line)
    line.end()
    assert start(central.connect_accepted(), "other") == first
    assert len(central.queries.transactions()) == 1


def test_cs_03_a_start_sent_four_times_with_one_id_while_it_is_committed_is_one_transaction(
    central: CentralBench, line: Line
) -> None:
    before = len(line.wire.sent)
    central.writer.is_held = True
    for _ in range(4):
        line.say(START % ("same", 1))
    assert line.wire.sent[before:] == []
    central.writer.commit()
    (view,) = central.queries.transactions()
    accepted = {"transactionId": view.transaction_id, "idTagInfo": {"status": "Accepted"}}
    assert line.wire.sent[before:] == [[3, "same", accepted]]


def test_cs_03_a_start_sent_four_times_with_one_id_after_its_answer_is_answered_alike(
    central: CentralBench, line: Line
) -> None:
    assert len({start(line, "same") for _ in range(4)}) == 1
    assert len(central.queries.transactions()) == 1


def test_cs_04_starts_with_new_ids_while_the_first_is_committed_are_one_transaction(
    central: CentralBench, line: Line
) -> None:
    before = len(line.wire.sent)
    central.writer.is_held = True
    for number in range(3):
        line.say(START % (number, 1))
    central.writer.commit()
    (view,) = central.queries.transactions()
    accepted = {"transactionId": view.transaction_id, "idTagInfo": {"status": "Accepted"}}
    assert line.wire.sent[before:] == [[3, str(number), accepted] for number in range(3)]


def test_rpc_10_other_content_under_an_id_that_is_being_handled_is_refused(central: CentralBench, line: Line) -> None:
    central.writer.is_held = True
    line.say(START % ("same", 1))
    line.say(START % ("same", 2))
    assert line.wire.sent[-1][:3] == [4, "same", "GenericError"]


def test_cs_05_a_second_stop_is_answered_and_changes_nothing(central: CentralBench, line: Line) -> None:
    number = start(line)
    line.say(STOP % ("1", number, 3000))
    line.say(STOP % ("2", number, 3000))
    assert line.wire.sent[-1] == [3, "2", {}]
    line.say(STOP % ("3", number, 9999))
    assert line.wire.sent[-1] == [3, "3", {}]
    (view,) = central.queries.transactions()
    assert (view.energy_wh, view.suspicions) == (2000, (Suspicion.STOP_CONTRADICTED,))
    (stray,) = central.queries.stray_stops()
    assert (stray.meter_stop_wh, stray.cause) == (9999, StrayCause.CONTRADICTION)


def test_cs_06_readings_sent_again_with_another_id_are_kept_once(central: CentralBench, line: Line) -> None:
    number = start(line)
    line.say(READING % ("1", number))
    line.say(READING % ("2", number))
    assert line.wire.sent[-1] == [3, "2", {}]
    assert len(central.queries.readings(number)) == 1


# --- Refused and concurrent ---------------------------------------------------------------------------------------


def test_cs_07_a_start_whose_tag_is_refused_has_its_number_readings_and_stop(central: CentralBench, line: Line) -> None:
    line.say(
        '[2,"s","StartTransaction",{"connectorId":1,"idTag":"NOBODY","meterStart":0,'
        '"timestamp":"2026-05-01T12:00:00Z"}]'
    )
    (view,) = central.queries.transactions()
    number = view.transaction_id
    assert number > 0
    assert line.wire.sent[-1] == [3, "s", {"transactionId": number, "idTagInfo": {"status": "Invalid"}}]
    line.say(READING % ("m", number))
    line.say(STOP % ("u", number, 2000))
    (view,) = central.queries.transactions()
    assert (view.state, view.energy_wh, view.readings) == (TransactionState.STOPPED, 2000, 1)


def test_cs_09_a_start_on_the_second_connector_in_the_same_second_is_another_transaction(
    central: CentralBench, line: Line
) -> None:
    first = start(line, "1", connector=1)
    second = start(line, "2", connector=2)
    assert first != second
    line.say(STOP % ("3", second, 4000))
    states = {view.connector_id: view.state for view in central.queries.transactions()}
    assert states == {1: TransactionState.OPEN, 2: TransactionState.STOPPED}


# --- Numbers nobody gave ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 999_999, 2**63 - 1, -(2**63)])
def test_cs_10_a_stop_of_an_unknown_number_is_answered_and_kept(central: CentralBench, line: Line, number: int) -> None:
    line.say(STOP % ("u", number, 5000))
    assert line.wire.sent[-1] == [3, "u", {}]
    (stray,) = central.queries.stray_stops()
    assert (stray.claimed_id, stray.cause) == (number, StrayCause.UNKNOWN_TRANSACTION)


def test_cs_13_a_stop_with_minus_one_ends_the_transaction_it_fits(central: CentralBench, line: Line) -> None:
    start(line)
    line.say(STOP % ("u", -1, 5000))
    assert line.wire.sent[-1] == [3, "u", {}]
    (view,) = central.queries.transactions()
    assert (view.energy_wh, view.suspicions) == (4000, (Suspicion.STOP_MATCHED_BY_TIME,))


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**63 - 1])
def test_cs_13_readings_under_a_number_nobody_gave_are_answered_and_kept(
    central: CentralBench, line: Line, number: int
) -> None:
    line.say(READING % ("m", number))
    assert line.wire.sent[-1] == [3, "m", {}]
    (reading,) = central.queries.stray_readings(STATION)
    assert (reading.claimed_id, reading.energy_wh) == (number, 1500)


def test_cs_13_readings_under_minus_one_are_those_of_what_ran_on_the_connector(
    central: CentralBench, line: Line
) -> None:
    number = start(line)
    line.say(READING % ("m", -1))
    assert [reading.energy_wh for reading in central.queries.readings(number)] == [1500]


def test_no_station_is_told_to_stop_because_of_readings_under_an_unknown_number(line: Line) -> None:
    line.say(READING % ("m", 999_999))
    assert [frame for frame in line.wire.sent if frame[0] == 2] == []


# --- Order and clocks ---------------------------------------------------------------------------------------------


def test_late_status_readings_and_stop_after_an_outage_find_their_transaction(
    central: CentralBench, line: Line
) -> None:
    number = start(line)
    line.end()
    line = central.connect_accepted()
    line.say(
        '[2,"1","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Finishing",'
        '"timestamp":"2026-05-01T11:59:00Z"}]'
    )
    line.say(STOP % ("2", number, 3000))
    line.say(READING % ("3", number))
    assert [frame[0] for frame in line.wire.sent[-3:]] == [3, 3, 3]
    (view,) = central.queries.transactions()
    assert (view.state, view.energy_wh, view.readings) == (TransactionState.STOPPED, 2000, 1)


def test_cs_16_a_register_that_went_back_closes_the_transaction_and_bills_nothing(
    central: CentralBench, line: Line
) -> None:
    number = start(line)
    line.say(STOP % ("u", number, 0))
    assert line.wire.sent[-1] == [3, "u", {}]
    (view,) = central.queries.transactions()
    assert (view.state, view.energy_wh) == (TransactionState.STOPPED, 0)
    assert Suspicion.METER_WENT_BACK in view.suspicions


@pytest.mark.parametrize(
    ("timestamp", "suspicion"),
    [("1970-01-01T00:00:07Z", Suspicion.CLOCK_NOT_SET), ("2099-01-01T00:00:00Z", Suspicion.START_IN_FUTURE)],
)
def test_cs_16_a_start_from_a_wrong_clock_is_marked_and_hides_no_other(
    central: CentralBench, line: Line, timestamp: str, suspicion: Suspicion
) -> None:
    line.say(
        '[2,"1","StartTransaction",{"connectorId":1,"idTag":"TAG-1","meterStart":0,"timestamp":"2026-05-01T11:00:00Z"}]'
    )
    central.clock.advance(60)
    line.say(f'[2,"2","StartTransaction",{{"connectorId":1,"idTag":"TAG-1","meterStart":9,"timestamp":"{timestamp}"}}]')
    central.clock.advance(60)
    line.say(
        '[2,"3","StartTransaction",{"connectorId":1,"idTag":"TAG-1","meterStart":10,"timestamp":"2026-05-01T12:02:00Z"}]'
    )
    assert [frame[0] for frame in line.wire.sent[-3:]] == [3, 3, 3]
    first, wrong, last = central.queries.transactions()
    assert suspicion in wrong.suspicions
    states = [view.state for view in (first, wrong, last)]
    assert states == [TransactionState.STOP_MISSING, TransactionState.STOP_MISSING, TransactionState.OPEN]


def test_cs_08_an_expired_tag_is_not_good_again_on_a_clock_that_was_never_set(database: str) -> None:
    expired = Tag(IdTag("OLD"), expires_at=NEW_YEAR)
    with central_in(database, tags=(expired,)) as central:
        line = central.connect_accepted()
        line.say(
            '[2,"s","StartTransaction",{"connectorId":1,"idTag":"OLD","meterStart":0,"timestamp":"1970-01-01T00:00:00Z"}]'
        )
        frame = line.wire.sent[-1]
        assert isinstance(frame[2], dict)
        assert frame[2]["idTagInfo"]["status"] == "Expired"


@pytest.mark.parametrize("late", ["1970-01-01T00:00:00Z", "2026-05-01T11:59:59Z", "2099-01-01T00:00:00Z"])
def test_st_14_statuses_out_of_order_are_all_kept_and_a_wrong_clock_freezes_nothing(
    central: CentralBench, line: Line, late: str
) -> None:
    frame = '[2,"%d","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"%s","timestamp":"%s"}]'
    line.say(frame % (1, "Preparing", late))
    central.clock.advance(10)
    line.say(frame % (2, "Charging", "2026-05-01T12:00:05Z"))
    line.say(frame % (3, "Available", "2026-05-01T12:00:01Z"))
    (connector,) = central.queries.stations()[0].connectors
    assert connector.status == "Charging"


UNDATED_START = '[2,"%s","StartTransaction",{"connectorId":1,"idTag":"T","meterStart":%d,"timestamp":"soon"}]'
UNDATED_STOP = '[2,"%s","StopTransaction",{"transactionId":%d,"meterStop":%d,"timestamp":""}]'


def _number(line: Line) -> int:
    frame = line.wire.sent[-1]
    assert isinstance(frame[2], dict)
    number = frame[2]["transactionId"]
    assert isinstance(number, int)
    return number


def test_cs_04_a_start_whose_timestamp_nobody_can_read_is_recognised_when_it_comes_again(
    central: CentralBench, line: Line
) -> None:
    line.say(UNDATED_START % ("a", 50))
    first = _number(line)
    central.clock.advance(300)
    line.say(UNDATED_START % ("b", 50))
    assert _number(line) == first
    line.say(UNDATED_STOP % ("c", first, 900))
    central.clock.advance(300)
    line.say(UNDATED_STOP % ("d", first, 900))
    line.say(UNDATED_START % ("e", 50))
    assert _number(line) == first
    (view,) = central.queries.transactions()
    assert view.suspicions == (Suspicion.START_TIME_UNREADABLE, Suspicion.STOP_TIME_UNREADABLE)
    assert (view.energy_wh, central.queries.stray_stops()) == (850, [])


def test_cs_04_an_undated_start_after_a_charge_of_nothing_is_another_try(central: CentralBench, line: Line) -> None:
    line.say(UNDATED_START % ("a", 50))
    first = _number(line)
    line.say(UNDATED_STOP % ("b", first, 50))
    central.clock.advance(60)
    line.say(UNDATED_START % ("c", 50))
    assert _number(line) != first


def test_cs_10_an_undated_stop_of_an_unknown_transaction_is_kept_once(central: CentralBench, line: Line) -> None:
    line.say(UNDATED_STOP % ("a", 77, 900))
    central.clock.advance(60)
    line.say(UNDATED_STOP % ("b", 77, 900))
    assert [stray.claimed_id for stray in central.queries.stray_stops()] == [77]


# --- Connections --------------------------------------------------------------------------------------------------


def test_tr_16_a_station_that_dials_again_while_its_old_socket_hangs_is_welcome(central: CentralBench) -> None:
    old = central.connect_accepted()
    new = central.connect()
    new.say('[2,"h","Heartbeat",{}]')
    assert new.wire.sent[-1][:2] == [3, "h"]
    assert not old.wire.is_open
    old.end()
    assert central.sessions.find(STATION) is new.session
    assert start(new) > 0
