"""Cycles are looked for seldom while it is wanted, and as before afterwards."""

import gc

import pytest

from contactor.base.sweeping import SWEEP_AFTER, keep_what_is_there, seldom_swept


def test_a_failure_too_leaves_the_collector_as_it_was() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError, match=f"swept after {SWEEP_AFTER}"), seldom_swept():
        raise ValueError(f"swept after {gc.get_threshold()[0]}")
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_what_is_kept_is_looked_through_once() -> None:
    with seldom_swept():
        kept = gc.get_freeze_count()
        made = [[number] for number in range(1000)]
        keep_what_is_there()
        assert gc.get_freeze_count() >= kept + len(made)
