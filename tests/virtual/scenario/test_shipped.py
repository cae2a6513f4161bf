"""Every shipped scenario is played in virtual time, and names the row of the guide or the rule of OCPP it plays."""

import pytest

from contactor.base.dice import Dice
from contactor.base.virtual_loop import run_virtually
from contactor.virtual.loop_clock import LoopClock
from contactor.virtual.scenario.player import Playing, play
from contactor.virtual.scenario.shelf import scenario_names, shipped_scenario


@pytest.mark.parametrize("name", scenario_names())
def test_a_shipped_scenario_passes(name: str) -> None:
    scenario = shipped_scenario(name)
    verdict = run_virtually(play(scenario, Playing(LoopClock(scenario.starts_at), Dice(1))))
    assert verdict.is_passed, verdict.words()


@pytest.mark.parametrize("name", scenario_names())
def test_a_shipped_scenario_says_what_it_plays(name: str) -> None:
    scenario = shipped_scenario(name)
    assert scenario.title
    assert scenario.description
    assert scenario.plays
    assert all(each.startswith(("guide, ", "OCPP 1.6, ")) for each in scenario.plays)


def test_there_are_at_least_twelve() -> None:
    assert len(scenario_names()) >= 12
