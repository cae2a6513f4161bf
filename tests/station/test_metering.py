"""Samples of transactions and of the clock: when, with what, and that the values fit together (MV, D-08..10, D-25)."""

import itertools
import re
from datetime import datetime

import pytest

from contactor.base.ids import OutletNumber
from contactor.rig.garage import vehicle_model
from contactor.rig.vehicle import Vehicle
from tests.station.bench import Bench, Payload

UNITS = {
    "Energy.Active.Import.Register": "Wh",
    "Power.Active.Import": "W",
    "Power.Offered": "W",
    "Current.Import": "A",
    "Current.Offered": "A",
    "SoC": "Percent",
    "Voltage": "V",
}
ALL = ",".join(UNITS)


def samples(bench: Bench, connector: int = 1, context: str = "Sample.Periodic") -> list[Payload]:
    """The meterValue of each message of a connector with a context."""
    values = [each["meterValue"] for each in bench.calls("MeterValues") if each["connectorId"] == connector]
    assert all(len(each) == 1 for each in values)
    return [each for (each,) in values if each["sampledValue"][0]["context"] == context]


def seconds(values: list[Payload]) -> list[float]:
    """Their timestamps as seconds after noon of the bench's first day."""
    noon = datetime.fromisoformat("2026-03-01T12:00:00Z")
    return [(datetime.fromisoformat(each["timestamp"]) - noon).total_seconds() for each in values]


def by_measurand(value: Payload) -> dict[str, float]:
    return {each["measurand"]: float(each["value"]) for each in value["sampledValue"]}


def charging(interval: str = "60", *, for_s: float = 0.0, **initial: str) -> Bench:
    """A bench whose car has been charging since second 0."""
    bench = Bench(initial={"MeterValueSampleInterval": interval, **initial})
    bench.charge(for_s=for_s)
    return bench


def test_mv_01_a_sample_every_interval_from_the_start_of_the_transaction() -> None:
    """MV-01: started at second 7, every 20 s; id, one meterValue, all measurands at one instant."""
    bench = Bench(initial={"MeterValueSampleInterval": "20"})
    bench.wait(7)
    bench.charge(for_s=65)
    assert seconds(samples(bench)) == [27, 47, 67]
    assert {each["transactionId"] for each in bench.calls("MeterValues")} == {101}
    assert [frame.at_s for frame in bench.frames if frame.action == "MeterValues"] == [27, 47, 67]


def test_mv_02_an_interval_of_zero_samples_nothing() -> None:
    bench = charging("0", for_s=180)
    assert bench.calls("MeterValues") == []


@pytest.mark.parametrize("key", ["MeterValuesSampledData", "MeterValuesAlignedData"])
def test_mv_03_an_empty_list_means_the_register(key: str) -> None:
    """MV-03: for samples and for the readings of the clock alike."""
    bench = charging("30", for_s=31, ClockAlignedDataInterval="30", **{key: ""})
    context = "Sample.Periodic" if key == "MeterValuesSampledData" else "Sample.Clock"
    (value,) = samples(bench, context=context)
    assert list(by_measurand(value)) == ["Energy.Active.Import.Register"]


def test_mv_04_mv_05_readings_at_the_clock_s_boundaries() -> None:
    """MV-04, MV-05: from second 7 on every 20 s of the day, of both connectors, with an id where one charges."""
    bench = Bench(initial={"MeterValueSampleInterval": "0"})
    bench.wait(7)
    bench.set("ClockAlignedDataInterval", "20")
    bench.charge(for_s=55)
    for connector in (1, 2):
        assert seconds(samples(bench, connector, "Sample.Clock")) == [20, 40, 60]
    told = {(each["connectorId"], each.get("transactionId")) for each in bench.calls("MeterValues")}
    assert told == {(1, 101), (2, None)}


