"""What stations send is read although it is odd, field by field, and what was odd is told (CS-26)."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from contactor.ocpp.actions import ACTIONS, Side
from contactor.ocpp.datatypes import KeyValue, MeterValue, SampledValue
from contactor.ocpp.enumerations import (
    ChargePointErrorCode,
    ChargePointStatus,
    FirmwareStatus,
    Measurand,
    StopReason,
    UnitOfMeasure,
)
from contactor.ocpp.errors import ErrorCode, ProtocolViolation
from contactor.ocpp.messages import (
    Authorize,
    BootNotification,
    DataTransfer,
    FirmwareStatusNotification,
    GetConfigurationResult,
    Heartbeat,
    MeterValues,
    ResetResult,
    StartTransaction,
    StatusNotification,
    StopTransaction,
)
from contactor.ocpp.oddity import EXAMPLE_MAX_LENGTH, MEANINGS, Oddities, Oddity, OddityKind
from contactor.ocpp.peer import CallReceived, FrameIgnored, Peer
from contactor.ocpp.tolerance import ODDITIES_MAX, TolerantCodec
from contactor.ocpp.unlisted import unlisted, word_of

RECEIPT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
CODEC = TolerantCodec(lambda: RECEIPT)
STATUS = '{"connectorId":1,"errorCode":%s,"status":%s}'
START = '{"connectorId":%s,"idTag":%s,"meterStart":%s,"timestamp":%s}'
AT = '"2026-05-01T11:00:00Z"'
ELEVEN = datetime(2026, 5, 1, 11, 0, tzinfo=UTC)
REFUSED = ProtocolViolation(ErrorCode.GENERIC_ERROR, "what the strict reader said")


def mend(kind: type[msgspec.Struct], payload: str) -> tuple[msgspec.Struct, Oddities]:
    with pytest.raises(ProtocolViolation):
        CODEC.read(kind, payload.encode())  # type: ignore[type-var]  # any message type
    return CODEC.mend(kind, payload.encode(), REFUSED)  # type: ignore[type-var]  # as above


def refusal(kind: type[msgspec.Struct], payload: str) -> ErrorCode:
    with pytest.raises(ProtocolViolation) as caught:
        CODEC.mend(kind, payload.encode(), REFUSED)  # type: ignore[type-var]  # any message type
    return caught.value.code


def odd(kind: OddityKind, field: str, example: str) -> Oddities:
    return (Oddity(kind, field, example),)


# --- Texts --------------------------------------------------------------------------------------------------------


def test_serial_numbers_of_26_and_33_characters_are_kept_whole() -> None:
    point, box = "A" * 26, "B" * 33
    message, oddities = mend(
        BootNotification,
        '{"chargePointVendor":"Schneider Electric","chargePointModel":"MONOBLOCK",'
        f'"chargePointSerialNumber":"{point}","chargeBoxSerialNumber":"{box}"}}',
    )
    assert message == BootNotification(
        charge_point_vendor="Schneider Electric",
        charge_point_model="MONOBLOCK",
        charge_point_serial_number=point,
        charge_box_serial_number=box,
    )
    assert oddities == (
        Oddity(OddityKind.TOO_LONG, "BootNotification.chargePointSerialNumber", f'"{point}"'),
        Oddity(OddityKind.TOO_LONG, "BootNotification.chargeBoxSerialNumber", f'"{box}"'),
    )


def test_a_text_beyond_all_measure_is_cut_and_its_example_shortened() -> None:
    message, (oddity,) = mend(Authorize, f'{{"idTag":"{"x" * 10_000}"}}')
    assert message == Authorize(id_tag="x" * 255)  # type: ignore[arg-type]  # a plain text for the id type
    assert oddity.kind is OddityKind.CUT
    assert len(oddity.example) == EXAMPLE_MAX_LENGTH


def test_a_number_where_a_text_belongs_is_its_spelling() -> None:
    payload = '{"chargePointVendor":"V","chargePointModel":1.10}'
    message, oddities = mend(BootNotification, payload)
    assert message == BootNotification(charge_point_vendor="V", charge_point_model="1.10")
    assert oddities == odd(OddityKind.WRONG_TYPE, "BootNotification.chargePointModel", "1.10")


@pytest.mark.parametrize("value", ['{"a": [1, 2]}', "[true]", "12.50", "false"])
def test_the_data_of_a_data_transfer_may_be_any_json_and_is_kept_as_its_text(value: str) -> None:
    message, oddities = mend(DataTransfer, f'{{"vendorId":"V","data":{value}}}')
    assert message == DataTransfer(vendor_id="V", data=value)
    assert oddities == odd(OddityKind.WRONG_TYPE, "DataTransfer.data", value)


# --- Words --------------------------------------------------------------------------------------------------------


def test_an_unknown_error_code_and_status_are_kept_as_sent() -> None:
    message, oddities = mend(StatusNotification, STATUS % ('"Error"', '"Occupied"'))
    assert isinstance(message, StatusNotification)
    assert (message.error_code.value, message.status.value) == ("Error", "Occupied")
    assert message.error_code not in tuple(ChargePointErrorCode)
    assert [(each.kind, each.example) for each in oddities] == [
        (OddityKind.UNKNOWN_WORD, '"Error"'),
        (OddityKind.UNKNOWN_WORD, '"Occupied"'),
    ]


def test_a_known_word_in_other_letters_is_that_word() -> None:
    message, oddities = mend(StatusNotification, STATUS % ('"noerror"', '"SuspendedEv"'))
    assert message == StatusNotification(
        connector_id=1,  # type: ignore[arg-type]  # a plain number for the id type
        error_code=ChargePointErrorCode.NO_ERROR,
        status=ChargePointStatus.SUSPENDED_EV,
    )
    assert {oddity.kind for oddity in oddities} == {OddityKind.SPELLING}


def test_an_unlisted_word_is_a_value_of_its_list_and_leaves_the_list_alone() -> None:
    hertz = unlisted(UnitOfMeasure, "Hz")
    assert (hertz.value, str(hertz), msgspec.json.encode(hertz)) == ("Hz", "Hz", b'"Hz"')
    assert hertz == unlisted(UnitOfMeasure, "Hz")
    assert hash(hertz) == hash(unlisted(UnitOfMeasure, "Hz"))
    assert "Hz" not in {unit.value for unit in UnitOfMeasure}
    with pytest.raises(ValueError, match="Hz"):
        UnitOfMeasure("Hz")


def test_a_kept_word_is_read_back_as_the_member_or_as_what_it_was() -> None:
    assert word_of(StopReason, "Remote") is StopReason.REMOTE
    assert word_of(StopReason, "SOCLimitReached").value == "SOCLimitReached"


def test_an_unknown_firmware_status_is_kept_as_sent() -> None:
    message, _ = mend(FirmwareStatusNotification, '{"status":"Rebooting"}')
    assert message == FirmwareStatusNotification(status=unlisted(FirmwareStatus, "Rebooting"))


def test_an_empty_word_is_none_where_it_is_optional_and_refuses_where_it_is_not() -> None:
    stop, oddities = mend(StopTransaction, f'{{"meterStop":1,"transactionId":1,"timestamp":{AT},"reason":""}}')
    assert stop == StopTransaction(meter_stop=1, transaction_id=1, timestamp=ELEVEN)
    assert oddities == odd(OddityKind.UNREADABLE, "StopTransaction.reason", '""')
    assert refusal(StatusNotification, STATUS % ('"NoError"', '""')) is ErrorCode.PROPERTY_CONSTRAINT_VIOLATION


# --- Readings -----------------------------------------------------------------------------------------------------


def readings(*samples: str, when: str = AT) -> str:
    return f'{{"connectorId":1,"meterValue":[{{"timestamp":{when},"sampledValue":[{",".join(samples)}]}}]}}'


def samples_of(message: msgspec.Struct) -> tuple[SampledValue, ...]:
    assert isinstance(message, MeterValues)
    (meter_value,) = message.meter_value
    return meter_value.sampled_value


def test_an_unknown_word_of_one_sample_costs_neither_it_nor_the_others() -> None:
    message, oddities = mend(
        MeterValues,
        readings('{"value":"50.01","unit":"Hz","measurand":"Frequency"}', '{"value":"7","measurand":"Cold.Import"}'),
    )
    frequency, cold = samples_of(message)
    assert (frequency.value, str(frequency.unit), frequency.measurand) == ("50.01", "Hz", Measurand.FREQUENCY)
    assert (cold.value, str(cold.measurand)) == ("7", "Cold.Import")
    assert {each.field for each in oddities} == {
        "MeterValues.meterValue.sampledValue.unit",
        "MeterValues.meterValue.sampledValue.measurand",
    }


@pytest.mark.parametrize("name", ["context", "format", "measurand", "phase", "location", "unit"])
def test_every_word_of_a_sample_may_be_unknown(name: str) -> None:
    message, oddities = mend(MeterValues, readings(f'{{"value":"1","{name}":"Strange"}}'))
    assert str(getattr(samples_of(message)[0], name)) == "Strange"
    assert oddities == odd(OddityKind.UNKNOWN_WORD, f"MeterValues.meterValue.sampledValue.{name}", '"Strange"')


@pytest.mark.parametrize(
    ("sample", "value", "kind"),
    [
        ('{"value":12.50}', "12.50", OddityKind.WRONG_TYPE),
        ("{}", "", OddityKind.MISSING),
        ('{"value":null}', "", OddityKind.NULL),
        ('{"value":true}', "", OddityKind.UNREADABLE),
    ],
)
def test_a_sample_without_a_proper_value_is_still_a_sample(sample: str, value: str, kind: OddityKind) -> None:
    message, oddities = mend(MeterValues, readings(sample, '{"value":"2"}'))
    assert [each.value for each in samples_of(message)] == [value, "2"]
    assert oddities[0].kind is kind


def test_an_entry_that_is_no_object_is_left_out() -> None:
    message, oddities = mend(MeterValues, readings('"12"', '{"value":"2"}'))
    assert [each.value for each in samples_of(message)] == ["2"]
    assert oddities == odd(OddityKind.UNREADABLE, "MeterValues.meterValue.sampledValue", '"12"')


def test_lists_may_be_empty_and_a_lone_entry_is_a_list_of_one() -> None:
    assert samples_of(mend(MeterValues, readings())[0]) == ()
    lone, oddities = mend(
        MeterValues, f'{{"connectorId":1,"meterValue":{{"timestamp":{AT},"sampledValue":{{"value":"1"}}}}}}'
    )
    assert samples_of(lone) == (SampledValue(value="1"),)
    assert {each.kind for each in oddities} == {OddityKind.WRONG_TYPE}


@pytest.mark.parametrize("number", [2**63 - 1, 0, -1])
def test_transaction_numbers_at_the_edges_are_read_as_they_are(number: int) -> None:
    message, _ = mend(MeterValues, readings('{"value":"1","unit":"Hz"}')[:-1] + f',"transactionId":{number}}}')
    assert isinstance(message, MeterValues)
    assert message.transaction_id == number


def test_a_transaction_number_beyond_64_bits_is_left_out_of_readings() -> None:
    message, oddities = mend(MeterValues, readings('{"value":"1"}')[:-1] + ',"transactionId":18446744073709551615}')
    assert isinstance(message, MeterValues)
    assert message.transaction_id is UNSET
    assert oddities == odd(OddityKind.UNREADABLE, "MeterValues.transactionId", "18446744073709551615")


# --- Instants -----------------------------------------------------------------------------------------------------


def test_an_instant_without_offset_is_utc() -> None:
    message, oddities = mend(MeterValues, readings('{"value":"1"}', when='"2026-05-01T11:00:00"'))
    assert isinstance(message, MeterValues)
    assert message.meter_value[0].timestamp == ELEVEN
    assert oddities[0].kind is OddityKind.NO_OFFSET


def test_an_instant_in_another_iso_form_is_understood() -> None:
    message, oddities = mend(StartTransaction, START % (1, '"T"', 0, '"20260501T130000+0200"'))
    assert isinstance(message, StartTransaction)
    assert message.timestamp == ELEVEN
    assert oddities[0].kind is OddityKind.SPELLING


@pytest.mark.parametrize("text", ['"yesterday"', '""', "1714561200", '"0001-01-01T00:00:00+14:00"', "true"])
def test_an_unreadable_instant_is_the_time_of_receipt(text: str) -> None:
    message, oddities = mend(StartTransaction, START % (1, '"T"', 0, text))
    assert isinstance(message, StartTransaction)
    assert message.timestamp == RECEIPT
    assert oddities == odd(OddityKind.UNREADABLE, "StartTransaction.timestamp", text)


def test_an_absent_instant_is_the_time_of_receipt() -> None:
    message, oddities = mend(StartTransaction, '{"connectorId":1,"idTag":"T","meterStart":0}')
    assert isinstance(message, StartTransaction)
    assert message.timestamp == RECEIPT
    assert oddities == odd(OddityKind.MISSING, "StartTransaction.timestamp", "")


def test_an_unreadable_instant_that_is_optional_is_left_out() -> None:
    message, _ = mend(StatusNotification, STATUS[:-1] % ('"NoError"', '"Available"') + ',"timestamp":"soon"}')
    assert isinstance(message, StatusNotification)
    assert message.timestamp is UNSET


# --- Numbers, nulls, fields ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("spelling", "value"), [('"12"', 12), ("12.0", 12), ('" 7 "', 7), ('"12.0"', 12)])
def test_a_number_in_another_form_is_read_where_its_meaning_is_certain(spelling: str, value: int) -> None:
    message, oddities = mend(StartTransaction, START % (1, '"T"', spelling, AT))
    assert isinstance(message, StartTransaction)
    assert message.meter_start == value
    assert oddities == odd(OddityKind.WRONG_TYPE, "StartTransaction.meterStart", spelling)


def test_a_register_with_a_fraction_is_rounded() -> None:
    message, oddities = mend(StartTransaction, START % (1, '"T"', "1234.6", AT))
    assert isinstance(message, StartTransaction)
    assert message.meter_start == 1235
    assert oddities == odd(OddityKind.ROUNDED, "StartTransaction.meterStart", "1234.6")


@pytest.mark.parametrize("connector", ["true", "1.5", '"one"', "[1]", '"1e3"', '""'])
def test_a_connector_number_that_means_nothing_refuses_the_message(connector: str) -> None:
    assert refusal(StartTransaction, START % (connector, '"T"', 0, AT)) is ErrorCode.TYPE_CONSTRAINT_VIOLATION


def test_a_negative_connector_stays_refused() -> None:
    payload = START % (-1, '"T"', 0, AT)
    assert refusal(StartTransaction, payload) is ErrorCode.PROPERTY_CONSTRAINT_VIOLATION


def test_a_flag_in_quotes_is_a_flag_and_a_number_is_none() -> None:
    message, oddities = mend(
        GetConfigurationResult,
        '{"configurationKey":[{"key":"A","readonly":"True","value":null},{"key":"B","readonly":1}]}',
    )
    assert message == GetConfigurationResult(configuration_key=(KeyValue(key="A", readonly=True),))
    assert OddityKind.UNREADABLE in {each.kind for each in oddities}


def test_what_a_station_answers_is_never_shown_as_an_example() -> None:
    _, oddities = mend(
        GetConfigurationResult,
        f'{{"configurationKey":[{{"key":"K","readonly":false,"value":"{"s" * 600}"}}],"password":"secret"}}',
    )
    assert [each.example for each in oddities] == ["", ""]


def test_an_unknown_word_in_an_answer_is_no_answer() -> None:
    assert refusal(ResetResult, '{"status":"Perhaps"}') is ErrorCode.PROPERTY_CONSTRAINT_VIOLATION


def test_null_is_absence_and_a_null_payload_an_empty_one() -> None:
    message, oddities = mend(StartTransaction, START[:-1] % (1, '"T"', 0, AT) + ',"reservationId":null}')
    assert isinstance(message, StartTransaction)
    assert message.reservation_id is UNSET
    assert oddities == odd(OddityKind.NULL, "StartTransaction.reservationId", "null")
    assert CODEC.read(Heartbeat, b"null") == Heartbeat()
    assert refusal(Authorize, "null") is ErrorCode.PROTOCOL_ERROR


def test_fields_that_ocpp_does_not_have_are_left_aside_at_every_level() -> None:
    message, oddities = mend(
        MeterValues,
        f'{{"connectorId":1,"x":1,"meterValue":[{{"timestamp":{AT},"y":2,"sampledValue":[{{"value":"1","z":{{}}}}]}}]}}',
    )
    assert isinstance(message, MeterValues)
    assert message.meter_value == (MeterValue(timestamp=ELEVEN, sampled_value=(SampledValue(value="1"),)),)
    assert [(each.field, each.example) for each in oddities] == [
        ("MeterValues.meterValue.sampledValue.z", "{}"),
        ("MeterValues.meterValue.y", "2"),
        ("MeterValues.x", "1"),
    ]


def test_a_message_brings_a_bounded_number_of_findings() -> None:
    extra = ",".join(f'"f{n}":{n}' for n in range(1000))
    _, oddities = mend(Heartbeat, f"{{{extra}}}")
    assert len(oddities) == ODDITIES_MAX


@pytest.mark.parametrize(
    ("kind", "payload", "code"),
    [
        (Authorize, "[]", ErrorCode.FORMATION_VIOLATION),
        (Authorize, "{}", ErrorCode.PROTOCOL_ERROR),
        (Authorize, '{"idTag":{}}', ErrorCode.TYPE_CONSTRAINT_VIOLATION),
        (MeterValues, '{"connectorId":1}', ErrorCode.PROTOCOL_ERROR),
        (MeterValues, '{"connectorId":1,"meterValue":"x"}', ErrorCode.TYPE_CONSTRAINT_VIOLATION),
    ],
)
def test_what_even_tolerance_cannot_read_is_refused_with_the_right_code(
    kind: type[msgspec.Struct], payload: str, code: ErrorCode
) -> None:
    assert refusal(kind, payload) is code


def test_the_refusal_names_what_cannot_be_read_not_what_could_be_mended() -> None:
    with pytest.raises(ProtocolViolation) as caught:
        CODEC.mend(StatusNotification, b'{"connectorId":true,"errorCode":"Error","status":"Available"}', REFUSED)
    assert caught.value.description == "connectorId: Expected `int`, got `bool`"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_ASKED_OF_US = [action.request for action in ACTIONS.values() if Side.STATION in action.senders]


@given(st.sampled_from(_ASKED_OF_US), st.data())
def test_any_json_is_read_with_its_oddities_or_refused_by_a_violation(
    kind: type[msgspec.Struct], data: st.DataObject
) -> None:
    names = [field.encode_name for field in msgspec.structs.fields(kind)]
    fields: Mapping[str, object] = data.draw(st.dictionaries(st.sampled_from([*names, "x"]), _JSON))
    payload = msgspec.json.encode(fields)
    try:
        CODEC.read(kind, payload)  # type: ignore[type-var]  # any message type
    except ProtocolViolation as violation:
        try:
            _, oddities = CODEC.mend(kind, payload, violation)  # type: ignore[type-var]  # as above
        except ProtocolViolation:
            return
        assert oddities


# --- At the peer --------------------------------------------------------------------------------------------------


def test_the_peer_gives_the_oddities_with_the_call() -> None:
    event = Peer(Side.CENTRAL, lambda: "", codec=CODEC).receive(b'[2,"1","Heartbeat",{"now":1}]', 0.0)
    assert isinstance(event, CallReceived)
    assert event.oddities == odd(OddityKind.UNKNOWN_FIELD, "Heartbeat.now", "1")


def test_a_patient_peer_lets_one_answer_do_for_a_call_that_is_repeated_meanwhile() -> None:
    peer = Peer(Side.CENTRAL, lambda: "", codec=CODEC, is_patient=True)
    assert isinstance(peer.receive(b'[2,"1","Heartbeat",{}]', 0.0), CallReceived)
    assert isinstance(peer.receive(b'[2,"1","Heartbeat",{}]', 0.0), FrameIgnored)
    assert peer.owes_answer("1")


def test_every_kind_of_oddity_has_a_meaning() -> None:
    assert set(MEANINGS) == set(OddityKind)
