"""What the codec refuses to write: our own messages are held against the schema too (promise: the wire is valid)."""

from collections.abc import Callable

import pytest

from contactor.base.errors import BrokenPromise
from contactor.base.ids import ConnectorId, IdTag
from contactor.ocpp.codec import STRICT, Codec, write_payload
from contactor.ocpp.datatypes import ChargingSchedule, ChargingSchedulePeriod
from contactor.ocpp.enumerations import ChargingRateUnit
from contactor.ocpp.field_types import OcppObject
from contactor.ocpp.messages import (
    Authorize,
    DataTransfer,
    GetConfiguration,
    Heartbeat,
    MeterValues,
    MeterValuesResult,
    Request,
    UnlockConnector,
)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (Authorize(id_tag=IdTag("x" * 21)), "Authorize cannot be sent: .*idTag"),
        (UnlockConnector(connector_id=ConnectorId(-1)), "UnlockConnector cannot be sent: .*connectorId"),
        (MeterValues(connector_id=ConnectorId(1), meter_value=()), "MeterValues cannot be sent: .*meterValue"),
        (DataTransfer(vendor_id="x", data="a\0b"), "DataTransfer holds the character NUL"),
        (DataTransfer(vendor_id="x", data="\ud800"), "DataTransfer holds a text that UTF-8 cannot write"),
    ],
)
def test_rpc_11_a_message_of_ours_that_breaks_the_schema_is_not_written(message: OcppObject, reason: str) -> None:
    with pytest.raises(BrokenPromise, match=reason):
        write_payload(message)


@pytest.mark.parametrize("limit", [16.25, float("nan"), float("inf"), 0.30000000000000004])
def test_rpc_11_a_rate_that_ocpp_cannot_carry_cannot_be_made(limit: float) -> None:
    with pytest.raises(ValueError, match="at most one decimal in `limit`"):
        ChargingSchedulePeriod(start_period=0, limit=limit)
    with pytest.raises(ValueError, match="at most one decimal in `minChargingRate`"):
        ChargingSchedule(
            charging_rate_unit=ChargingRateUnit.W,
            charging_schedule_period=(ChargingSchedulePeriod(start_period=0, limit=1),),
            min_charging_rate=limit,
        )


@pytest.mark.parametrize("message", [Heartbeat(), MeterValuesResult()])
def test_rpc_08_a_message_without_fields_is_an_empty_object(message: OcppObject) -> None:
    assert write_payload(message) == b"{}"


@pytest.mark.parametrize("payload", [b"null", b" null\n", b"{}", b" { } "])
def test_rpc_08_null_is_read_as_an_empty_object(payload: bytes) -> None:
    assert STRICT.read(Heartbeat, payload) == Heartbeat()
    assert STRICT.read(GetConfiguration, payload) == GetConfiguration()


def test_d_07_an_empty_list_of_keys_is_not_the_codecs_business() -> None:
    assert STRICT.read(GetConfiguration, b'{"key":[]}') == GetConfiguration(key=())
    sixty = STRICT.read(GetConfiguration, b'{"key":[' + b",".join([b'"a"'] * 60) + b"]}")
    assert sixty == GetConfiguration(key=("a",) * 60)


class RoomyAuthorize(Request, frozen=True, kw_only=True):
    """An Authorize that takes idTags of any length."""

    id_tag: str


def test_another_family_of_types_can_read_in_place_of_the_strict_one() -> None:
    read: Callable[..., OcppObject] = Codec({Authorize: RoomyAuthorize}).read
    assert read(Authorize, b'{"idTag":"123456789012345678901"}') == RoomyAuthorize(id_tag="123456789012345678901")