def test_mv_04_the_grid_begins_anew_at_midnight() -> None:
    """MV-04: 00:00:00 + k * 7000 s of the UTC day, although 7000 does not divide a day."""
    bench = Bench(initial={"ClockAlignedDataInterval": "7000"})
    bench.wait(43_200 + 7001)
    # Noon is second 43 200: the next multiples are 49 000 ... 84 000, then midnight and 7000 s after it.
    expected = [value - 43_200 for value in (49_000, 56_000, 63_000, 70_000, 77_000, 84_000, 86_400, 93_400)]
    assert seconds(samples(bench, context="Sample.Clock")) == expected


def test_mv_04_cf_19_a_new_interval_of_the_clock_acts_at_once() -> None:
    bench = Bench(initial={"ClockAlignedDataInterval": "900"})
    bench.wait(100)
    bench.set("ClockAlignedDataInterval", "60")
    bench.wait(140)
    bench.set("ClockAlignedDataInterval", "0")
    bench.wait(1000)
    assert seconds(samples(bench, context="Sample.Clock")) == [120, 180, 240]


def test_mv_06_d_25_offline_the_guide_s_interval_holds() -> None:
    """MV-06, D-25: first offline sample one interval after the loss, then the normal grid resumes."""
    bench = charging("60", for_s=130, disconnectedMeterValueSampleInterval="100")
    bench.lose_line()
    bench.wait(330)
    bench.repair_line()
    back_s = bench.now_s
    bench.wait(100)
    times = seconds(samples(bench))
    assert times[:5] == [60, 120, 230, 330, 430]
    online = [each for each in times if each > back_s]
    assert online == [beat_s for beat_s in range(0, 2000, 60) if back_s < beat_s <= bench.now_s]


def test_mv_06_d_25_with_both_keys_equal_only_the_grid_moves() -> None:
    """D-25: what OCTT expects, with both keys at 60 s."""
    bench = charging("60", for_s=70, disconnectedMeterValueSampleInterval="60")
    bench.lose_line()
    bench.wait(125)
    assert bench.station.messages_owed == 2
    bench.repair_line()
    bench.wait(1)
    assert seconds(samples(bench))[:3] == [60, 130, 190]


