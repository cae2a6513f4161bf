"""Dice and the back-off they scatter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.base.backoff import Backoff
from contactor.base.dice import Dice
from contactor.base.errors import BadRow, BadSetting, ContactorError
from contactor.base.ids import same_tag


def test_the_same_seed_gives_the_same_throws() -> None:
    one, other = Dice("seed"), Dice("seed")
    assert [one.between(0, 1) for _ in range(5)] == [other.between(0, 1) for _ in range(5)]


def test_two_unpredictable_dice_differ() -> None:
    assert Dice.unpredictable().message_id() != Dice.unpredictable().message_id()


def test_rpc_01_a_hundred_thousand_message_ids_are_all_different_and_fit() -> None:
    dice = Dice(1)
    ids = {dice.message_id() for _ in range(100_000)}
    assert len(ids) == 100_000
    assert {len(each) for each in ids} == {36}


def test_certain_and_impossible_things() -> None:
    dice = Dice(3)
    assert all(dice.happens(1.0) for _ in range(100))
    assert not any(dice.happens(0.0) for _ in range(100))


def test_tr_13_the_wait_doubles_from_5_s_to_300_s() -> None:
    backoff = Backoff(Dice(0), scatter=0.0)
    assert [backoff.next_wait_s() for _ in range(9)] == [5, 10, 20, 40, 80, 160, 300, 300, 300]


def test_tr_13_a_success_starts_over() -> None:
    backoff = Backoff(Dice(0), scatter=0.0)
    for _ in range(4):
        backoff.next_wait_s()
    backoff.succeeded()
    assert backoff.next_wait_s() == 5


@given(st.integers(), st.integers(0, 3000))
def test_tr_13_every_wait_is_within_a_fifth_of_its_step(seed: int, failures: int) -> None:
    backoff = Backoff(Dice(seed))
    for _ in range(failures):
        backoff.next_wait_s()
    steady_s = min(300.0, 5.0 * 2 ** min(failures, 10))
    assert 0.8 * steady_s <= backoff.next_wait_s() <= 1.2 * steady_s


@pytest.mark.parametrize(("one", "other", "same"), [("ABC", "abc", True), ("abc", "abd", False), ("", "", True)])
def test_rpc_14_tags_are_compared_without_regard_to_case(one: str, other: str, same: bool) -> None:
    assert same_tag(one, other) is same


def test_a_bad_setting_names_the_setting_the_value_and_what_is_expected() -> None:
    error = BadSetting("--speed", -1, "give more than 0")
    assert str(error) == "--speed: -1 cannot be used; give more than 0"


def test_a_bad_row_names_file_entry_and_reason() -> None:
    error = BadRow("models.toml", "EVD1", "power_kw is missing")
    assert str(error) == "models.toml: EVD1: power_kw is missing"
    assert isinstance(error, ContactorError)
