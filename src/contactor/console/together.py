"""SHELL: several questions at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


async def together(*questions: Awaitable[T]) -> list[T]:
    """The answers to all of them, in their order; one that fails fails all."""
    return list(await asyncio.gather(*questions))


async def in_turn(things: Sequence[T], work: Callable[[T], Awaitable[None]], *, at_a_time: int) -> None:
    """Do work for each, so many at a time."""
    gate = asyncio.Semaphore(at_a_time)

    async def one(thing: T) -> None:
        async with gate:
            await work(thing)

    await asyncio.gather(*(one(each) for each in things))
