"""Every way to break a payload, with the CALLERROR code and the words that tell it (ERR-04 to ERR-11)."""

import msgspec
import pytest

from contactor.ocpp.codec import STRICT
from contactor.ocpp.errors import ErrorCode, ProtocolViolation, error_code_from_text
from contactor.ocpp.field_types import OcppObject
from contactor.ocpp.messages import (
    Authorize,
    BootNotification,
    ChangeConfiguration,
    HeartbeatResult,
    MeterValues,
    Reset,
    SetChargingProfile,
    UnlockConnector,
)
from contactor.ocpp.violations import explain

PROTOCOL = ErrorCode.PROTOCOL_ERROR
FORMATION = ErrorCode.FORMATION_VIOLATION
PROPERTY = ErrorCode.PROPERTY_CONSTRAINT_VIOLATION
OCCURENCE = ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION
TYPE = ErrorCode.TYPE_CONSTRAINT_VIOLATION

READING = b'{"connectorId":1,"meterValue":[{"timestamp":"2026-05-01T10:00:00Z","sampledValue":[%s]}]}'
PROFILE = (
    b'{"connectorId":1,"csChargingProfiles":{"chargingProfileId":1,"stackLevel":0,'
    b'"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Relative",'
    b'"chargingSchedule":{"chargingRateUnit":"W","chargingSchedulePeriod":[{"startPeriod":0,"limit":%s}]}}}'
)

CASES: list[tuple[type[OcppObject], bytes, ErrorCode, str]] = [
    (Authorize, b"{}", PROTOCOL, "Object missing required field `idTag`"),
    (Authorize, b"null", PROTOCOL, "Object missing required field `idTag`"),
    (MeterValues, READING % b"{}", PROTOCOL, "sampledValue[0]: Object missing required field `value`"),
    (Authorize, b'{"idTag":"a","x":1}', FORMATION, "Object contains unknown field `x`"),
    (MeterValues, READING % b'{"value":"1","x":1}', FORMATION, "sampledValue[0]: Object contains unknown field `x`"),
    (Authorize, b"[]", FORMATION, "Expected `object`, got `array`"),
    (Authorize, b'"idTag"', FORMATION, "Expected `object`, got `str`"),
    (Authorize, b"7", FORMATION, "Expected `object`, got `int`"),
    (Authorize, b'{"idTag":"a"', FORMATION, "truncated"),
    (Authorize, b'{"idTag":"\\ud800"}', FORMATION, ""),
    (Authorize, b'{"idTag":"\xff"}', FORMATION, "Text is not UTF-8"),
    (Authorize, b'{"idTag":' + b"[" * 100_000, TYPE, "idTag: Expected `str`, got `array`"),
    (Authorize, b'{"idTag":"123456789012345678901"}', PROPERTY, "idTag: Expected `str` of length <= 20"),
    (UnlockConnector, b'{"connectorId":-1}', PROPERTY, "connectorId: Expected `int` >= 0"),
    (UnlockConnector, b'{"connectorId":9223372036854775808}', PROPERTY, "connectorId: Expected `int` <= 9223372"),
    (SetChargingProfile, PROFILE % b"1e999", PROPERTY, "limit: Number out of range"),
    (SetChargingProfile, PROFILE % b"16.25", PROPERTY, "with at most one decimal in `limit`"),
    (Reset, b'{"type":"Warm"}', PROPERTY, "type: Invalid enum value 'Warm'"),
    (HeartbeatResult, b'{"currentTime":"yesterday"}', PROPERTY, "currentTime: Invalid RFC3339 encoded datetime"),
    (HeartbeatResult, b'{"currentTime":"2026-05-01T10:00:00"}', PROPERTY, "`datetime` with a timezone component"),
    (
        HeartbeatResult,
        b'{"currentTime":"9999-12-31T23:59:59-01:00"}',
        PROPERTY,
        "`currentTime` lies outside",
    ),
    (MeterValues, b'{"connectorId":1,"meterValue":[]}', OCCURENCE, "meterValue: Expected `array` of length >= 1"),
    (MeterValues, READING % b"", OCCURENCE, "sampledValue: Expected `array` of length >= 1"),
    (UnlockConnector, b'{"connectorId":"1"}', TYPE, "connectorId: Expected `int`, got `str`"),
    (UnlockConnector, b'{"connectorId":1.0}', TYPE, "connectorId: Expected `int`, got `float`"),
    (UnlockConnector, b'{"connectorId":true}', TYPE, "connectorId: Expected `int`, got `bool`"),
    (Authorize, b'{"idTag":null}', TYPE, "idTag: Expected `str`, got `null`"),
    (Reset, b'{"type":5}', TYPE, "type: Expected `str`, got `int`"),
    (SetChargingProfile, PROFILE % b'"16"', TYPE, "limit: Expected `float`, got `str`"),
]


