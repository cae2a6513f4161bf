"""Whole charging sessions on the bench."""

from tests.station.bench import Bench


def test_a_car_charges_from_plug_to_unplug() -> None:
    """The main story: TX-01, STP-01, TX-13, STP-04."""
    bench = Bench()
    bench.charge(for_s=300)
    assert bench.statuses() == ["Available", "Preparing", "Charging"]
    bench.badge()
    bench.wait(30)
    bench.unplug()
    bench.wait(1)
    (start,) = bench.calls("StartTransaction")
    (stop,) = bench.calls("StopTransaction")
    assert start["meterStart"] == 0
    assert stop["meterStop"] == bench.register_wh() > 5000
    assert stop["transactionId"] == 101
    assert stop["reason"] == "Local"
    assert stop["idTag"] == "TAG-1"
    assert "transactionData" not in stop
    assert bench.statuses() == ["Available", "Preparing", "Charging", "Finishing", "Available"]
    assert len(bench.calls("MeterValues")) == 5
