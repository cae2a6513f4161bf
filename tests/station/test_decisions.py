"""Decisions about single keys, where the guide contradicts itself or OCPP."""

import pytest

from tests.station.bench import Bench


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("NotApplicable", "Accepted"),
        ("1.NotApplicable", "Accepted"),
        ("Not Applicable", "Rejected"),
        ("1.RST", "Rejected"),
        ("1.NotApplicable,2.NotApplicable", "Rejected"),
    ],
)
def test_d_11_a_dc_charger_has_no_phases_to_rotate(value: str, answer: str) -> None:
    assert Bench().status_of_answer("ChangeConfiguration", {"key": "ConnectorPhaseRotation", "value": value}) == answer


@pytest.mark.parametrize("key", ["StopTxnAlignedData", "StopTxnSampledData"])
def test_d_13_the_lists_for_stops_stay_empty_and_so_do_stops(key: str) -> None:
    bench = Bench()
    assert bench.status_of_answer("ChangeConfiguration", {"key": key, "value": ""}) == "Accepted"
    assert bench.status_of_answer("ChangeConfiguration", {"key": key, "value": "SoC"}) == "Rejected"
    bench.charge()
    bench.badge()
    bench.wait(10)
    (stop,) = bench.calls("StopTransaction")
    assert "transactionData" not in stop


def test_d_33_pings_begin_with_the_connection_every_twenty_seconds() -> None:
    """D-33, TR-12: the guide's default, although the errata would like less."""
    assert Bench().pings == [20]


def test_d_33_the_interval_can_be_changed_while_connected() -> None:
    bench = Bench()
    bench.set("WebSocketPingInterval", "0")
    assert bench.pings == [20, 0]
