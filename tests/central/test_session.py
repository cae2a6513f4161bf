"""One station's connection, driven frame by frame."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from contactor.base.errors import BrokenPromise
from contactor.central.outbound import CallLost, CallOutcome
from contactor.central.settings import StationSetting
from contactor.central.store import schema
from contactor.ocpp.enumerations import MessageTrigger, RegistrationStatus
from contactor.ocpp.messages import ClearCache, GetLocalListVersion, Heartbeat, TriggerMessage
from contactor.ocpp.peer import CallAnswered, CallFailed, CallTimedOut
from tests.central.bench import OTHER_STATION, STATION, CentralBench, Json, central_in, results, wire_time

PENDING = StationSetting(STATION, registration=RegistrationStatus.PENDING)
REJECTED = StationSetting(STATION, registration=RegistrationStatus.REJECTED)
METER_VALUES: Json = {
    "connectorId": 1,
    "meterValue": [{"timestamp": wire_time(1), "sampledValue": [{"value": "12.5", "unit": "kWh"}]}],
}
START: Json = {"connectorId": 1, "idTag": "TAG-1", "meterStart": 1000, "timestamp": wire_time(0)}
STATUS: Json = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}


@pytest.fixture
def central(database: str) -> Iterator[CentralBench]:
    with central_in(database) as bench:
        yield bench


# --- Registration -------------------------------------------------------------------------------------------------


def test_cs_22_cs_19_an_accepted_station_is_told_the_time_and_its_heartbeat_interval(central: CentralBench) -> None:
    assert central.connect().boot() == {"status": "Accepted", "currentTime": wire_time(0), "interval": 300}


@pytest.mark.parametrize(("station", "status"), [(PENDING, "Pending"), (REJECTED, "Rejected")])
def test_cs_22_boot_03_another_station_is_told_when_to_ask_again(
    database: str, station: StationSetting, status: str
) -> None:
    with central_in(database, stations=(station,)) as central:
        assert central.connect().boot() == {"status": status, "currentTime": wire_time(0), "interval": 60}


@pytest.mark.parametrize("action", ["Heartbeat", "StatusNotification"])
def test_boot_14_err_05_hb_04_nothing_is_taken_before_the_boot(central: CentralBench, action: str) -> None:
    line = central.connect()
    assert line.refused(action, {} if action == "Heartbeat" else STATUS) == "SecurityError"
    assert line.boot()["status"] == "Accepted"
    assert line.ask("Heartbeat") == {"currentTime": wire_time(0)}


@pytest.mark.parametrize("station", [PENDING, REJECTED])
def test_boot_14_nothing_is_taken_from_a_station_that_is_not_accepted(database: str, station: StationSetting) -> None:
    with central_in(database, stations=(station,)) as central:
        line = central.connect()
        line.boot()
        assert line.refused("Heartbeat") == "SecurityError"


def test_tr_14_an_accepted_station_that_only_lost_its_link_need_not_boot_again(central: CentralBench) -> None:
    central.connect_accepted().end()
    assert central.connect().ask("Heartbeat") == {"currentTime": wire_time(0)}


def test_tr_14_holds_over_a_restart_of_the_central_system(database: str) -> None:
    with central_in(database) as central:
        central.connect_accepted()
    with central_in(database) as central:
        assert central.connect().ask("Heartbeat") == {"currentTime": wire_time(0)}


def test_boot_14_who_was_last_told_to_wait_must_boot_again(database: str) -> None:
    for registration in (RegistrationStatus.ACCEPTED, RegistrationStatus.PENDING):
        with central_in(database, stations=(StationSetting(STATION, registration=registration),)) as central:
            assert central.connect().boot()["status"] == registration
    with central_in(database) as central:
        assert central.connect().refused("Heartbeat") == "SecurityError"


def test_boot_14_a_message_we_triggered_is_welcome_while_pending(database: str) -> None:
    with central_in(database, stations=(PENDING,)) as central:
        line = central.connect()
        line.boot()
        request = TriggerMessage(requested_message=MessageTrigger.STATUS_NOTIFICATION)
        line.session.call(request, lambda _outcome: None)
        assert line.refused("StatusNotification", STATUS) == "SecurityError"
        line.wire.sent.pop()
        line.answer({"status": "Accepted"})
        assert line.ask("StatusNotification", STATUS) == {}
        assert line.refused("Heartbeat") == "SecurityError"


def test_boot_14_a_trigger_that_was_refused_opens_nothing(database: str) -> None:
    with central_in(database, stations=(PENDING,)) as central:
        line = central.connect()
        line.boot()
        line.session.call(TriggerMessage(requested_message=MessageTrigger.HEARTBEAT), lambda _outcome: None)
        line.answer({"status": "Rejected"})
        assert line.refused("Heartbeat") == "SecurityError"


def test_cs_21_calls_wait_for_the_answer_to_the_one_before_and_are_counted(central: CentralBench) -> None:
    line = central.connect_accepted()
    central.connect_accepted(OTHER_STATION)
    assert central.sessions.most_calls_waiting == 0
    for _ in range(3):
        line.session.call(ClearCache(), lambda _outcome: None)
    assert central.sessions.most_calls_waiting == 2
    line.answer({"status": "Accepted"})
    assert central.sessions.most_calls_waiting == 1


def test_boot_17_a_boot_leaves_open_transactions_open(central: CentralBench) -> None:
    line = central.connect_accepted()
    number = line.ask("StartTransaction", START)["transactionId"]
    line.end()
    line = central.connect_accepted()
    stop = {"transactionId": number, "meterStop": 3000, "timestamp": wire_time(60), "reason": "PowerLoss"}
    assert line.ask("StopTransaction", stop) == {}
    (view,) = central.queries.transactions()
    assert (view.energy_wh, view.stop_reason) == (2000, "PowerLoss")


def test_boot_18_what_the_station_says_of_itself_is_recorded(central: CentralBench) -> None:
    described = {
        "chargePointVendor": "Schneider Electric",
        "chargePointModel": "EVD2L36D0CC",
        "chargePointSerialNumber": "3N2330-1",
        "firmwareVersion": "2.1.0",
    }
    central.connect().ask("BootNotification", dict(described))
    view = central.queries.stations()[0]
    assert (view.vendor, view.model, view.serial_number, view.firmware_version) == tuple(described.values())
    assert view.booted_at == central.clock.now()


def test_boot_18_what_a_later_boot_leaves_out_is_not_true_any_more(central: CentralBench) -> None:
    line = central.connect()
    line.ask("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M", "firmwareVersion": "1"})
    line.boot()
    assert central.queries.stations()[0].firmware_version is None


# --- Writing before answering -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("MeterValues", METER_VALUES),
        ("StartTransaction", START),
        ("StopTransaction", {"transactionId": 1, "meterStop": 5, "timestamp": wire_time(0)}),
        ("StatusNotification", STATUS),
        ("SecurityEventNotification", {"type": "StartupOfTheDevice", "timestamp": wire_time(0)}),
        ("FirmwareStatusNotification", {"status": "Installed"}),
        ("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}),
    ],
)
def test_promise_3_no_answer_leaves_before_the_commit(central: CentralBench, action: str, payload: Json) -> None:
    line = central.connect_accepted()
    central.writer.is_held = True
    before = len(line.wire.sent)
    message_id = line.call(action, payload)
    assert len(line.wire.sent) == before
    central.writer.commit()
    assert [frame[:2] for frame in line.wire.sent[before:]] == [[3, message_id]]


def test_rpc_03_a_heartbeat_is_answered_while_others_wait_for_the_disk(central: CentralBench) -> None:
    line = central.connect_accepted()
    central.writer.is_held = True
    line.call("MeterValues", METER_VALUES)
    assert line.ask("Heartbeat") == {"currentTime": wire_time(0)}


def test_what_was_received_is_recorded_even_if_the_link_ends_before_the_commit(central: CentralBench) -> None:
    line = central.connect_accepted()
    central.writer.is_held = True
    line.call("StartTransaction", START)
    before = len(line.wire.sent)
    line.end()
    with capture_logs() as logs:
        central.writer.commit()
    assert len(line.wire.sent) == before
    assert len(central.queries.transactions()) == 1
    assert not [entry for entry in logs if entry["event"] == "request failed"]


def test_cs_03_a_call_repeated_with_the_same_id_gets_the_stored_answer(central: CentralBench) -> None:
    line = central.connect_accepted()
    first = line.ask("StartTransaction", START, message_id="same")
    assert line.ask("StartTransaction", START, message_id="same") == first
    line.end()
    assert central.connect().ask("StartTransaction", START, message_id="same") == first
    assert len(central.queries.transactions()) == 1


def test_cs_03_the_same_id_with_other_content_is_another_call(central: CentralBench) -> None:
    """Stations restart their counters; an id alone proves nothing."""
    line = central.connect_accepted()
    first = line.ask("StartTransaction", START, message_id="1")
    second = line.ask("StartTransaction", {**START, "connectorId": 2}, message_id="1")
    assert first["transactionId"] != second["transactionId"]


# --- Trouble ------------------------------------------------------------------------------------------------------


def test_err_12_a_write_that_fails_is_told_as_internal_error(central: CentralBench) -> None:
    line = central.connect_accepted()
    with central.engine.begin() as connection:
        schema.readings.drop(connection)
    assert line.refused("MeterValues", METER_VALUES) == "InternalError"
    assert line.ask("Heartbeat") == {"currentTime": wire_time(0)}


def test_err_12_work_that_fails_is_told_as_internal_error(central: CentralBench) -> None:
    line = central.connect_accepted()
    with central.engine.begin() as connection:
        schema.tags.drop(connection)
    assert line.refused("Authorize", {"idTag": "TAG-1"}) == "InternalError"
    assert line.ask("Heartbeat") == {"currentTime": wire_time(0)}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[2,"1","Explode",{}]', "NotImplemented"),
        ('[2,"1","RemoteStopTransaction",{"transactionId":1}]', "NotSupported"),
        ('[2,"1","StatusNotification",{}]', "ProtocolError"),
        ('[2,"1","Heartbeat"]', "FormationViolation"),
    ],
)
def test_err_14_a_bad_call_is_refused_and_the_link_stays(central: CentralBench, text: str, code: str) -> None:
    line = central.connect_accepted()
    line.say(text)
    assert line.wire.sent[-1][:3] == [4, "1", code]
    assert line.ask("Heartbeat") == {"currentTime": wire_time(0)}


@pytest.mark.parametrize("text", ["", "{}", "[9]", '[3,"nobody",{}]', '[4,"nobody","GenericError","",{}]', "\x00"])
def test_rpc_09_a_text_that_means_nothing_is_ignored(central: CentralBench, text: str) -> None:
    line = central.connect_accepted()
    before = list(line.wire.sent)
    line.say(text)
    assert line.wire.sent == before
    assert line.wire.is_open


# --- Our own calls ------------------------------------------------------------------------------------------------


def test_cs_21_calls_go_out_one_at_a_time_and_in_order(central: CentralBench) -> None:
    line = central.connect_accepted()
    outcomes: list[object] = []
    for _ in range(3):
        line.session.call(GetLocalListVersion(), outcomes.append)
    for number in range(3):
        assert sum(frame[0] == 2 for frame in line.wire.sent) == number + 1
        line.answer({"listVersion": number})
    assert [result.list_version for result in results(outcomes)] == [0, 1, 2]  # type: ignore[attr-defined]  # all are of this type


def test_cs_21_the_limit_is_per_station(central: CentralBench) -> None:
    first, second = central.connect_accepted(STATION), central.connect_accepted(OTHER_STATION)
    for line in (first, second):
        line.session.call(ClearCache(), lambda _outcome: None)
        assert line.wire.sent[-1][2] == "ClearCache"


def test_rpc_03_the_stations_calls_are_answered_while_ours_is_open(central: CentralBench) -> None:
    line = central.connect_accepted()
    line.session.call(ClearCache(), lambda _outcome: None)
    assert line.ask("Heartbeat") == {"currentTime": wire_time(0)}


def test_rpc_04_a_call_without_answer_times_out_and_the_next_goes_out(central: CentralBench) -> None:
    line = central.connect_accepted()
    outcomes: list[CallOutcome] = []
    line.session.call(ClearCache(), outcomes.append)
    line.session.call(GetLocalListVersion(), outcomes.append)
    central.clock.advance(29.9)
    central.sessions.expire_calls()
    assert outcomes == []
    central.clock.advance(0.1)
    central.sessions.expire_calls()
    assert [type(outcome) for outcome in outcomes] == [CallTimedOut]
    assert line.wire.sent[-1][2] == "GetLocalListVersion"


def test_a_refused_call_is_told_with_its_code(central: CentralBench) -> None:
    line = central.connect_accepted()
    outcomes: list[CallOutcome] = []
    line.session.call(ClearCache(), outcomes.append)
    line.say(f'[4,"{line.wire.sent[-1][1]}","NotSupported","",{{}}]')
    (outcome,) = outcomes
    assert isinstance(outcome, CallFailed)
    assert outcome.code == "NotSupported"


def test_cs_21_calls_are_lost_with_the_link_and_say_whether_they_were_sent(central: CentralBench) -> None:
    line = central.connect_accepted()
    outcomes: list[CallOutcome] = []
    for request in (ClearCache(), GetLocalListVersion()):
        line.session.call(request, outcomes.append)
    line.end()
    line.session.call(ClearCache(), outcomes.append)
    assert outcomes == [
        CallLost(ClearCache(), was_sent=True),
        CallLost(GetLocalListVersion(), was_sent=False),
        CallLost(ClearCache(), was_sent=False),
    ]


def test_a_callback_that_fails_does_not_stop_the_next_call(central: CentralBench) -> None:
    line = central.connect_accepted()
    outcomes: list[CallOutcome] = []

    def fails(_outcome: CallOutcome) -> None:
        raise RuntimeError("a bug in a callback")

    line.session.call(ClearCache(), fails)
    line.session.call(ClearCache(), outcomes.append)
    line.answer({"status": "Accepted"})
    line.answer({"status": "Rejected"})
    assert [type(outcome) for outcome in outcomes] == [CallAnswered]


def test_a_request_that_is_not_ours_to_make_is_our_bug_at_once(central: CentralBench) -> None:
    line = central.connect_accepted()
    with pytest.raises(BrokenPromise):
        line.session.call(Heartbeat(), lambda _outcome: None)


# --- Presence -----------------------------------------------------------------------------------------------------


def test_tr_16_the_newest_connection_wins_and_the_end_of_the_old_one_changes_nothing(central: CentralBench) -> None:
    old = central.connect_accepted()
    outcomes: list[CallOutcome] = []
    old.session.call(ClearCache(), outcomes.append)
    new = central.connect()
    assert old.wire.closures == [(1000, "replaced by a newer connection")]
    assert outcomes == [CallLost(ClearCache(), was_sent=True)]
    old.session.link_closed(None)
    assert central.sessions.find(STATION) is new.session
    assert central.sessions.is_online(STATION)
    assert new.ask("Heartbeat") == {"currentTime": wire_time(0)}


def test_tr_16_texts_still_on_the_way_on_the_old_connection_are_not_taken(central: CentralBench) -> None:
    old = central.connect_accepted()
    central.connect()
    before = len(old.wire.sent)
    old.call("StartTransaction", START)
    assert len(old.wire.sent) == before
    assert central.queries.transactions() == []


def test_hb_05_a_station_is_offline_after_two_silent_intervals_and_thirty_seconds(central: CentralBench) -> None:
    line = central.connect_accepted()
    central.clock.advance(630)
    assert central.sessions.is_online(STATION)
    central.clock.advance(0.1)
    assert not central.sessions.is_online(STATION)
    line.call("MeterValues", METER_VALUES)
    assert central.sessions.is_online(STATION)


def test_a_closed_socket_is_offline_at_once_and_last_seen_is_kept(central: CentralBench) -> None:
    line = central.connect_accepted()
    central.clock.advance(100)
    line.ask("Heartbeat")
    heard_at = central.clock.now()
    central.clock.advance(20)
    line.end()
    assert not central.sessions.is_online(STATION)
    assert central.queries.stations()[0].last_seen_at == heard_at


def test_last_seen_is_noted_while_the_station_stays(central: CentralBench) -> None:
    line = central.connect_accepted()
    central.clock.advance(45)
    line.ask("Heartbeat")
    heard_at = central.clock.now()
    central.clock.advance(15)
    central.sessions.note_last_seen()
    assert central.queries.stations()[0].last_seen_at == heard_at


def test_a_station_nobody_announced_is_enrolled_when_its_link_opens(database: str) -> None:
    with central_in(database, allow_unknown_stations=True, stations=()) as central:
        assert central.connect("NEW").boot()["status"] == "Accepted"
        assert [view.station_id for view in central.queries.stations()] == ["NEW"]


def test_a_station_removed_while_connected_is_rejected(central: CentralBench) -> None:
    line = central.connect()
    with central.engine.begin() as connection:
        connection.execute(schema.stations.delete())
    assert line.boot()["status"] == "Rejected"
