"""Pings in arithmetic time (TR-12)."""

from hypothesis import given
from hypothesis import strategies as st

from contactor.link.pulse import SLACK_S, Beat, Pulse


def test_tr_12_a_ping_goes_out_every_interval() -> None:
    pulse = Pulse(20, 10, 100)
    assert pulse.deadline_s == 120
    assert pulse.beat(119) is Beat.NOTHING
    assert pulse.beat(120) is Beat.PING
    pulse.heard()
    assert pulse.deadline_s == 140
    assert pulse.beat(140) is Beat.PING


def test_tr_12_silence_after_a_ping_is_given_up_within_n_plus_10_seconds() -> None:
    pulse = Pulse(20, 10, 0)
    pulse.beat(20)
    assert pulse.deadline_s == 30
    assert pulse.beat(29.9) is Beat.NOTHING
    assert pulse.beat(30) is Beat.GIVE_UP
    assert pulse.deadline_s is None


def test_tr_12_the_limit_is_never_longer_than_the_interval() -> None:
    pulse = Pulse(3, 10, 0)
    pulse.beat(3)
    assert pulse.deadline_s == 6
    assert pulse.beat(6) is Beat.GIVE_UP


def test_tr_12_an_interval_of_zero_means_no_pings() -> None:
    pulse = Pulse(0, 10, 0)
    assert pulse.deadline_s is None
    assert pulse.beat(1e9) is Beat.NOTHING


def test_tr_12_a_new_interval_counts_from_now_and_forgets_the_open_ping() -> None:
    pulse = Pulse(20, 10, 0)
    pulse.beat(20)
    pulse.retime(50, 25)
    assert pulse.deadline_s == 75
    assert pulse.beat(40) is Beat.NOTHING
    pulse.retime(0, 60)
    assert pulse.deadline_s is None


def test_what_is_heard_between_pings_does_not_answer_the_next_one() -> None:
    pulse = Pulse(20, 10, 0)
    pulse.heard()
    assert pulse.beat(20) is Beat.PING
    assert pulse.beat(30) is Beat.GIVE_UP


def test_a_listener_pings_only_a_peer_that_was_silent_for_an_interval() -> None:
    pulse = Pulse(60, 20, 0, only_when_silent=True)
    pulse.heard()
    assert pulse.beat(60) is Beat.NOTHING
    assert pulse.deadline_s == 120
    assert pulse.beat(120) is Beat.PING
    assert pulse.deadline_s == 140
    assert pulse.beat(140) is Beat.GIVE_UP


def test_a_timer_that_fires_a_little_early_counts() -> None:
    """Loops round timers to their tick."""
    assert Pulse(20, 10, 0).beat(20 - SLACK_S / 2) is Beat.PING


@given(
    interval_s=st.floats(min_value=0.1, max_value=1000),
    limit_s=st.floats(min_value=0.1, max_value=1000),
    only_when_silent=st.booleans(),
    heard=st.lists(st.booleans(), max_size=20),
)
def test_whatever_was_heard_lasting_silence_is_found_out(
    interval_s: float, limit_s: float, only_when_silent: bool, heard: list[bool]
) -> None:
    """From the last sign of life: one interval in which it counts, one of silence, one ping's limit."""
    pulse = Pulse(interval_s, limit_s, 0, only_when_silent=only_when_silent)
    now_s = 0.0
    for was_heard in heard:
        if pulse.deadline_s is None:
            return
        now_s = pulse.deadline_s
        pulse.beat(now_s)
        if was_heard:
            pulse.heard()
    last_s = now_s
    while pulse.deadline_s is not None:
        now_s = pulse.deadline_s
        pulse.beat(now_s)
    assert now_s <= last_s + 2 * interval_s + pulse.answer_limit_s + 0.001
