"""The virtual loop is asyncio's in everything but time: order, timers that are called off, other threads, failures."""

import asyncio

import pytest

from contactor.base.errors import BrokenPromise
from contactor.base.virtual_loop import TIDY_ABOVE, VirtualLoop, run_virtually


def test_timers_for_the_same_second_come_in_the_order_in_which_they_were_set() -> None:
    async def story() -> list[int]:
        loop, seen = asyncio.get_running_loop(), list[int]()
        for number in range(20):
            loop.call_at(60.0, seen.append, number)
        await asyncio.sleep(61)
        return seen

    assert run_virtually(story()) == list(range(20))


def test_what_a_timer_sets_for_now_comes_in_its_turn_and_at_the_same_second() -> None:
    async def story() -> list[tuple[str, float]]:
        loop, seen = asyncio.get_running_loop(), list[tuple[str, float]]()

        def first() -> None:
            loop.call_later(0, lambda: seen.append(("third", loop.time())))
            loop.call_soon(lambda: seen.append(("second", loop.time())))
            seen.append(("first", loop.time()))

        loop.call_later(5, first)
        await asyncio.sleep(6)
        return seen

    assert run_virtually(story()) == [("first", 5.0), ("second", 5.0), ("third", 5.0)]


def test_timers_that_are_called_off_do_not_come_and_are_not_kept() -> None:
    async def story() -> tuple[list[int], int, float]:
        loop, seen = asyncio.get_running_loop(), list[int]()
        assert isinstance(loop, VirtualLoop)
        for number in range(10 * TIDY_ABOVE):
            timer = loop.call_later(1000 + number, seen.append, number)
            if number % 100:
                timer.cancel()
            await asyncio.sleep(0)
        kept = len(loop._timers)
        await asyncio.sleep(1000 + 10 * TIDY_ABOVE)
        return seen, kept, loop.time()

    seen, kept, ended_s = run_virtually(story())
    assert (seen, ended_s) == (list(range(0, 10 * TIDY_ABOVE, 100)), 2000.0)
    assert kept <= 2 * TIDY_ABOVE


def test_a_timer_that_is_called_off_by_another_of_its_second_does_not_come() -> None:
    async def story() -> list[str]:
        loop, seen, timers = asyncio.get_running_loop(), list[str](), list[asyncio.TimerHandle]()
        loop.call_at(60.0, lambda: timers[0].cancel())
        timers.append(loop.call_at(60.0, seen.append, "never"))
        await asyncio.sleep(61)
        return seen

    assert run_virtually(story()) == []


def test_a_callback_that_fails_is_told_and_costs_nobody_else_his_turn() -> None:
    async def story() -> tuple[list[str], list[str]]:
        loop, seen, told = asyncio.get_running_loop(), list[str](), list[str]()
        loop.set_exception_handler(lambda _loop, context: told.append(repr(context["exception"])))
        loop.call_later(1, dict[str, str]().__getitem__, "nothing")
        loop.call_later(1, seen.append, "here")
        await asyncio.sleep(2)
        return seen, told

    assert run_virtually(story()) == (["here"], ["KeyError('nothing')"])


def test_what_is_called_as_if_from_another_thread_comes_before_the_next_timer() -> None:
    async def story() -> list[str]:
        loop, seen = asyncio.get_running_loop(), list[str]()
        loop.call_soon_threadsafe(seen.append, "called")
        await asyncio.sleep(1)
        return seen

    assert run_virtually(story()) == ["called"]


def test_a_loop_that_was_closed_takes_no_timers() -> None:
    loop = VirtualLoop()
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        loop.call_later(1, print)


def test_who_waits_for_nothing_but_the_real_world_is_told() -> None:
    async def story() -> None:
        timer = asyncio.get_running_loop().call_later(5, print)
        timer.cancel()
        await asyncio.get_running_loop().create_future()

    with pytest.raises(BrokenPromise, match="nothing left to wait for"):
        run_virtually(story())
