"""The benchmark of the codec runs, and all who take part in it give the same answers."""

import json

import pytest

from benchmarks.codec import CONTESTANTS, EXCHANGES, Exchange, measure


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.name)
def test_all_contestants_answer_a_call_alike(exchange: Exchange) -> None:
    answers = [json.loads(build(exchange)(exchange.text)) for build in CONTESTANTS.values()]
    assert answers[1:] == answers[:-1]
    assert answers[0][:2] == [3, "7d1ee6e9-9d0a-4c5c-8f6f-0d1d1c9d7a11"]


def test_each_contestant_is_measured() -> None:
    assert measure(EXCHANGES[0], 0.001).keys() == CONTESTANTS.keys()
