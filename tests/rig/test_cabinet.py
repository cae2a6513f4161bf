"""The cabinet: whole modules, never more handed out than work (D-16)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.base.ids import OutletNumber
from contactor.rig.cabinet import Cabinet, Feed

ONE, TWO = OutletNumber(1), OutletNumber(2)


def test_d_16_an_outlet_gets_whole_modules_of_30_kilowatts_and_100_amperes() -> None:
    cabinet = Cabinet(4)
    cabinet.ask(ONE, 3)
    assert cabinet.feed(ONE) == Feed(3, 90_000.0, 300.0)


def test_who_asks_for_more_than_is_left_gets_what_is_left_and_more_as_modules_become_free() -> None:
    cabinet = Cabinet(6)
    cabinet.ask(ONE, 4)
    cabinet.ask(TWO, 4)
    assert (cabinet.feed(ONE).modules, cabinet.feed(TWO).modules) == (4, 2)
    cabinet.ask(ONE, 3)
    assert (cabinet.feed(ONE).modules, cabinet.feed(TWO).modules) == (3, 3)
    cabinet.ask(ONE, 0)
    assert (cabinet.feed(ONE).modules, cabinet.feed(TWO).modules) == (0, 4)


def test_two_grants_given_in_the_wrong_order_settle_on_what_both_ask() -> None:
    cabinet = Cabinet(4)
    cabinet.ask(ONE, 2)
    cabinet.ask(TWO, 2)
    cabinet.ask(ONE, 3)
    cabinet.ask(TWO, 1)
    assert (cabinet.feed(ONE).modules, cabinet.feed(TWO).modules) == (3, 1)


def test_a_new_wish_queues_behind_those_that_were_there_before_it() -> None:
    three = OutletNumber(3)
    cabinet = Cabinet(2)
    for outlet, modules in ((ONE, 2), (TWO, 2), (three, 1), (TWO, 1), (ONE, 1)):
        cabinet.ask(outlet, modules)
    assert [cabinet.feed(outlet).modules for outlet in (ONE, TWO, three)] == [1, 0, 1]


def test_modules_in_use_are_never_taken_for_another_outlet() -> None:
    cabinet = Cabinet(2)
    cabinet.ask(ONE, 2)
    cabinet.ask(TWO, 2)
    assert (cabinet.feed(ONE).modules, cabinet.feed(TWO).modules) == (2, 0)


def test_a_failed_module_is_replaced_by_a_free_one_and_else_missed_until_it_is_mended() -> None:
    cabinet = Cabinet(3)
    cabinet.ask(ONE, 2)
    assert cabinet.fail(1, "0x200002")
    assert (cabinet.healthy, cabinet.feed(ONE).modules) == (2, 2)
    assert cabinet.fail(2, "0x200001")
    assert (cabinet.healthy, cabinet.feed(ONE).modules) == (1, 1)
    assert not cabinet.fail(2, "0x200002")
    assert cabinet.mend("0x200001")
    assert (cabinet.healthy, cabinet.feed(ONE).modules, cabinet.failed) == (2, 2, [(1, "0x200002")])


def test_chance_picks_only_healthy_modules_until_none_is_left() -> None:
    cabinet, dice = Cabinet(5), Dice("modules")
    assert [cabinet.fail_one("0x200002", dice) for _ in range(6)] == [True] * 5 + [False]
    assert sorted(number for number, _ in cabinet.failed) == [1, 2, 3, 4, 5]


def test_heat_leaves_every_module_connected_at_half_power() -> None:
    cabinet = Cabinet(4)
    cabinet.ask(ONE, 4)
    cabinet.derate(0.5)
    assert cabinet.feed(ONE) == Feed(4, 60_000.0, 200.0)


def test_a_power_cut_gives_all_modules_back() -> None:
    cabinet = Cabinet(4)
    cabinet.ask(ONE, 4)
    cabinet.release_all()
    cabinet.ask(TWO, 4)
    assert (cabinet.feed(ONE).modules, cabinet.feed(TWO).modules) == (0, 4)


@pytest.mark.parametrize("number", [0, 5])
def test_a_module_that_is_not_there_cannot_fail(number: int) -> None:
    with pytest.raises(BadSetting, match=f"power module: {number} .* modules 1 to 4"):
        Cabinet(4).fail(number, "0x200002")


def test_a_cabinet_has_a_module() -> None:
    with pytest.raises(BadSetting, match="module count: 0 "):
        Cabinet(0)


Step = tuple[str, int, int]


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["ask", "fail", "mend"]), st.integers(1, 3), st.integers(0, 8)), max_size=40
    )
)
def test_outlets_together_never_hold_more_than_works_and_nothing_idles_that_is_wanted(steps: list[Step]) -> None:
    cabinet, wanted = Cabinet(6), dict.fromkeys((1, 2, 3), 0)
    for verb, outlet, number in steps:
        if verb == "ask":
            cabinet.ask(OutletNumber(outlet), number)
            wanted[outlet] = number
        elif verb == "fail":
            cabinet.fail(1 + number % 6, f"fault {outlet}")
        else:
            cabinet.mend(f"fault {outlet}")
        held = {outlet: cabinet.feed(OutletNumber(outlet)).modules for outlet in wanted}
        assert all(held[outlet] <= wanted[outlet] for outlet in wanted)
        assert sum(held.values()) == min(cabinet.healthy, sum(wanted.values()))
