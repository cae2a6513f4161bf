"""Storms: fixed seeds of every kind lose nothing, nor do seeds that once found something; one seed is one trace."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from contactor.base.errors import BadSetting
from contactor.guide.load import load_product, product_names
from contactor.storm.drivers import Driver
from contactor.storm.replay import Replay, read_replay
from contactor.storm.run import run_storm
from contactor.storm.scenario import load_scenario, read_scenario, scenario_names
from contactor.storm.troubles import TROUBLES

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
KEPT = sorted(SEEDS.glob("*.json"))
SHORT = {"stations": 3, "storm_hours": 1.0}


@pytest.mark.parametrize("name", scenario_names())
def test_a_storm_of_every_kind_loses_nothing(name: str) -> None:
    verdict = run_storm(replace(load_scenario(name), **SHORT), seed=1)  # type: ignore[arg-type]  # fields by name
    assert verdict.violations == ()
    assert verdict.figures.troubles.total() > 0
    assert verdict.figures.transactions > 0


def test_a_slow_central_system_answers_stations_that_have_stopped_waiting() -> None:
    """RPC-04: what comes after the time for an answer counts for nothing, and is said again; nothing is kept twice."""
    scenario = replace(load_scenario("slow_central"), stations=2, storm_hours=1.0, visits_per_hour=4.0)
    verdict = run_storm(scenario, seed=2)
    assert verdict.violations == ()
    assert verdict.figures.notes["message ignored"] > 0
    assert verdict.figures.transactions > 2


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
def test_what_a_storm_once_found_is_never_found_again(file: Path) -> None:
    kept = read_replay(file)
    assert run_storm(kept.scenario, kept.seed).violations == ()


def test_the_same_seed_is_the_same_trace_in_every_process() -> None:
    """Not even the order of hashes, which differs from process to process, may show."""
    digests = {_run_elsewhere("7", hash_seed) for hash_seed in ("1", "2")}
    assert len(digests) == 1
    scenario = replace(load_scenario("everything"), stations=2, storm_hours=0.3)
    assert run_storm(scenario, 7).digest in digests
    assert run_storm(scenario, 8).digest not in digests


def _run_elsewhere(seed: str, hash_seed: str) -> str:
    command = ["storm", "run", "everything", "--seed", seed, "--hours", "0.3", "--stations", "2", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "contactor", *command],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["violations"] == []
    return str(told["digest"])


def test_every_trouble_is_in_the_storm_of_everything_and_no_storm_names_another() -> None:
    assert set(load_scenario("everything").troubles) == set(TROUBLES)
    for name in scenario_names():
        assert set(load_scenario(name).troubles) <= set(TROUBLES)


def test_the_storm_of_trouble_codes_brings_every_code_of_every_product() -> None:
    """FLT-01: all codes of the guide, and those of the other products, without a violation."""
    scenario = replace(
        load_scenario("trouble_codes"), stations=2, storm_hours=3, visits_per_hour=0.3, orders_per_hour=0
    )
    verdict = run_storm(scenario, seed=4)
    assert verdict.violations == ()
    assert set(verdict.figures.codes) == {code for name in product_names() for code in load_product(name).vendor_errors}


def test_there_are_at_least_twelve_named_storms() -> None:
    assert len(scenario_names()) >= 12


def test_a_replay_file_holds_the_whole_run(tmp_path: Path) -> None:
    scenario = replace(load_scenario("bad_lines"), stations=2, storm_hours=0.3)
    verdict = run_storm(scenario, seed=5)
    Replay.of(scenario, verdict).write(tmp_path / "kept.json")
    again = read_replay(tmp_path / "kept.json")
    assert (again.scenario, again.seed) == (scenario, 5)
    assert run_storm(again.scenario, again.seed).digest == verdict.digest


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("stations = 0", "stations"),
        ("stations = 501", "501"),
        ("storm_hours = 'long'", "storm_hours"),
        ("stations = ", "no TOML"),
        ("[troubles]\nplague = { per_hour = 1.0 }", "plague"),
        ("[troubles]\nline_cut = { per_hour = -1.0 }", "line_cut"),
        ("[troubles]\nline_cut = { per_hour = 1.0, lasts_s = [9, 3] }", "line_cut"),
        ("surprise = 1", "surprise"),
    ],
)
def test_a_bad_scenario_is_refused_by_name_and_value(text: str, complaint: str) -> None:
    with pytest.raises(BadSetting, match=complaint):
        read_scenario("mine", f"about = 'Mine.'\n{text}")


def test_what_somebody_in_a_storm_fails_with_is_a_violation_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a hunt keeps the seed, and goes on."""

    async def fail(_desk: Driver, _visits_per_hour: float) -> None:
        raise KeyError("no such car")

    monkeypatch.setattr(Driver, "live", fail)
    verdict = run_storm(replace(load_scenario("bad_lines"), stations=1, storm_hours=0.1), seed=1)
    (found,) = verdict.violations
    assert found.invariant == "software never fails"
    assert found.what.startswith("KeyError: 'no such car' (test_storms.py:")


def test_a_storm_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(BadSetting, match="bad_lines"):
        load_scenario("tempest")


@pytest.mark.parametrize("content", ["", "[]", '{"seed": 1}', '{"seed": "x", "scenario": {"name": "a", "about": "b"}}'])
def test_a_file_that_is_no_replay_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text(content)
    with pytest.raises(BadSetting, match="broken"):
        read_replay(file)
