"""The schemas of OCPP 1.6 are the judge of our types: what we write is valid, what is invalid we refuse (RPC-11)."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contactor.ocpp.codec import MESSAGE_TYPES, STRICT, write_payload
from contactor.ocpp.errors import ErrorCode, ProtocolViolation
from contactor.ocpp.field_types import OcppObject
from contactor.ocpp.messages import (
    Authorize,
    GetCompositeScheduleResult,
    Heartbeat,
    HeartbeatResult,
    MeterValues,
    RemoteStopTransaction,
    SetChargingProfile,
    StatusNotification,
    StopTransaction,
    UnlockConnector,
)
from tests.ocpp.messages_made import messages
from tests.ocpp.oca_schemas import SCHEMA_NAMES, complaints, damages, example, nodes, replaced, schema_of

every_type = pytest.mark.parametrize("kind", MESSAGE_TYPES, ids=lambda kind: kind.__name__)


def test_there_is_a_schema_for_each_of_the_39_operations_both_ways() -> None:
    assert len(SCHEMA_NAMES) == 2 * 39


@every_type
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(made=st.data())
def test_rpc_11_every_message_we_can_make_is_valid_and_comes_back_as_it_was(
    kind: type[OcppObject], made: st.DataObject
) -> None:
    message = made.draw(messages(kind))
    payload = write_payload(message)
    assert complaints(kind, payload) == []
    assert STRICT.read(kind, payload) == message


@every_type
def test_rpc_11_a_message_with_every_field_is_read(kind: type[OcppObject]) -> None:
    whole = example(schema_of(kind))
    message = STRICT.read(kind, json.dumps(whole).encode())
    assert json.loads(write_payload(message)) == whole


@every_type
def test_rpc_11_every_word_of_every_list_and_every_text_at_its_limit_is_read(kind: type[OcppObject]) -> None:
    whole = example(schema_of(kind))
    for path, node in nodes(schema_of(kind)):
        words = node.get("enum", [])
        assert isinstance(words, list)
        if isinstance(length_max := node.get("maxLength"), int) and "enum" not in node:
            words = ["x" * length_max, "\N{EURO SIGN}" * length_max, ""]
        # Hertz stands only in a later addition to this set of schemas; OCPP 1.6 has no unit for it (MV-18).
        for word in (word for word in words if word != "Hertz"):
            STRICT.read(kind, json.dumps(replaced(whole, path, word)).encode())


@every_type
def test_rpc_11_err_04_to_09_every_damage_is_refused_with_the_code_for_its_kind(kind: type[OcppObject]) -> None:
    schema = schema_of(kind)
    whole = example(schema)
    for damage in damages(schema):
        payload = json.dumps(replaced(whole, damage.path, damage.new)).encode()
        assert complaints(kind, payload), f"{damage} is no damage"
        with pytest.raises(ProtocolViolation) as refused:
            STRICT.read(kind, payload)
        assert refused.value.code is damage.code, damage


PERIOD = '{"startPeriod":0,"limit":16.1}'
PROFILE = (
    '{"connectorId":1,"csChargingProfiles":{"chargingProfileId":1,"stackLevel":0,'
    '"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Relative",'
    '"chargingSchedule":{"chargingRateUnit":"W","chargingSchedulePeriod":[%s]}}}'
)
READING = '{"connectorId":1,"meterValue":[{"timestamp":"2026-05-01T10:00:00Z","sampledValue":[%s]}]}'
STOP = (
    '{"meterStop":1,"timestamp":"2026-05-01T10:00:00Z","transactionId":1,'
    '"transactionData":[{"timestamp":"2026-05-01T10:00:00Z","sampledValue":[]}]}'
)
PROPERTY, OCCURENCE = ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION

# What the schemas let pass and we refuse, each with its reason.
STRICTER: list[tuple[str, type[OcppObject], str, ErrorCode]] = [
    ("negative connectorId (ERR-07)", UnlockConnector, '{"connectorId":-1}', PROPERTY),
    ("connectorId beyond 64 bits", UnlockConnector, '{"connectorId":9223372036854775808}', PROPERTY),
    ("integer above 64 bits", RemoteStopTransaction, '{"transactionId":9223372036854775808}', PROPERTY),
    ("integer below 64 bits", RemoteStopTransaction, '{"transactionId":-9223372036854775809}', PROPERTY),
    ("garbage for an instant (RPC-13)", HeartbeatResult, '{"currentTime":"yesterday"}', PROPERTY),
    ("instant without offset (RPC-13)", HeartbeatResult, '{"currentTime":"2026-05-01T10:00:00"}', PROPERTY),
    ("instant outside the calendar", HeartbeatResult, '{"currentTime":"0001-01-01T00:00:00+01:00"}', PROPERTY),
    ("no period at all (ERR-08)", SetChargingProfile, PROFILE % "", OCCURENCE),
    (
        "no period at all, answering (ERR-08)",
        GetCompositeScheduleResult,
        '{"status":"Accepted","chargingSchedule":{"chargingRateUnit":"W","chargingSchedulePeriod":[]}}',
        OCCURENCE,
    ),
    ("transaction data without a value (ERR-08)", StopTransaction, STOP, OCCURENCE),
    ("Hertz, no unit of 1.6 (MV-18)", MeterValues, READING % '{"value":"50","unit":"Hertz"}', PROPERTY),
]


@pytest.mark.parametrize(("kind", "payload", "code"), [row[1:] for row in STRICTER], ids=[row[0] for row in STRICTER])
def test_err_07_err_08_where_we_are_stricter_than_the_schemas(
    kind: type[OcppObject], payload: str, code: ErrorCode
) -> None:
    assert complaints(kind, payload.encode()) == []
    with pytest.raises(ProtocolViolation) as refused:
        STRICT.read(kind, payload.encode())
    assert refused.value.code is code


# What the schemas refuse and we let pass, each with its reason.
LOOSER: list[tuple[str, type[OcppObject], str]] = [
    ("null for an empty payload (RPC-08)", Heartbeat, "null"),
    (
        "digits finer than a float can hold",
        SetChargingProfile,
        PROFILE % '{"startPeriod":0,"limit":16.10000000000000001}',
    ),
]


@pytest.mark.parametrize(("kind", "payload"), [row[1:] for row in LOOSER], ids=[row[0] for row in LOOSER])
def test_rpc_11_where_we_are_looser_than_the_schemas(kind: type[OcppObject], payload: str) -> None:
    assert complaints(kind, payload.encode()) != []
    STRICT.read(kind, payload.encode())


@pytest.mark.parametrize("unit", ["Celsius", "Celcius"])
def test_mv_18_both_spellings_of_the_unit_are_read(unit: str) -> None:
    payload = (READING % f'{{"value":"21.5","unit":"{unit}"}}').encode()
    assert STRICT.read(MeterValues, payload).meter_value[0].sampled_value[0].unit == unit


@pytest.mark.parametrize("transaction_id", [9223372036854775807, 0, -1])
def test_cs_13_odd_transaction_ids_of_real_stations_are_read(transaction_id: int) -> None:
    payload = (
        f'{{"connectorId":0,"transactionId":{transaction_id},' + (READING % '{"value":"1"}')[len('{"connectorId":1,') :]
    )
    assert STRICT.read(MeterValues, payload.encode()).transaction_id == transaction_id


@pytest.mark.parametrize("limit", ["0", "0.1", "0.3", "1.1", "16", "21.4", "32.0", "50000.7", "119999.9", "-4.6"])
def test_rpc_11_every_limit_with_one_decimal_is_read(limit: str) -> None:
    profile = STRICT.read(SetChargingProfile, (PROFILE % f'{{"startPeriod":0,"limit":{limit}}}').encode())
    period = profile.cs_charging_profiles.charging_schedule.charging_schedule_period[0]
    assert period.limit == float(limit)


def test_rpc_11_optional_fields_left_out_are_absent_on_the_wire() -> None:
    payload = b'{"connectorId":0,"errorCode":"NoError","status":"Available"}'
    assert write_payload(STRICT.read(StatusNotification, payload)) == payload


def test_rpc_14_a_text_is_kept_as_it_was_sent() -> None:
    assert STRICT.read(Authorize, b'{"idTag":"aBc "}').id_tag == "aBc "
