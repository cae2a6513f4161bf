"""Cycles are looked for seldom while it is wanted, and as before afterwards."""

import gc

import pytest

from contactor.base.sweeping import SWEEP_AFTER, keep_what_is_there, seldom_swept, unswept


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


def test_nothing_is_looked_through_while_a_program_is_read_in() -> None:
    with unswept():
        assert not gc.isenabled()
        with unswept():
            pass
        assert not gc.isenabled(), "one that is read in by another is not the end of it"
    assert gc.isenabled()
