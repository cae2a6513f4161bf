"""The conscience is awake: every planted bug is found by a hunt within a minute."""

import pytest

from contactor.storm.hunt import hunt
from contactor.storm.scenario import load_scenario
from tests.storm.planted import PLANTED, Planted

WITHIN_S = 60.0
SEED = 2026


@pytest.mark.timeout(300)
@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.bug.__name__)
def test_a_planted_bug_is_found(planted: Planted) -> None:
    with planted.bug():
        bag = hunt([load_scenario(planted.storm)], SEED, WITHIN_S, told=lambda *_: None, first_only=True, shrink_s=0.0)
    assert bag.failures, f"{planted.bug.__name__} was not found in {bag.storms} storms"
