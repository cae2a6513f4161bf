"""The benchmark of the central system runs, counts what it wrote, and fails when a goal is missed."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.calls import heartbeat, meter_values
from benchmarks.closed_loop import Window
from benchmarks.figures import CONTESTS, LIMIT, OURS, PEER, Contest, Figures, Proof, missed

ROOT = Path(__file__).resolve().parents[2]

KEPT = Proof(answered=7, stored=7)


def figures(rates: dict[Contest, int]) -> Figures:
    """One round of a second with so many answers for each contest, or a hundred."""
    windows = {contest: Window(1.0, 0.001, [0.002] * rates.get(contest, 100)) for contest in CONTESTS}
    return Figures(50, [windows])


def test_it_measures_every_server_and_finds_every_answered_reading_in_the_database() -> None:
    arguments = ["--json", "--seconds", "0.2", "--rounds", "2", "--connections", "3"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.central", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    found = json.loads(done.stdout)
    assert [(rate["server"], rate["call"]) for rate in found["rates"]] == [
        (LIMIT, "Heartbeat"),
        (OURS, "Heartbeat"),
        (PEER, "Heartbeat"),
        (OURS, "MeterValues"),
        (PEER, "MeterValues"),
    ]
    assert min(rate["msg_per_s"] for rate in found["rates"]) > 0
    assert found["meter_values"]["answered"] == found["meter_values"]["stored"] > 0
    # How quick so short a run is says nothing; that the exit code follows from it does.
    assert done.returncode == (1 if found["missed"] else 0), done.stderr


def test_ratios_at_their_goals_are_no_miss() -> None:
    rates = {Contest(OURS, "Heartbeat"): 50, Contest(OURS, "MeterValues"): 300}
    assert missed([figures(rates)], KEPT) == []


def test_every_missed_goal_is_named_with_its_figures() -> None:
    rates = {Contest(OURS, "Heartbeat"): 49, Contest(OURS, "MeterValues"): 299}
    assert missed([figures(rates)], KEPT) == [
        "Heartbeat, ours / echo with 50 connections: 0.490, not 0.5",
        "MeterValues, ours on disk / peer that writes nothing with 50 connections: 2.990, not 3",
    ]


def test_an_answered_reading_that_is_not_stored_is_a_miss() -> None:
    rates = {Contest(OURS, "MeterValues"): 300}
    assert missed([figures(rates)], Proof(answered=8, stored=7)) == [
        "8 MeterValues were answered, but 7 are in the database"
    ]


def test_percentiles_are_latencies_that_occurred() -> None:
    window = Window(1.0, 0.0, [milliseconds / 1000 for milliseconds in range(100, 0, -1)])
    assert (window.percentile_ms(50), window.percentile_ms(99)) == (50.0, 99.0)


def test_a_frames_header_tells_its_length_and_its_text_is_json() -> None:
    short, long = heartbeat().frame_of(1), meter_values(4711).frame_of(61_002)
    assert short[:2] == bytes((0x81, 0x80 | len(short) - 6))
    assert long[:4] == bytes((0x81, 0x80 | 126)) + (len(long) - 8).to_bytes(2, "big")
    reading = json.loads(long[8:])[3]["meterValue"][0]
    assert (reading["timestamp"], reading["sampledValue"][0]["value"]) == ("2026-05-01T10:01:01.002Z", "1061002")
    assert len(reading["sampledValue"]) == 6
