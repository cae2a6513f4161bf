"""What a product or its factory leaves out is answered as OCPP says (CF-18, ERR-01, ERR-02, CF-10..14)."""

import pytest

from contactor.guide.load import load_product
from tests.station.bench import Payload
from tests.station.generic.spelling import generic

PROFILES = "Core,RemoteTrigger"
ABSENT: dict[str, Payload] = {
    "GetLocalListVersion": {},
    "SendLocalList": {"listVersion": 1, "updateType": "Full"},
    "CancelReservation": {"reservationId": 1},
    "ClearChargingProfile": {},
    "UpdateFirmware": {"location": "ftp://x/y", "retrieveDate": "2026-03-01T12:00:00Z"},
    "GetDiagnostics": {"location": "ftp://x/y"},
}


@pytest.mark.parametrize("action", ABSENT)
def test_err_02_an_action_of_a_profile_that_is_off_is_not_supported(action: str) -> None:
    answer = generic(SupportedFeatureProfiles=PROFILES).ask(action, ABSENT[action])
    assert (answer[0], answer[2]) == (4, "NotSupported")


@pytest.mark.parametrize("action", ABSENT)
def test_cf_18_the_same_is_done_while_the_profile_is_on(action: str) -> None:
    assert generic().ask(action, ABSENT[action])[0] == 3


def test_err_01_what_nobody_knows_is_not_implemented() -> None:
    assert generic().ask("Fly", {})[2] == "NotImplemented"


@pytest.mark.parametrize("message", ["DiagnosticsStatusNotification", "FirmwareStatusNotification"])
def test_trg_01_a_message_of_a_profile_that_is_off_cannot_be_asked_for(message: str) -> None:
    bench = generic(SupportedFeatureProfiles=PROFILES)
    assert bench.status_of_answer("TriggerMessage", {"requestedMessage": message}) == "NotImplemented"
    assert bench.status_of_answer("TriggerMessage", {"requestedMessage": "Heartbeat"}) == "Accepted"


def test_cf_14_what_only_the_factory_sets_is_unknown_to_the_central_system() -> None:
    bench = generic()
    answer = bench.ask("GetConfiguration", {"key": ["SupervisionUrl", "AuthenticationOCPPMode"]})
    assert answer[2] == {"unknownKey": ["SupervisionUrl", "AuthenticationOCPPMode"]}
    told = {entry["key"] for entry in bench.ask("GetConfiguration", {})[2]["configurationKey"]}
    assert told.isdisjoint({"SupervisionUrl", "BoxIdentifier", "ChargeLimitedPower"})
    change = {"key": "AuthenticationOCPPMode", "value": "false"}
    assert bench.status_of_answer("ChangeConfiguration", change) == "NotSupported"


def test_the_factory_may_let_everybody_charge() -> None:
    bench = generic(authenticationocppmode="false")
    bench.plug(1)
    assert [start["idTag"] for start in bench.calls("StartTransaction")] == ["SIMTAG"]


def test_mv_06_offline_the_plain_interval_goes_on() -> None:
    bench = generic(MeterValueSampleInterval="20")
    bench.charge(for_s=5)
    bench.lose_line()
    bench.wait(60)
    bench.repair_line()
    bench.wait(1)
    assert len(bench.calls("MeterValues")) >= 3


def test_dt_01_no_vendor_is_known() -> None:
    assert generic().status_of_answer("DataTransfer", {"vendorId": "com.se.cost"}) == "UnknownVendorId"


def test_sc_17_the_power_of_every_connector_is_the_stations_where_no_key_limits_it() -> None:
    product = load_product("generic_dc")
    assert "ConnectorALimitedPower" not in product.configuration
    answer = generic("GDC60-1").ask("GetCompositeSchedule", {"connectorId": 1, "duration": 10})
    assert answer[2]["chargingSchedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 60_000}]