def test_mv_07_d_09_the_context_is_in_every_value() -> None:
    """MV-07, D-09: periodic, clock and trigger; never the begin or end of a transaction."""
    bench = charging("30", for_s=35, ClockAlignedDataInterval="30")
    bench.ask("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1})
    bench.badge()
    bench.wait(20)
    for message in bench.calls("MeterValues"):
        contexts = {each["context"] for each in message["meterValue"][0]["sampledValue"]}
        assert len(contexts) == 1
    contexts = {each["meterValue"][0]["sampledValue"][0]["context"] for each in bench.calls("MeterValues")}
    assert contexts == {"Sample.Periodic", "Sample.Clock", "Trigger"}


def test_mv_08_mv_09_d_08_how_every_measurand_is_written() -> None:
    """MV-08, MV-09, D-08: the seven measurands with their units and places, decimal texts, no phase."""
    bench = charging("30", EnabeMeterValuesContainVoltage="true", MeterValuesSampledData=ALL)
    bench.wait(30)
    (value,) = samples(bench)
    assert {each["measurand"]: each["unit"] for each in value["sampledValue"]} == UNITS
    for each in value["sampledValue"]:
        assert re.fullmatch(r"-?\d+(\.\d+)?", each["value"])
        assert each.get("format", "Raw") == "Raw"
        assert "phase" not in each
        assert each.get("location", "Outlet") == ("EV" if each["measurand"] == "SoC" else "Outlet")


def test_mv_08_mv_14_the_values_of_one_instant_fit_together() -> None:
    """MV-08: volts times amperes is watts within their rounding, and nothing is above what is offered (MV-14)."""
    bench = charging("10", for_s=900, EnabeMeterValuesContainVoltage="true", MeterValuesSampledData=ALL)
    values = [by_measurand(each) for each in samples(bench)]
    assert len(values) == 90
    for value in values:
        product_w = value["Voltage"] * value["Current.Import"]
        rounding_w = 0.0005 * (value["Voltage"] + value["Current.Import"] + 1)
        assert value["Power.Active.Import"] == pytest.approx(product_w, abs=rounding_w)
        assert value["Power.Active.Import"] <= value["Power.Offered"] + 0.001
        assert value["Current.Import"] <= value["Current.Offered"] + 0.001


def test_mv_10_the_register_is_the_integral_of_the_power() -> None:
    """MV-10: it never falls, and between samples it grows by the power that flowed, within the curve's bend."""
    bench = charging("10", for_s=900)
    values = [by_measurand(each) for each in samples(bench)]
    registers = [value["Energy.Active.Import.Register"] for value in values]
    assert registers == sorted(registers)
    steady = values[3:]
    area_wh = sum((a["Power.Active.Import"] + b["Power.Active.Import"]) / 2 * 10 / 3600 for a, b in pairs(steady))
    grown_wh = steady[-1]["Energy.Active.Import.Register"] - steady[0]["Energy.Active.Import.Register"]
    assert grown_wh == pytest.approx(area_wh, rel=0.001, abs=1.0)


def pairs(values: list[dict[str, float]]) -> list[tuple[dict[str, float], dict[str, float]]]:
    return list(itertools.pairwise(values))


def test_mv_11_a_car_that_does_not_tell_its_state_of_charge() -> None:
    """MV-11: SoC is left out; with nothing else in the list there is no message at all."""
    bench = Bench(model="EVD1S180THB", initial={"MeterValueSampleInterval": "30"})
    bench.plug(2, model="old_hatchback")
    bench.badge()
    bench.wait(31)
    assert "SoC" not in by_measurand(samples(bench, 2)[0])
    bench.set("MeterValuesSampledData", "SoC")
    bench.wait(60)
    assert len(samples(bench, 2)) == 1
    bench.ask("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 2})
    assert samples(bench, 2, "Trigger") == []


@pytest.mark.parametrize("key", ["MeterValuesSampledData", "MeterValuesAlignedData"])
@pytest.mark.parametrize(
    "value",
    ["Voltage.L1", "Frequency", "Voltage", "soc", "SoC,,", "Power.Offered,Frequency", ",".join(["SoC"] * 10)],
)
def test_mv_12_cf_08_a_list_with_one_wrong_item_changes_nothing(key: str, value: str) -> None:
    """MV-12, CF-08: unsupported, misspelt, empty or too many; all or nothing."""
    bench = Bench()
    before = bench.ask("GetConfiguration", {"key": [key]})[2]
    assert bench.status_of_answer("ChangeConfiguration", {"key": key, "value": value}) == "Rejected"
    assert bench.ask("GetConfiguration", {"key": [key]})[2] == before


@pytest.mark.parametrize(
    ("change_s", "interval", "expected"),
    [
        pytest.param(65, "10", [60, 70, 80, 90], id="MV-13 as the rule has it"),
        pytest.param(115, "10", [60, 120, 130], id="MV-13 not at once, although a beat has passed"),
        pytest.param(65, "0", [60], id="MV-13 no more"),
        pytest.param(65, "100", [60, 100], id="MV-13 slower"),
    ],
)
def test_mv_13_a_new_interval_counts_from_the_start_as_well(
    change_s: float, interval: str, expected: list[float]
) -> None:
    """MV-13, CF-19: the next sample is the next beat of the new grid."""
    bench = charging("60", for_s=change_s)
    bench.set("MeterValueSampleInterval", interval)
    bench.wait({"10": 30, "0": 300, "100": 50}[interval] - change_s % 5)
    assert seconds(samples(bench))[: len(expected)] == expected
    assert interval != "0" or len(samples(bench)) == 1


def test_mv_14_offered_is_what_the_car_could_have() -> None:
    """MV-14: 60 kW in the cabinet: both offers follow from it, whatever the car takes."""
    bench = Bench(model="EVD1S60TBB", initial={"MeterValueSampleInterval": "60"})
    bench.plug(1, soc=0.97)
    bench.badge()
    bench.wait(61)
    value = by_measurand(samples(bench)[0])
    assert value["Power.Offered"] == 60_000
    assert value["Power.Active.Import"] < 30_000


def test_mv_15_d_10_voltage_is_one_switch() -> None:
    """MV-15, D-10: off by default; on, it ends every list once; off again, it is gone and the lists are as before."""
    bench = charging("20", for_s=21, ClockAlignedDataInterval="20")
    assert "Voltage" not in by_measurand(samples(bench)[0])
    lists = bench.ask("GetConfiguration", {"key": ["MeterValuesSampledData", "MeterValuesAlignedData"]})[2]
    bench.set("EnabeMeterValuesContainVoltage", "true")
    bench.wait(20)
    bench.ask("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1})
    for context in ("Sample.Periodic", "Sample.Clock", "Trigger"):
        last = samples(bench, context=context)[-1]
        (voltage,) = (each for each in last["sampledValue"] if each["measurand"] == "Voltage")
        assert (voltage["unit"], 300 < float(voltage["value"]) < 500) == ("V", True)
    bench.set("EnabeMeterValuesContainVoltage", "false")
    bench.wait(20)
    assert "Voltage" not in by_measurand(samples(bench)[-1])
    assert bench.ask("GetConfiguration", {"key": ["MeterValuesSampledData", "MeterValuesAlignedData"]})[2] == lists


def test_d_10_voltage_may_be_listed_while_the_switch_is_on_and_is_not_doubled() -> None:
    """D-10: writable then; switched off it is hidden without editing the list."""
    bench = charging("20", EnabeMeterValuesContainVoltage="true")
    bench.set("MeterValuesSampledData", "Voltage,SoC")
    bench.wait(21)
    assert list(by_measurand(samples(bench)[0])) == ["SoC", "Voltage"]
    bench.set("EnabeMeterValuesContainVoltage", "false")
    bench.wait(20)
    assert list(by_measurand(samples(bench)[1])) == ["SoC"]
    answer = bench.ask("GetConfiguration", {"key": ["MeterValuesSampledData"]})[2]
    assert answer["configurationKey"][0]["value"] == "Voltage,SoC"


def test_mv_19_nothing_is_sampled_after_the_stop() -> None:
    """MV-19: the stop falls on a beat; the last sample went out before it, and none follows."""
    bench = charging("10", for_s=55, ClockAlignedDataInterval="15")
    bench.rig.press_stop(OutletNumber(1))
    bench.wait(100)
    actions = [
        frame.action
        for frame in bench.frames
        if frame.action == "StopTransaction"
        or (frame.action == "MeterValues" and frame.payload.get("transactionId") == 101)
    ]
    assert actions[-1] == "StopTransaction"
    assert actions.count("StopTransaction") == 1


def test_mv_01_two_transactions_keep_their_own_grids() -> None:
    """MV-01, TX-10: started 25 s apart, each samples from its own start."""
    bench = Bench(initial={"MeterValueSampleInterval": "60"})
    bench.charge(1, "TAG-1", for_s=25)
    bench.charge(2, "TAG-2", for_s=130)
    assert seconds(samples(bench, 1)) == [60, 120]
    assert seconds(samples(bench, 2)) == [85, 145]


def test_mv_11_the_state_of_charge_is_the_car_s() -> None:
    """MV-11 the other way round: what the car tells is sent, as a whole percentage."""
    bench = Bench(initial={"MeterValueSampleInterval": "30"})
    bench.rig.plug(OutletNumber(1), Vehicle(vehicle_model("van"), soc=0.42))
    bench.badge()
    bench.wait(31)
    assert by_measurand(samples(bench)[0])["SoC"] == 42
