"""The conscience is awake: every planted bug is found by a hunt, each in a few small storms."""

from dataclasses import replace

import pytest

from contactor.storm.hunt import hunt
from contactor.storm.scenario import Scenario, load_scenario
from tests.storm.planted import PLANTED, Planted

WITHIN_S = 240.0
"""Longer than a slow machine takes; a bug that is found ends its hunt."""
SEED = 2026


def small(name: str) -> Scenario:
    """An hour of few stations: a hunt that looks at many such storms finds sooner what one long storm may never hit."""
    return replace(load_scenario(name), stations=2, storm_hours=1.0)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.bug.__name__)
def test_a_planted_bug_is_found(planted: Planted) -> None:
    with planted.bug():
        bag = hunt([small(planted.storm)], SEED, WITHIN_S, told=lambda *_: None, first_only=True, shrink_s=0.0)
    assert bag.failures, f"{planted.bug.__name__} was not found in {bag.storms} storms"