@pytest.mark.parametrize(("kind", "payload", "code", "words"), CASES)
def test_err_04_to_09_each_kind_of_violation_has_its_code_and_names_the_field(
    kind: type[OcppObject], payload: bytes, code: ErrorCode, words: str
) -> None:
    with pytest.raises(ProtocolViolation) as refused:
        STRICT.read(kind, payload)
    assert (refused.value.code, dict(refused.value.details)) == (code, {})
    assert words in refused.value.description


def test_rpc_11_null_for_an_optional_field_is_refused() -> None:
    payload = b'{"chargePointVendor":"a","chargePointModel":"b","iccid":null}'
    with pytest.raises(ProtocolViolation, match="iccid: Expected `str`, got `null`"):
        STRICT.read(BootNotification, payload)


def test_err_06_a_payload_nested_too_deeply_breaks_the_form() -> None:
    violation = explain(RecursionError("maximum recursion depth exceeded"))
    assert (violation.code, violation.description) == (FORMATION, "JSON is nested too deeply")


def test_err_10_a_complaint_in_new_words_is_a_generic_error() -> None:
    violation = explain(msgspec.ValidationError("Something new - at `$.idTag`"))
    assert (violation.code, violation.description) == (ErrorCode.GENERIC_ERROR, "idTag: Something new")


def test_err_11_the_description_has_at_most_255_characters() -> None:
    with pytest.raises(ProtocolViolation) as refused:
        STRICT.read(Authorize, b'{"idTag":"a","' + b"x" * 1000 + b'":1}')
    assert refused.value.code is FORMATION
    assert len(refused.value.description) == 255


def test_err_11_a_field_name_made_to_look_like_a_path_changes_no_code() -> None:
    with pytest.raises(ProtocolViolation) as refused:
        STRICT.read(Authorize, b'{"idTag":"a","Expected `str`, got `int` - at `$.x":1}')
    assert refused.value.code is FORMATION


def test_a_refused_text_is_never_repeated() -> None:
    secret = b"hunter2" * 80
    with pytest.raises(ProtocolViolation) as refused:
        STRICT.read(ChangeConfiguration, b'{"key":"AuthorizationKey","value":"' + secret + b'"}')
    assert refused.value.code is PROPERTY
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("FormationViolation", FORMATION),
        ("FormatViolation", FORMATION),
        ("OccurenceConstraintViolation", OCCURENCE),
        ("OccurrenceConstraintViolation", OCCURENCE),
        ("NotSupported", ErrorCode.NOT_SUPPORTED),
        ("RpcFrameworkError", None),
        ("notsupported", None),
        ("", None),
    ],
)
def test_err_06_err_08_both_spellings_are_understood(word: str, code: ErrorCode | None) -> None:
    assert error_code_from_text(word) is code


def test_err_01_to_10_are_spelt_as_ocpp_1_6_fixed_them() -> None:
    assert sorted(ErrorCode) == [
        "FormationViolation",
        "GenericError",
        "InternalError",
        "NotImplemented",
        "NotSupported",
        "OccurenceConstraintViolation",
        "PropertyConstraintViolation",
        "ProtocolError",
        "SecurityError",
        "TypeConstraintViolation",
    ]
