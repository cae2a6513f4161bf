"""StopTransaction carries the readings that the StopTxn lists name (STP-03, MV-01, MV-04, PW-01)."""

import pytest

from contactor.station.transaction_data import READINGS_MAX
from tests.station.bench import Bench, Payload
from tests.station.generic.spelling import generic

REGISTER = "Energy.Active.Import.Register"


def ended(bench: Bench) -> list[Payload]:
    bench.badge()
    bench.wait(10)
    data: list[Payload] = bench.calls("StopTransaction")[-1]["transactionData"]
    return data


def contexts(data: list[Payload]) -> list[str]:
    return [reading["sampledValue"][0]["context"] for reading in data]


def test_stp_03_begin_samples_and_end_are_told_with_the_stop() -> None:
    bench = generic(MeterValueSampleInterval="20", StopTxnSampledData=f"{REGISTER},SoC")
    bench.charge(for_s=50)
    data = ended(bench)
    assert contexts(data) == ["Transaction.Begin", "Sample.Periodic", "Sample.Periodic", "Transaction.End"]
    assert [value["measurand"] for value in data[0]["sampledValue"]] == [REGISTER, "SoC"]
    (stop,) = bench.calls("StopTransaction")
    (start,) = bench.calls("StartTransaction")
    registers = [int(reading["sampledValue"][0]["value"]) for reading in data]
    assert (registers[0], registers[-1]) == (start["meterStart"], stop["meterStop"])
    assert registers == sorted(registers)
    assert (data[0]["timestamp"], data[-1]["timestamp"]) == (start["timestamp"], stop["timestamp"])


def test_mv_04_readings_of_the_clock_are_a_list_of_their_own() -> None:
    bench = generic(
        MeterValueSampleInterval="0",
        ClockAlignedDataInterval="30",
        StopTxnSampledData="",
        StopTxnAlignedData=REGISTER,
    )
    bench.charge(for_s=70)
    assert contexts(ended(bench)) == ["Sample.Clock", "Sample.Clock"]


def test_stp_03_empty_lists_are_no_data() -> None:
    bench = generic(StopTxnSampledData="", MeterValueSampleInterval="10")
    bench.charge(for_s=50)
    bench.badge()
    bench.wait(10)
    assert "transactionData" not in bench.calls("StopTransaction")[0]


def test_d_13_the_evlink_still_tells_none() -> None:
    bench = Bench(initial={"MeterValueSampleInterval": "10"})
    bench.charge(for_s=50)
    bench.badge()
    bench.wait(10)
    assert "transactionData" not in bench.calls("StopTransaction")[0]


def test_pw_01_what_was_read_before_a_power_cut_is_told_after_it() -> None:
    bench = generic(MeterValueSampleInterval="20")
    bench.charge(for_s=50)
    bench.power_cut(away_s=100)
    bench.wait(10)
    (stop,) = bench.calls("StopTransaction")
    assert stop["reason"] == "PowerLoss"
    expected = ["Transaction.Begin", "Sample.Periodic", "Sample.Periodic", "Transaction.End"]
    assert contexts(stop["transactionData"]) == expected
    assert bench.store.rows("transaction_data") == {}


def test_a_long_charge_keeps_its_data_bounded_from_first_to_last() -> None:
    bench = generic(MeterValueSampleInterval="5")
    bench.charge(for_s=5 * READINGS_MAX * 4)
    data = ended(bench)
    assert READINGS_MAX // 2 <= len(data) <= READINGS_MAX + 1
    assert (contexts(data)[0], contexts(data)[-1]) == ("Transaction.Begin", "Transaction.End")


def test_cf_08_what_no_meter_tells_is_rejected() -> None:
    change = {"key": "StopTxnSampledData", "value": "Temperature"}
    assert generic().status_of_answer("ChangeConfiguration", change) == "Rejected"


@pytest.mark.parametrize("key", ["MeterValuesSampledData", "StopTxnSampledData"])
def test_mv_01_voltage_needs_no_switch_of_its_own(key: str) -> None:
    bench = generic(MeterValueSampleInterval="10", **{key: "Voltage"})
    bench.charge(for_s=30)
    readings = ended(bench) if key == "StopTxnSampledData" else bench.calls("MeterValues")[-1]["meterValue"]
    assert readings[-1]["sampledValue"][0]["measurand"] == "Voltage"
