"""`contactor storm hunt` and `replay` as people use them: a failure is found, made smaller, kept, and run again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from contactor.base.errors import BadSetting
from contactor.cli.main import app
from contactor.storm.hunt import hunt
from contactor.storm.replay import read_replay
from contactor.storm.scenario import load_scenario
from tests.storm.planted import second_stop

SCENARIO = """
about = "Two busy stations on lines that are cut, and sometimes slow."
stations = 2
storm_hours = 0.8
visits_per_hour = 12.0
orders_per_hour = 1.0

[troubles]
line_cut = { per_hour = 2.0 }
slow_line = { per_hour = 1.0, lasts_s = [60, 600] }
"""


def storm(*words: object) -> Result:
    return CliRunner().invoke(app, ["storm", *(str(word) for word in words)])


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    file = tmp_path / "busy.toml"
    file.write_text(SCENARIO)
    return file


def test_a_hunt_keeps_what_failed_smaller_than_it_was_and_a_replay_fails_until_it_is_mended(
    scenario: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    with second_stop():
        hunted = storm("hunt", "--seconds", 0.1, "--seed", 5, "--storm", scenario, "--keep", kept)
        (file,) = kept.glob("busy-*.json")
        replayed = storm("replay", file)
    assert hunted.exit_code == 1
    assert "hunt with seed 5" in hunted.output.splitlines()[0]
    assert f": contactor storm replay {file}\n" in hunted.output
    smallest = read_replay(file).scenario
    assert smallest.stations == 1
    assert smallest.storm_hours < 0.8
    assert (len(smallest.troubles), smallest.orders_per_hour) == (0, 0)
    assert replayed.exit_code == 1
    assert "VIOLATIONS" in replayed.output
    mended = storm("replay", file)
    assert mended.exit_code == 0
    assert "nothing was lost" in mended.output


def test_a_failure_may_be_kept_as_it_is(scenario: Path, tmp_path: Path) -> None:
    words = ("--seconds", 0.1, "--seed", 5, "--shrink-seconds", 0, "--storm", scenario, "--keep", tmp_path)
    with second_stop():
        assert storm("hunt", *words).exit_code == 1
    (file,) = tmp_path.glob("busy-*.json")
    assert read_replay(file).scenario.storm_hours == 0.8


def test_storms_side_by_side_are_the_same_storms(scenario: Path, tmp_path: Path) -> None:
    scenarios, told = [replace(load_scenario(str(scenario)), storm_hours=0.2)], []
    bag = hunt(scenarios, 5, 0.5, told=lambda bag, _passed_s: told.append(bag.storms), jobs=2)
    assert bag.storms >= 2
    assert told == list(range(1, bag.storms + 1))
    assert bag.failures == []
    alone = hunt(scenarios, 5, 0.001, told=lambda *_: None)
    assert 0 < alone.frames < bag.frames


def test_a_storm_that_runs_several_times_has_the_seeds_after_the_given_one(scenario: Path) -> None:
    together = storm("run", scenario, "--seed", 5, "--times", 2, "--hours", 0.1, "--json")
    alone = storm("run", scenario, "--seed", 6, "--hours", 0.1, "--json")
    told = {verdict["seed"]: verdict["digest"] for verdict in map(json.loads, together.output.splitlines())}
    assert (together.exit_code, set(told)) == (0, {5, 6})
    assert told[6] == json.loads(alone.output)["digest"]
    assert told[5] != told[6]
    assert storm("run", scenario, "--times", 2, "--hours", 0.1).output.endswith("2 storms: nothing was lost\n")


@pytest.mark.parametrize(("option", "value"), [("--seconds", 0), ("--shrink-seconds", -1)])
def test_a_hunt_without_sense_is_refused_by_name_and_value(option: str, value: float) -> None:
    refused = storm("hunt", option, value)
    assert isinstance(refused.exception, BadSetting)
    assert f"{option}: {value}" in str(refused.exception).replace("'", "")
