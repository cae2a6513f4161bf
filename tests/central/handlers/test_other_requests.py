"""Requests that are kept and answered, each in its own words."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from contactor.base.ids import IdTag
from contactor.central.handlers.signing import open_signing
from contactor.central.inbound import inbound_table
from contactor.central.roster import Roster
from contactor.central.tags import Tag
from contactor.ocpp.actions import ACTIONS, Side
from tests.central.bench import CentralBench, central_in, settings, wire_time


@pytest.fixture
def central(database: str) -> Iterator[CentralBench]:
    with central_in(database, tags=(Tag(IdTag("TAG-1"), parent_id_tag=IdTag("FLEET")),)) as bench:
        yield bench


def rows(central: CentralBench, query: str) -> list[tuple[object, ...]]:
    with central.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_every_action_of_a_station_has_a_handler() -> None:
    of_stations = {name for name, action in ACTIONS.items() if Side.STATION in action.senders}
    assert inbound_table(settings(), open_signing(settings(), Roster())).keys() == of_stations


def test_cs_08_authorize_judges_the_tag_in_any_case(central: CentralBench) -> None:
    line = central.connect_accepted()
    accepted = {"idTagInfo": {"status": "Accepted", "parentIdTag": "FLEET"}}
    assert line.ask("Authorize", {"idTag": "tag-1"}) == accepted
    assert line.ask("Authorize", {"idTag": "TAG-9"}) == {"idTagInfo": {"status": "Invalid"}}


def test_cs_09_authorize_never_says_concurrent(central: CentralBench) -> None:
    line = central.connect_accepted()
    start = {"connectorId": 1, "idTag": "TAG-1", "meterStart": 0, "timestamp": wire_time(0)}
    line.ask("StartTransaction", dict(start))
    again = line.ask("StartTransaction", {**start, "connectorId": 2})["idTagInfo"]
    assert again == {"status": "ConcurrentTx", "parentIdTag": "FLEET"}
    authorized = line.ask("Authorize", {"idTag": "TAG-1"})["idTagInfo"]
    assert authorized == {"status": "Accepted", "parentIdTag": "FLEET"}


def test_dt_05_data_transfer_is_answered_by_a_result_and_kept(central: CentralBench) -> None:
    line = central.connect_accepted()
    sent = {"vendorId": "com.example", "messageId": "Hello", "data": "x"}
    assert line.ask("DataTransfer", dict(sent)) == {"status": "UnknownVendorId"}
    ((action, content),) = rows(central, "SELECT action, content FROM notifications")
    assert (action, content) == ("DataTransfer", '{"vendorId":"com.example","messageId":"Hello","data":"x"}')


def test_se_05_security_events_of_any_type_are_kept_and_once(central: CentralBench) -> None:
    line = central.connect_accepted()
    known = {"type": "TamperDetectionActivated", "timestamp": wire_time(1), "techInfo": "door"}
    for event in (known, known, {"type": "SomethingNew", "timestamp": wire_time(2)}):
        assert line.ask("SecurityEventNotification", dict(event)) == {}
    assert rows(central, "SELECT type, details FROM security_events ORDER BY id") == [
        ("TamperDetectionActivated", "door"),
        ("SomethingNew", ""),
    ]


def test_fw_14_firmware_and_diagnostics_statuses_are_kept_and_the_last_is_shown(central: CentralBench) -> None:
    line = central.connect_accepted()
    for status in ("Downloading", "Installed"):
        assert line.ask("FirmwareStatusNotification", {"status": status}) == {}
    assert line.ask("DiagnosticsStatusNotification", {"status": "Uploading"}) == {}
    shown = rows(central, "SELECT firmware_status, diagnostics_status FROM stations WHERE id = 'RDAM-01'")
    assert shown == [("Installed", "Uploading")]
    assert rows(central, "SELECT count(*) FROM notifications") == [(3,)]


def test_white_paper_messages_are_kept_and_answered(central: CentralBench) -> None:
    line = central.connect_accepted()
    assert line.ask("LogStatusNotification", {"status": "Uploaded", "requestId": 1}) == {}
    assert line.ask("SignedFirmwareStatusNotification", {"status": "Installed"}) == {}
    assert line.ask("SignCertificate", {"csr": "-----BEGIN"}) == {"status": "Rejected"}
    assert rows(central, "SELECT action FROM notifications ORDER BY id") == [
        ("LogStatusNotification",),
        ("SignedFirmwareStatusNotification",),
        ("SignCertificate",),
    ]


def test_readings_in_a_stop_belong_to_its_transaction(central: CentralBench) -> None:
    line = central.connect_accepted()
    start = {"connectorId": 2, "idTag": "TAG-1", "meterStart": 0, "timestamp": wire_time(0)}
    number = line.ask("StartTransaction", dict(start))["transactionId"]
    assert isinstance(number, int)
    reading = {"timestamp": wire_time(30), "sampledValue": [{"value": "700", "context": "Transaction.End"}]}
    stop = {"transactionId": number, "meterStop": 700, "timestamp": wire_time(30), "transactionData": [reading]}
    assert line.ask("StopTransaction", dict(stop)) == {}
    assert line.ask("StopTransaction", dict(stop)) == {}
    (kept,) = central.queries.readings(number)
    assert (kept.connector_id, kept.energy_wh) == (2, 700)


@pytest.mark.parametrize("number", [0, -1, 9_223_372_036_854_775_807])
def test_mv_16_cs_01_readings_with_any_transaction_number_are_answered_and_kept(
    central: CentralBench, number: int
) -> None:
    line = central.connect_accepted()
    values = [{"timestamp": wire_time(1), "sampledValue": [{"value": "garbage"}]}]
    assert line.ask("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": values}) == {}
    (kept,) = central.queries.stray_readings("RDAM-01")
    assert (kept.claimed_id, kept.energy_wh, kept.samples) == (number, None, ({"value": "garbage"},))


def test_rpc_08_null_payloads_pass(central: CentralBench) -> None:
    line = central.connect_accepted()
    line.say('[2,"n","Heartbeat",null]')
    assert line.wire.sent[-1] == [3, "n", {"currentTime": wire_time(0)}]
