"""What real stations send against the letter of OCPP 1.6, frame by frame: answered, recorded, noted as a quirk."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from contactor.central.quirks import QUIRKS_MAX
from contactor.ocpp.messages import GetConfiguration, GetConfigurationResult
from contactor.ocpp.oddity import OddityKind
from tests.central.bench import NOON, OTHER_STATION, STATION, CentralBench, Line, at, central_in, results


@pytest.fixture
def central(database: str) -> Iterator[CentralBench]:
    with central_in(database) as bench:
        yield bench


@pytest.fixture
def line(central: CentralBench) -> Line:
    return central.connect_accepted()


def kinds(central: CentralBench) -> set[tuple[OddityKind, str]]:
    return {(quirk.kind, quirk.field) for quirk in central.queries.quirks()}


def test_cs_26_serial_numbers_longer_than_ocpp_allows_are_kept_whole(central: CentralBench) -> None:
    line = central.connect()
    point, box = "P" * 26, "B" * 33
    line.say(
        '[2,"b","BootNotification",{"chargePointVendor":"Schneider Electric","chargePointModel":"MONOBLOCK",'
        f'"chargePointSerialNumber":"{point}","chargeBoxSerialNumber":"{box}"}}]'
    )
    assert line.wire.sent[-1][:2] == [3, "b"]
    assert central.queries.stations()[0].serial_number == point
    assert kinds(central) == {
        (OddityKind.TOO_LONG, "BootNotification.chargePointSerialNumber"),
        (OddityKind.TOO_LONG, "BootNotification.chargeBoxSerialNumber"),
    }


def test_cs_26_an_unknown_error_code_and_status_are_shown_as_the_station_said_them(
    central: CentralBench, line: Line
) -> None:
    line.say('[2,"s","StatusNotification",{"connectorId":1,"errorCode":"Error","status":"Occupied"}]')
    assert line.wire.sent[-1] == [3, "s", {}]
    (connector,) = central.queries.stations()[0].connectors
    assert (connector.error_code.value, connector.status.value) == ("Error", "Occupied")
    assert kinds(central) == {
        (OddityKind.UNKNOWN_WORD, "StatusNotification.errorCode"),
        (OddityKind.UNKNOWN_WORD, "StatusNotification.status"),
    }


def test_cs_26_one_unknown_unit_costs_none_of_the_readings(central: CentralBench, line: Line) -> None:
    line.say(
        '[2,"m","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"2026-05-01T12:00:01Z","sampledValue":['
        '{"value":"50.01","measurand":"Frequency","unit":"Hz"},{"value":"7","measurand":"Cold.Import"},'
        '{"value":"12.5","unit":"kWh"}]}]}]'
    )
    assert line.wire.sent[-1] == [3, "m", {}]
    (reading,) = central.queries.stray_readings(STATION)
    assert reading.energy_wh == 12_500
    assert reading.samples[0] == {"value": "50.01", "measurand": "Frequency", "unit": "Hz"}
    assert reading.samples[1] == {"value": "7", "measurand": "Cold.Import"}
    assert {kind for kind, _ in kinds(central)} == {OddityKind.UNKNOWN_WORD}


@pytest.mark.parametrize(
    ("meter_value", "samples"),
    [
        ('[{"timestamp":"2026-05-01T12:00:01Z","sampledValue":[]}]', 0),
        ('[{"timestamp":"2026-05-01T12:00:01Z"}]', 0),
        ('[{"timestamp":"2026-05-01T12:00:01","sampledValue":[{"value":3}]}]', 1),
        ('[{"timestamp":"never","sampledValue":[{"value":"3"},"x",{}]}]', 2),
    ],
)
def test_mv_16_readings_without_their_details_are_kept_with_what_there_is(
    central: CentralBench, line: Line, meter_value: str, samples: int
) -> None:
    line.say(f'[2,"m","MeterValues",{{"connectorId":1,"meterValue":{meter_value}}}]')
    assert line.wire.sent[-1] == [3, "m", {}]
    (reading,) = central.queries.stray_readings(STATION)
    assert len(reading.samples) == samples


def test_mv_16_a_message_without_any_reading_is_answered_and_writes_none(central: CentralBench, line: Line) -> None:
    line.say('[2,"m","MeterValues",{"connectorId":1,"meterValue":[]}]')
    assert line.wire.sent[-1] == [3, "m", {}]
    assert central.queries.stray_readings(STATION) == []


def test_mv_18_celcius_is_celsius(central: CentralBench, line: Line) -> None:
    line.say(
        '[2,"m","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"2026-05-01T12:00:01Z","sampledValue":['
        '{"value":"21","measurand":"Temperature","unit":"Celcius"}]}]}]'
    )
    assert line.wire.sent[-1] == [3, "m", {}]
    assert central.queries.quirks() == []


def test_au_an_id_tag_longer_than_20_characters_is_invalid(line: Line) -> None:
    line.say('[2,"a","Authorize",{"idTag":"VID:0123456789ABCDEF0123"}]')
    assert line.wire.sent[-1] == [3, "a", {"idTagInfo": {"status": "Invalid"}}]


def test_cs_07_a_start_with_an_overlong_id_tag_is_invalid_and_recorded_whole(central: CentralBench, line: Line) -> None:
    line.say(
        '[2,"t","StartTransaction",{"connectorId":1,"idTag":"VID:0123456789ABCDEF0123","meterStart":"0",'
        '"timestamp":"2026-05-01T12:00:00Z"}]'
    )
    (view,) = central.queries.transactions()
    assert line.wire.sent[-1] == [3, "t", {"transactionId": view.transaction_id, "idTagInfo": {"status": "Invalid"}}]
    assert view.id_tag == "VID:0123456789ABCDEF0123"


def test_cs_26_fields_that_ocpp_does_not_have_cost_nothing(central: CentralBench, line: Line) -> None:
    line.say('[2,"h","Heartbeat",{"uptime":12345}]')
    assert line.wire.sent[-1][:2] == [3, "h"]
    (quirk,) = central.queries.quirks()
    assert (quirk.kind, quirk.field, quirk.example) == (OddityKind.UNKNOWN_FIELD, "Heartbeat.uptime", "12345")


def test_rpc_08_a_null_payload_is_an_empty_one(line: Line) -> None:
    line.say('[2,"h","Heartbeat",null]')
    assert line.wire.sent[-1] == [3, "h", {"currentTime": "2026-05-01T12:00:00Z"}]


def test_cs_26_null_in_an_optional_field_is_absence(central: CentralBench, line: Line) -> None:
    line.say(
        '[2,"s","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available","info":null,'
        '"timestamp":null,"vendorId":null,"vendorErrorCode":null}]'
    )
    assert line.wire.sent[-1] == [3, "s", {}]
    assert {kind for kind, _ in kinds(central)} == {OddityKind.NULL}
    assert central.queries.stations()[0].connectors[0].reported_at == NOON


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_cs_26_an_empty_frame_is_ignored_and_noted(central: CentralBench, line: Line, text: str) -> None:
    before = list(line.wire.sent)
    with capture_logs() as logs:
        line.say(text)
    assert line.wire.sent == before
    assert [entry["event"] for entry in logs] == ["station quirk"]
    assert kinds(central) == {(OddityKind.EMPTY_FRAME, "frame")}


def test_cs_26_html_in_a_text_is_kept_as_it_is(central: CentralBench, line: Line) -> None:
    line.say(
        '[2,"t","StartTransaction",{"connectorId":1,"idTag":"A&B<b>\\"x\\"</b>","meterStart":0,'
        '"timestamp":"2026-05-01T12:00:00Z"}]'
    )
    assert central.queries.transactions()[0].id_tag == 'A&B<b>"x"</b>'


def test_dt_05_data_that_is_an_object_is_kept_as_its_text(central: CentralBench, line: Line) -> None:
    line.say('[2,"d","DataTransfer",{"vendorId":"V","data":{"a": 1}}]')
    assert line.wire.sent[-1] == [3, "d", {"status": "UnknownVendorId"}]
    assert kinds(central) == {(OddityKind.WRONG_TYPE, "DataTransfer.data")}


def test_cs_12_an_unknown_stop_reason_is_shown_as_the_station_said_it(central: CentralBench, line: Line) -> None:
    line.say(
        '[2,"t","StartTransaction",{"connectorId":1,"idTag":"T","meterStart":0,"timestamp":"2026-05-01T12:00:00Z"}]'
    )
    number = central.queries.transactions()[0].transaction_id
    line.say(
        f'[2,"u","StopTransaction",{{"transactionId":{number},"meterStop":10.0,"timestamp":"2026-05-01T12:00:00Z",'
        '"reason":"SOCLimitReached"}]'
    )
    assert line.wire.sent[-1] == [3, "u", {}]
    (view,) = central.queries.transactions()
    assert (str(view.stop_reason), view.energy_wh) == ("SOCLimitReached", 10)


def test_st_13_a_status_without_a_readable_timestamp_bears_that_of_its_receipt(
    central: CentralBench, line: Line
) -> None:
    central.clock.advance(90)
    line.say(
        '[2,"s","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available","timestamp":"now"}]'
    )
    assert line.wire.sent[-1] == [3, "s", {}]
    assert central.queries.stations()[0].connectors[0].reported_at == at(90)


def test_rpc_13_a_timestamp_without_offset_is_utc_and_noted(central: CentralBench, line: Line) -> None:
    line.say(
        '[2,"t","StartTransaction",{"connectorId":1,"idTag":"T","meterStart":0,"timestamp":"2026-05-01T11:00:00"}]'
    )
    assert central.queries.transactions()[0].started_at == at(-3600)
    assert kinds(central) == {(OddityKind.NO_OFFSET, "StartTransaction.timestamp")}


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('[2,"x","StatusNotification",{"errorCode":"Error","status":"Available"}]', "ProtocolError"),
        (
            '[2,"x","StatusNotification",{"connectorId":true,"errorCode":"Error","status":"Available"}]',
            "TypeConstraintViolation",
        ),
        (
            '[2,"x","StatusNotification",{"connectorId":-1,"errorCode":"Error","status":"Available"}]',
            "PropertyConstraintViolation",
        ),
        ('[2,"x","Authorize",["T"]]', "FormationViolation"),
    ],
)
def test_cs_26_what_even_tolerance_cannot_read_is_refused(line: Line, frame: str, code: str) -> None:
    line.say(frame)
    assert line.wire.sent[-1][:3] == [4, "x", code]


def test_cs_26_an_answer_may_be_odd_too_and_is_never_shown(central: CentralBench, line: Line) -> None:
    outcomes: list[object] = []
    line.session.call(GetConfiguration(), outcomes.append)
    line.answer({"configurationKey": [{"key": "K", "readonly": False, "value": None, "secret": "s3cret"}]})
    (result,) = results(outcomes)
    assert isinstance(result, GetConfigurationResult)
    assert {quirk.example for quirk in central.queries.quirks()} == {""}
    assert {kind for kind, _ in kinds(central)} == {OddityKind.NULL, OddityKind.UNKNOWN_FIELD}


# --- The record of quirks -----------------------------------------------------------------------------------------


def test_a_quirk_is_told_to_the_log_once_and_counted(central: CentralBench, line: Line) -> None:
    with capture_logs() as logs:
        for second in range(3):
            line.say(f'[2,"h{second}","Heartbeat",{{"uptime":{second}}}]')
            central.clock.advance(10)
    assert [entry["field"] for entry in logs if entry["event"] == "station quirk"] == ["Heartbeat.uptime"]
    central.sessions.note_last_seen()
    (quirk,) = central.queries.quirks(STATION)
    assert (quirk.times, quirk.example, quirk.first_seen_at, quirk.last_seen_at) == (3, "0", at(0), at(20))
    assert central.queries.quirks(OTHER_STATION) == []


def test_counts_go_on_over_a_restart_of_the_central_system(database: str) -> None:
    for _ in range(2):
        with central_in(database) as central:
            line = central.connect_accepted()
            line.say('[2,"1","Heartbeat",{"uptime":1}]')
            line.say('[2,"2","Heartbeat",{"uptime":2}]')
            central.sessions.end_all(1001, "over")
    with central_in(database) as central:
        (quirk,) = central.queries.quirks()
        assert (quirk.times, quirk.example) == (4, "1")


def test_a_station_has_a_bounded_number_of_quirks_however_it_invents_fields(database: str) -> None:
    for run in range(2):
        with central_in(database) as central:
            line = central.connect_accepted()
            for number in range(QUIRKS_MAX):
                line.say(f'[2,"{number}","Heartbeat",{{"f{run}-{number}":1}}]')
    with central_in(database) as central:
        assert len(central.queries.quirks()) == QUIRKS_MAX


def test_quirks_that_cannot_be_written_cost_the_station_nothing(central: CentralBench, line: Line) -> None:
    with central.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE station_quirks")
    line.say('[2,"h","Heartbeat",{"uptime":1}]')
    assert line.wire.sent[-1][:2] == [3, "h"]


# --- By the letter ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('[2,"x","Heartbeat",{"uptime":1}]', "FormationViolation"),
        (
            '[2,"x","StatusNotification",{"connectorId":1,"errorCode":"Error","status":"Available"}]',
            "PropertyConstraintViolation",
        ),
        ('[2,"x","Authorize",{"idTag":"123456789012345678901"}]', "PropertyConstraintViolation"),
        ('[2,"x","Authorize",{"idTag":7}]', "TypeConstraintViolation"),
    ],
)
def test_cs_26_strict_stations_are_held_to_the_schemas(database: str, frame: str, code: str) -> None:
    with central_in(database, strict_stations=True) as central:
        line = central.connect_accepted()
        line.say(frame)
        assert line.wire.sent[-1][:3] == [4, "x", code]
        assert central.queries.quirks() == []


def test_cs_26_even_by_the_letter_null_payload_missing_reason_and_celcius_pass(database: str) -> None:
    with central_in(database, strict_stations=True) as central:
        line = central.connect_accepted()
        line.say('[2,"h","Heartbeat",null]')
        line.say('[2,"u","StopTransaction",{"transactionId":9,"meterStop":1,"timestamp":"2026-05-01T12:00:00Z"}]')
        line.say(
            '[2,"m","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"2026-05-01T12:00:01Z","sampledValue":['
            '{"value":"21","measurand":"Temperature","unit":"Celcius"}]}]}]'
        )
        assert [frame[:2] for frame in line.wire.sent[-3:]] == [[3, "h"], [3, "u"], [3, "m"]]
