"""Heartbeats, and a clock that the central system sets (HB, CLK)."""

from datetime import datetime, timedelta

import pytest

from tests.station.bench import START, Bench, Payload


def heartbeats_at(bench: Bench) -> list[float]:
    return [frame.at_s for frame in bench.frames if frame.action == "Heartbeat"]


def tell_time(bench: Bench, ahead_s: float) -> None:
    """Let the next Heartbeat be answered by a clock that is so many seconds ahead of the machine's."""

    def answer(_payload: Payload) -> Payload:
        return {"currentTime": (bench.instant + timedelta(seconds=ahead_s)).isoformat()}

    bench.answers["Heartbeat"] = answer
    bench.ask("TriggerMessage", {"requestedMessage": "Heartbeat"})


def test_hb_01_a_heartbeat_every_interval_whatever_else_is_sent() -> None:
    """HB-01: 5 in five intervals, with other messages between them."""
    bench = Bench()
    bench.set("HeartbeatInterval", "20")
    bench.plug()
    bench.wait(105)
    assert heartbeats_at(bench) == [20, 40, 60, 80, 100]


def test_hb_02_cf_19_a_new_interval_counts_from_now() -> None:
    """HB-02, CF-19: 300 s becomes 2 s at second 100: the next ones at 102, 104, 106."""
    bench = Bench()
    bench.wait(100)
    bench.set("HeartbeatInterval", "2")
    bench.wait(6)
    assert heartbeats_at(bench) == [102, 104, 106]


def test_hb_03_interval_zero_leaves_one_heartbeat_a_day() -> None:
    """HB-03: the clock wants its time once in 24 hours."""
    bench = Bench()
    bench.set("HeartbeatInterval", "0")
    bench.wait(2 * 86_400 + 60)
    assert heartbeats_at(bench) == [86_400, 172_800]


def test_hb_01_an_unanswered_heartbeat_does_not_stop_the_next() -> None:
    bench = Bench()
    bench.set("HeartbeatInterval", "40")
    bench.answers["Heartbeat"] = None
    bench.wait(121)
    assert heartbeats_at(bench) == [40, 80, 120]


def test_clk_01_timestamps_follow_the_central_system_s_clock() -> None:
    """CLK-01: an hour ahead, and the machine's own clock is not touched."""
    bench = Bench()
    tell_time(bench, 3600)
    bench.plug()
    reported = bench.calls("StatusNotification")[-1]["timestamp"]
    assert datetime.fromisoformat(reported) == START + timedelta(hours=1)


def test_clk_01_the_clock_outlasts_a_power_cut() -> None:
    bench = Bench()
    tell_time(bench, 3600)
    bench.lose_line()
    bench.power_cut(10)
    bench.plug()
    bench.badge()
    bench.wait(0)
    (transaction,) = bench.station.transactions.all_open()
    assert transaction.started_at == START + timedelta(hours=1, seconds=10)


@pytest.mark.parametrize(("ahead_s", "events"), [(10, 1), (-10, 1), (2, 1), (1, 0), (-1.5, 0), (0, 0)])
def test_clk_02_a_step_of_two_seconds_is_a_security_event(ahead_s: float, events: int) -> None:
    """CLK-02: SettingSystemTime at 2 s and more, and it is sent."""
    bench = Bench()
    tell_time(bench, ahead_s)
    bench.wait(1)
    assert bench.logged().count("SettingSystemTime") == events
    sent = [each["type"] for each in bench.calls("SecurityEventNotification")]
    assert sent.count("SettingSystemTime") == events


def test_clk_03_times_of_one_transaction_never_go_back() -> None:
    """CLK-03: the clock is set back an hour in the middle; samples keep their rhythm and their order."""
    bench = Bench(initial={"ClockAlignedDataInterval": "45", "MeterValueSampleInterval": "60"})
    bench.charge(for_s=150)
    tell_time(bench, -3600)
    bench.wait(150)
    bench.badge()
    bench.wait(10)
    (start,), (stop,) = bench.calls("StartTransaction"), bench.calls("StopTransaction")
    values = [each for each in bench.calls("MeterValues") if each.get("transactionId") == 101]
    told = [start["timestamp"], *(each["meterValue"][0]["timestamp"] for each in values), stop["timestamp"]]
    moments = [datetime.fromisoformat(text) for text in told]
    assert moments == sorted(moments)
    periodic = [
        frame.at_s
        for frame in bench.frames
        if frame.action == "MeterValues"
        and frame.payload["meterValue"][0]["sampledValue"][0]["context"] == "Sample.Periodic"
    ]
    assert periodic == [60, 120, 180, 240, 300]


def test_clk_04_without_a_valid_time_nobody_charges() -> None:
    """CLK-04: accepted with a time that nobody can mean, the station has no clock; the next good one heals it."""
    bench = Bench(boot=False)
    bench.answers["BootNotification"] = {"status": "Accepted", "currentTime": "9999-12-30T23:59:59Z", "interval": 300}
    bench.power_on()
    bench.plug()
    bench.badge()
    bench.wait(5)
    assert list(bench.station.transactions.all_open()) == []
    tell_time(bench, 0)
    bench.badge()
    bench.wait(5)
    assert [each.id_tag for each in bench.station.transactions.all_open()] == ["TAG-1"]


@pytest.mark.parametrize("text", ["0001-01-02T00:00:00Z", "9999-12-30T23:59:59.999Z", "1999-12-31T23:59:59Z"])
def test_clk_01_a_time_nobody_can_mean_is_not_taken_over(text: str) -> None:
    """CLK-01: near the ends of the calendar, sums of times would leave it."""
    bench = Bench()
    bench.answers["Heartbeat"] = {"currentTime": text}
    bench.ask("TriggerMessage", {"requestedMessage": "Heartbeat"})
    bench.plug()
    reported = bench.calls("StatusNotification")[-1]["timestamp"]
    assert datetime.fromisoformat(reported) == START


@pytest.mark.parametrize("offset", ["+02:00", "-03:30", "Z"])
def test_clk_05_offsets_on_the_wire_are_one_time_everywhere(offset: str) -> None:
    """CLK-05: whatever the zone or season of the central system, the station keeps UTC."""
    bench = Bench()
    local = {"+02:00": "15:00:00", "-03:30": "09:30:00", "Z": "13:00:00"}[offset]
    bench.answers["Heartbeat"] = {"currentTime": f"2026-03-01T{local}{offset}"}
    bench.ask("TriggerMessage", {"requestedMessage": "Heartbeat"})
    bench.plug()
    assert bench.calls("StatusNotification")[-1]["timestamp"] == "2026-03-01T13:00:00Z"
