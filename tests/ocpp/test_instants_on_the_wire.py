"""Instants: UTC with Z and at most three fraction digits out, any offset in, naive ones nowhere (RPC-13)."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from contactor.base.errors import BrokenPromise
from contactor.base.ids import ConnectorId, IdTag
from contactor.ocpp.codec import MESSAGE_TYPES, STRICT, write_payload
from contactor.ocpp.datatypes import IdTagInfo, MeterValue, SampledValue
from contactor.ocpp.enumerations import AuthorizationStatus, DataTransferStatus
from contactor.ocpp.messages import (
    DataTransferResult,
    GetDiagnostics,
    HeartbeatResult,
    MeterValues,
    SecurityEventNotification,
    StartTransaction,
    StartTransactionResult,
)
from tests.ocpp.oca_schemas import nodes, schema_of

TEN = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (TEN, "2026-05-01T10:00:00Z"),
        (TEN.replace(microsecond=123456), "2026-05-01T10:00:00.123Z"),
        (TEN.replace(microsecond=120000), "2026-05-01T10:00:00.120Z"),
        (TEN.replace(microsecond=999999), "2026-05-01T10:00:00.999Z"),
        (TEN.replace(microsecond=999), "2026-05-01T10:00:00Z"),
        (datetime(2026, 5, 1, 12, 0, tzinfo=timezone(timedelta(hours=2))), "2026-05-01T10:00:00Z"),
        (datetime(2026, 5, 1, 12, 0, 0, 7000, tzinfo=ZoneInfo("Europe/Paris")), "2026-05-01T10:00:00.007Z"),
        (datetime(2026, 5, 1, 10, 0, tzinfo=ZoneInfo("UTC")), "2026-05-01T10:00:00Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
    ],
)
def test_rpc_13_instants_are_written_in_utc_with_milliseconds_at_most(instant: datetime, text: str) -> None:
    assert write_payload(HeartbeatResult(current_time=instant)) == f'{{"currentTime":"{text}"}}'.encode()


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-05-01T10:00:00Z", TEN),
        ("2026-05-01T10:00:00.5Z", TEN.replace(microsecond=500000)),
        ("2026-05-01T12:00:00.123456+02:00", TEN.replace(microsecond=123456)),
        ("2026-05-01T12:00:00+0200", TEN),
        ("2026-04-30T23:30:00-10:30", TEN),
        ("2026-05-01T10:00:00.123456789Z", TEN.replace(microsecond=123457)),
    ],
)
def test_rpc_13_offsets_and_fractions_are_read_and_become_utc(text: str, instant: datetime) -> None:
    result = STRICT.read(HeartbeatResult, f'{{"currentTime":"{text}"}}'.encode())
    assert result.current_time == instant
    assert result.current_time.tzinfo is UTC


def test_rpc_13_every_instant_of_a_message_is_spelt_right() -> None:
    reading = MeterValue(timestamp=TEN.replace(microsecond=1), sampled_value=(SampledValue(value="1.123456"),))
    later = MeterValue(timestamp=TEN.replace(microsecond=654321), sampled_value=(SampledValue(value="2.5"),))
    assert write_payload(MeterValues(connector_id=ConnectorId(1), meter_value=(reading, later))) == (
        b'{"connectorId":1,"meterValue":['
        b'{"timestamp":"2026-05-01T10:00:00Z","sampledValue":[{"value":"1.123456"}]},'
        b'{"timestamp":"2026-05-01T10:00:00.654Z","sampledValue":[{"value":"2.5"}]}]}'
    )


def test_rpc_13_an_instant_deep_inside_and_two_side_by_side_are_spelt_right() -> None:
    verdict = IdTagInfo(status=AuthorizationStatus.ACCEPTED, expiry_date=TEN.replace(microsecond=250000))
    assert write_payload(StartTransactionResult(transaction_id=7, id_tag_info=verdict)) == (
        b'{"transactionId":7,"idTagInfo":{"status":"Accepted","expiryDate":"2026-05-01T10:00:00.250Z"}}'
    )
    request = GetDiagnostics(location="ftp://h/", start_time=TEN.replace(microsecond=1500), stop_time=TEN)
    assert write_payload(request) == (
        b'{"location":"ftp://h/","startTime":"2026-05-01T10:00:00.001Z","stopTime":"2026-05-01T10:00:00Z"}'
    )


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-01T10:00:00.123456Z",
        '"timestamp":"2026-05-01T10:00:00.123456Z"',
        '\\"timestamp":"2026-05-01T10:00:00.123456Z',
        ',"timestamp":"2026-05-01T10:00:00.123456Z',
    ],
)
def test_rpc_14_a_text_that_looks_like_an_instant_stays_as_it_is(text: str) -> None:
    event = SecurityEventNotification(type="Test", timestamp=TEN.replace(microsecond=5000), tech_info=text)
    payload = write_payload(event)
    assert b'"timestamp":"2026-05-01T10:00:00.005Z"' in payload
    assert STRICT.read(SecurityEventNotification, payload).tech_info == text
    result = DataTransferResult(status=DataTransferStatus.ACCEPTED, data=text)
    assert STRICT.read(DataTransferResult, write_payload(result)) == result


def test_rpc_13_a_naive_instant_of_ours_is_a_broken_promise_where_it_is_made() -> None:
    with pytest.raises(BrokenPromise, match=r"StartTransaction\.timestamp: 2026-05-01T10:00:00 names no UTC offset"):
        StartTransaction(
            connector_id=ConnectorId(1),
            id_tag=IdTag("a"),
            meter_start=0,
            timestamp=datetime(2026, 5, 1, 10),  # noqa: DTZ001 - the mistake under test
        )


def test_rpc_13_a_name_that_means_an_instant_never_means_anything_else() -> None:
    """The writer finds instants by the names of their fields, so no text field may share one."""
    instants: set[object] = set()
    others: set[object] = set()
    for kind in MESSAGE_TYPES:
        for path, node in nodes(schema_of(kind)):
            if path:
                (instants if node.get("format") == "date-time" else others).add(path[-1])
    assert len(instants) == 14
    assert not instants & others
