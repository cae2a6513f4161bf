"""The power fails at every single commit of a long story, and afterwards nothing is missing and nothing is twice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactor.station.events import PowerOnCause
from tests.station.power_cuts import INITIAL, CuttableBench, check_laws, distinct, settle, tell_story


def live_through(cuts: list[int], cause: PowerOnCause) -> CuttableBench:
    bench = CuttableBench(cuts, cause, INITIAL)
    tell_story(bench)
    settle(bench)
    bench.stop_cutting()
    check_laws(bench)
    return bench


def commits_of_the_story() -> int:
    bench = CuttableBench([], PowerOnCause.POWER, INITIAL)
    tell_story(bench)
    return bench.store.commits


COMMITS = commits_of_the_story()


def test_the_story_holds_what_it_promises() -> None:
    """Without a cut: three stops by badge or from afar, a fault, and both resets."""
    bench = live_through([], PowerOnCause.POWER)
    reasons = [stop.payload["reason"] for stop in distinct(bench, "StopTransaction")]
    assert reasons == ["Local", "Remote", "Other", "SoftReset", "HardReset", "Local", "Local"]


@pytest.mark.parametrize("cause", [PowerOnCause.POWER, PowerOnCause.WATCHDOG])
@pytest.mark.parametrize("part", range(8))
def test_q_09_pw_04_a_cut_at_any_commit_loses_nothing(part: int, cause: PowerOnCause) -> None:
    """Q-09, PW-01, PW-04, CF-16, AVL-07: the laws hold wherever the power fails; `part` only spreads the work."""
    for cut in range(part, COMMITS, 8):
        try:
            live_through([cut], cause)
        except AssertionError as error:
            raise AssertionError(f"power cut ({cause}) after commit {cut}: {error}") from error


@settings(max_examples=30, deadline=None)
@given(
    cuts=st.lists(st.integers(0, COMMITS // 3), min_size=2, max_size=5),
    cause=st.sampled_from([PowerOnCause.POWER, PowerOnCause.WATCHDOG]),
)
def test_q_09_several_cuts_lose_nothing_either(cuts: list[int], cause: PowerOnCause) -> None:
    """Q-09: the numbers are the commits between one cut and the next; 0 fails again right after the restart."""
    live_through(cuts, cause)
