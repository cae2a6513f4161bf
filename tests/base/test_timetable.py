"""The timetable: what it does when, beside what an event loop would do."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from contactor.base.timetable import TIDY_ABOVE, Timetable
from contactor.base.virtual_loop import run_virtually


def told(story: Callable[[Timetable, list[str]], None]) -> list[str]:
    """What was done in ten virtual seconds, with the second of each."""

    async def live() -> list[str]:
        done: list[str] = []
        story(Timetable(), done)
        await asyncio.sleep(10)
        return done

    return run_virtually(live())


def note(timetable: Timetable, done: list[str], name: str) -> None:
    done.append(f"{name} at {timetable.time():.2f}")


def test_appointments_come_in_the_order_of_their_times_and_then_of_their_making() -> None:
    def story(timetable: Timetable, done: list[str]) -> None:
        for delay_s, name in ((3.0, "third"), (1.0, "first"), (3.0, "fourth"), (2.0, "second")):
            timetable.call_later(delay_s, partial(note, timetable, done, name))

    assert told(story) == ["first at 1.00", "second at 2.00", "third at 3.00", "fourth at 3.00"]


def test_an_appointment_that_was_called_off_never_comes_and_the_others_do() -> None:
    def story(timetable: Timetable, done: list[str]) -> None:
        first = timetable.call_later(1.0, lambda: done.append("first"))
        timetable.call_later(1.0, lambda: done.append("second"))
        first.cancel()
        first.cancel()
        assert timetable.still_to_come == 1

    assert told(story) == ["second"]


def test_what_an_appointment_schedules_for_now_waits_for_the_next_round() -> None:
    """A deed that schedules itself again and again must not keep sockets from being served."""

    async def live() -> int:
        timetable, rounds = Timetable(), 0

        def again() -> None:
            nonlocal rounds
            rounds += 1
            timetable.call_later(0.0, again)

        again()
        await asyncio.sleep(0.01)  # would never return
        return rounds

    assert run_virtually(live()) > 2


def test_many_that_were_called_off_do_not_stay_in_the_book() -> None:
    async def live() -> tuple[int, int]:
        timetable = Timetable()
        kept = timetable.call_later(5.0, lambda: None)
        for _ in range(10 * TIDY_ABOVE):
            timetable.call_later(60.0, lambda: None).cancel()
        return timetable.still_to_come, sum(map(len, kept.book._ticks.values()))

    still_to_come, in_the_book = run_virtually(live())
    assert still_to_come == 1
    assert in_the_book <= TIDY_ABOVE + 1


def test_a_deed_that_fails_is_told_to_the_loop_and_keeps_no_other_from_its_time() -> None:
    async def live() -> tuple[list[str], list[BaseException]]:
        done: list[str] = []
        failures: list[BaseException] = []

        def heard(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            failures.append(context["exception"])

        asyncio.get_running_loop().set_exception_handler(heard)
        timetable = Timetable()
        timetable.call_later(1.0, lambda: [].pop())
        timetable.call_later(1.0, lambda: done.append("the other"))
        await asyncio.sleep(2)
        return done, failures

    done, failures = run_virtually(live())
    assert done == ["the other"]
    assert [type(each) for each in failures] == [IndexError]


@pytest.mark.parametrize("delay_s", [-1.0, 0.0])
def test_what_is_late_already_is_done_at_once(delay_s: float) -> None:
    def story(timetable: Timetable, done: list[str]) -> None:
        timetable.call_later(delay_s, lambda: done.append(f"at {timetable.time():.2f}"))

    assert told(story) == ["at 0.00"]


def test_what_is_due_within_a_tick_is_done_in_one_go_at_its_end() -> None:
    async def live() -> tuple[list[str], int]:
        done: list[str] = []
        timetable = Timetable(tick_s=0.5)
        for delay_s, name in ((1.4, "third"), (1.1, "second"), (0.5, "first"), (1.6, "fourth")):
            timetable.call_later(delay_s, partial(note, timetable, done, name))
        await asyncio.sleep(10)
        return done, timetable.still_to_come

    done, left = run_virtually(live())
    assert (done, left) == (["first at 0.50", "second at 1.50", "third at 1.50", "fourth at 2.00"], 0)
