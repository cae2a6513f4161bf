"""The benchmarks of the doors run, small, and say what they measured."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import reconnect_storm
from benchmarks.idle_memory import LIMIT, OURS, Cost, ratio
from benchmarks.reconnect_storm import Return, ratios

ROOT = Path(__file__).resolve().parents[2]


def run(name: str, *arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--json", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_idle_connections_are_weighed_on_both_servers() -> None:
    found = run("idle_memory", "--connections", "300")
    sizes = found["bytes_each"]
    assert isinstance(sizes, dict)
    assert min(sizes[OURS], sizes[LIMIT]) > 0


def test_a_storm_ends_when_every_station_is_accepted() -> None:
    found = run("reconnect_storm", "--stations", "30", "--rounds", "1")
    storms = found["storms"]
    assert isinstance(storms, list)
    assert [each["server"] for each in storms] == [reconnect_storm.LIMIT, reconnect_storm.OURS]
    assert min(each["all_accepted_s"] for each in storms) > 0
    assert min(each["own_kib"] for each in storms) > 0


def test_a_ratio_of_memory_is_ours_over_the_limits_for_each_connection() -> None:
    assert ratio([Cost(LIMIT, 10, 500, 600), Cost(OURS, 10, 1000, 1300)]) == pytest.approx(3.0)


def test_the_ratio_of_storms_is_the_median_of_the_rounds() -> None:
    ours, limit = reconnect_storm.OURS, reconnect_storm.LIMIT
    seconds = [(limit, 1.0), (ours, 2.0), (limit, 1.0), (ours, 3.0), (limit, 2.0), (ours, 20.0)]
    returns = [Return(server, each, 0.1, 0, each, 10.0) for server, each in seconds]
    assert ratios(returns) == {"all_accepted": 3.0, "cpu": 3.0}
