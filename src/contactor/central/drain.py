"""SHELL: ends all sessions in good order: each when nothing is on its way, or when the time for that is over."""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Protocol

LOOK_AGAIN_S = 0.02
"""How soon after all were found busy they are looked at again."""


class Endable(Protocol):
    """A session, as far as its end is concerned."""

    @property
    def is_busy(self) -> bool:
        """Whether a call is on its way, in either direction."""
        ...

    def end(self, code: int, reason: str, *, abruptly: bool = False) -> None:
        """End it."""
        ...


async def drain(
    sessions: Iterable[Endable], *, limit_s: float, spread_s: float, abruptly: bool, code: int, reason: str
) -> None:
    """End the sessions one after another over `spread_s`; one that is busy comes last, and has `limit_s` at most."""
    waiting = deque(sessions)
    pause_s = spread_s / len(waiting) if waiting else 0.0
    now_s = asyncio.get_running_loop().time
    deadline_s = now_s() + limit_s
    passed_over = 0
    while waiting:
        session = waiting.popleft()
        if session.is_busy and now_s() < deadline_s:
            waiting.append(session)
            passed_over += 1
            if passed_over >= len(waiting):
                passed_over = 0
                await asyncio.sleep(LOOK_AGAIN_S)
            continue
        passed_over = 0
        session.end(code, reason, abruptly=abruptly)
        if pause_s > 0:
            await asyncio.sleep(pause_s)
