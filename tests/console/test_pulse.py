"""The central system's rates are told from what it counted between two looks."""

import pytest

from contactor.console.pulse import ANSWER_MS, ANSWERS, COMMITS, KEPT, WAITING, WRITTEN, Pulse


def counted(answered: int, waiting: int = 0) -> dict[str, float]:
    """What a system counts that writes two items with each commit, and answers each message within 5 ms."""
    return {
        "requests_answered": answered,
        "answering_s": answered * 0.005,
        "commits": answered,
        "items_written": answered * 2,
        "writer_waiting": waiting,
    }


def test_rates_are_what_was_counted_over_the_time_it_took() -> None:
    pulse = Pulse()
    assert pulse.look(counted(100), 1000) == []
    ((line, at, *_),) = (point,) = pulse.look(counted(300, waiting=7), 3000)
    assert (line, at, point[ANSWERS], point[COMMITS], point[WRITTEN], point[WAITING]) == (0, 3000, 100, 100, 200, 7)
    assert point[ANSWER_MS] == pytest.approx(5)
    assert pulse.points == [point]


def test_where_nothing_was_answered_no_answer_took_any_time() -> None:
    pulse = Pulse()
    pulse.look(counted(100), 1000)
    (point,) = pulse.look(counted(100), 3000)
    assert (point[ANSWERS], point[ANSWER_MS]) == (0, None)


def test_a_system_that_started_anew_is_looked_at_again_before_anything_is_told() -> None:
    pulse = Pulse()
    pulse.look(counted(100), 1000)
    assert pulse.look(counted(3), 3000) == []
    (point,) = pulse.look(counted(13), 5000)
    assert point[ANSWERS] == 5


def test_a_clock_that_is_set_back_tells_nothing() -> None:
    pulse = Pulse()
    pulse.look(counted(100), 5000)
    assert pulse.look(counted(200), 5000) == []


def test_no_more_than_a_quarter_of_an_hour_is_kept() -> None:
    pulse = Pulse()
    for number in range(KEPT + 10):
        pulse.look(counted(number), 2000 * number)
    assert len(pulse.points) == KEPT
