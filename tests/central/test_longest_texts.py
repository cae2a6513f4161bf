"""The longest texts a station can bring in find room in both databases, columns and unique indexes alike."""

from random import Random

import pytest

from contactor.central.store.key_room import fitting
from tests.central.bench import Json, central_in, wire_time

# Four bytes of UTF-8 each, in no order: nothing that an index could make short.
LONG = "".join(chr(0x20000 + Random(number).randrange(0xA000)) for number in range(500))
# One letter that is two when case does not count.
SWELLING = "ß" * 500


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a" * 255, "a" * 255),
        ("é" * 200, "é" * 200),
        ("é" * 201, "é" * 200),
        ("a" + "é" * 255, "a" + "é" * 199),
        (LONG, LONG[:100]),
        ("", ""),
    ],
)
def test_a_text_is_cut_between_letters_and_only_where_its_bytes_find_no_room(text: str, kept: str) -> None:
    assert fitting(text) == kept


@pytest.mark.parametrize("text", [LONG, SWELLING], ids=["four bytes", "swelling"])
def test_every_text_at_its_longest_is_kept(database: str, text: str) -> None:
    start: Json = {"connectorId": 1, "idTag": text, "meterStart": 0, "timestamp": wire_time(0)}
    sampled: Json = dict.fromkeys(("value", "unit", "measurand", "phase", "context", "location", "format"), text)
    reading = {"timestamp": wire_time(1), "sampledValue": [sampled, {text: text, "value": "1"}]}
    boot: Json = dict.fromkeys(
        (
            "chargePointVendor",
            "chargePointModel",
            "chargePointSerialNumber",
            "chargeBoxSerialNumber",
            "firmwareVersion",
            "iccid",
            "imsi",
            "meterType",
            "meterSerialNumber",
            text,
        ),
        text,
    )
    status: Json = dict.fromkeys(("errorCode", "status", "info", "vendorId", "vendorErrorCode"), text)
    with central_in(database) as central:
        line = central.connect()
        assert line.ask("BootNotification", boot)["status"] == "Accepted"
        for _ in range(2):
            number = line.ask("StartTransaction", start)["transactionId"]
            line.ask("Authorize", {"idTag": text})
            assert line.ask("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [reading]}) == {}
            stop = {"transactionId": number, "meterStop": 9, "timestamp": wire_time(2), "idTag": text, "reason": text}
            line.ask("StopTransaction", stop)
            line.ask("StopTransaction", {**stop, "transactionId": 99, "transactionData": [reading]})
            assert line.ask("StatusNotification", {"connectorId": 1, "timestamp": wire_time(3), **status}) == {}
            assert (
                line.ask("SecurityEventNotification", {"type": text, "timestamp": wire_time(4), "techInfo": text}) == {}
            )
            line.ask("DataTransfer", {"vendorId": text, "messageId": text, "data": text})
            line.ask("FirmwareStatusNotification", {"status": text})
            line.ask("LogStatusNotification", {"status": text})
        central.sessions.note_last_seen()  # writes the quirks that were counted
        assert len(central.queries.transactions()) == 1
        assert len(central.queries.stray_stops()) == 1
        assert len(central.queries.quirks()) > 10
