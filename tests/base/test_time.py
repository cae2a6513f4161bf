"""Clocks, instants and the loop whose time jumps."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.base import instants
from contactor.base.clock import ManualClock, SystemClock
from contactor.base.errors import BrokenPromise
from contactor.base.virtual_loop import run_virtually


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00Z"),
        ("2024-05-01T12:00:00.123456+02:00", "2024-05-01T10:00:00.123Z"),
        ("2024-05-01T12:00:00.5-00:30", "2024-05-01T12:30:00.500Z"),
    ],
)
def test_rpc_13_instants_are_read_with_any_offset_and_written_in_utc(text: str, written: str) -> None:
    assert instants.to_text(instants.from_text(text)) == written


@pytest.mark.parametrize("text", ["2024-05-01T12:00:00", "yesterday", ""])
def test_rpc_13_an_instant_without_offset_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"offset|isoformat"):
        instants.from_text(text)


@given(st.timedeltas(timedelta(0), timedelta(days=36_525)), st.integers(-14 * 60, 14 * 60))
def test_an_instant_survives_writing_and_reading_to_the_millisecond(age: timedelta, offset_min: int) -> None:
    instant = datetime(1990, 1, 1, tzinfo=timezone(timedelta(minutes=offset_min))) + age
    assert instants.from_text(instants.to_text(instant)) == instants.to_milliseconds(instant)


def test_a_manual_clock_moves_both_times_together() -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.advance(90.5)
    assert (clock.monotonic_s(), clock.now()) == (90.5, datetime(2026, 1, 1, 0, 1, 30, 500_000, tzinfo=UTC))


def test_clk_03_a_corrected_wall_clock_leaves_the_monotonic_seconds_alone() -> None:
    clock = ManualClock()
    clock.advance(10)
    clock.set_wall_clock(datetime(2020, 1, 1, tzinfo=UTC))
    assert (clock.monotonic_s(), clock.now()) == (10, datetime(2020, 1, 1, tzinfo=UTC))


def test_a_manual_clock_cannot_go_back() -> None:
    with pytest.raises(ValueError, match="-1"):
        ManualClock().advance(-1)


def test_the_system_clock_is_aware_and_grows() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic_s() <= clock.monotonic_s()


def test_a_day_on_the_virtual_loop_takes_no_time_and_keeps_the_order() -> None:
    async def a_day() -> list[tuple[float, str]]:
        loop = asyncio.get_running_loop()
        seen: list[tuple[float, str]] = []
        loop.call_later(3600, lambda: seen.append((loop.time(), "later")))
        loop.call_later(60, lambda: seen.append((loop.time(), "sooner")))
        await asyncio.sleep(86_400)
        return seen

    assert run_virtually(a_day()) == [(60, "sooner"), (3600, "later")]


def test_waiting_for_the_real_world_on_the_virtual_loop_is_an_error() -> None:
    async def wait_for_ever() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(BrokenPromise, match="real world"):
        run_virtually(wait_for_ever())
