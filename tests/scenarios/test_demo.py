"""The demo as a program sees it: one JSON object, and an exit code that tells the truth."""

import json
import subprocess
import sys

import pytest

from contactor.cli.demo_report import Report, ReportedTransaction


def test_one_session_per_station_agrees_to_the_watt_hour() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "contactor", "demo", "--once", "--json"],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert {each["station"] for each in report["transactions"]} == {"DEMO-180", "DEMO-120"}
    for each in report["transactions"]:
        assert each["energy_wh"] == each["meter_stop_wh"] - each["meter_start_wh"] > 0
        assert each["reason"] == "Local"
        assert each["readings"] > 0
        assert each["connector"] in (1, 2)
        assert each["id_tag"]
    assert sum(each["energy_wh"] for each in report["transactions"]) == report["energy_delivered_wh"]
    assert report["frames"] > 20
    assert report["seconds"] > 0


def test_json_needs_once() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "contactor", "demo", "--json"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "contactor: --json: True cannot be used; it goes with --once\n"


ONE = ReportedTransaction("A", 1, "T", energy_wh=10, meter_start_wh=0, meter_stop_wh=10, reason="Local", readings=1)
OPEN = ReportedTransaction("A", 1, "T", energy_wh=10, meter_start_wh=0, meter_stop_wh=None, reason=None, readings=1)


@pytest.mark.parametrize(
    ("transactions", "meters_wh", "agrees"),
    [([ONE], 10, True), ([ONE], 11, False), ([OPEN], 10, False), ([], 0, False), ([ONE, ONE], 10, False)],
)
def test_the_report_agrees_only_if_everything_is_closed_and_equal(
    transactions: list[ReportedTransaction], meters_wh: int, agrees: bool
) -> None:
    assert Report(transactions, meters_wh, frames=1, seconds=1.0).agrees is agrees
