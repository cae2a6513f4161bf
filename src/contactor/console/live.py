"""What keeps a part of a page new: it is fetched again soon after something was told that concerns it."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from contactor.console.hub import Listener
from contactor.console.visit import Visit

WITHIN_S = 1.0
"""What is told meanwhile, however much, is one reason to fetch."""


def keep_asking(visit: Visit, refresh: Callable[[], Awaitable[None]], *, every_s: float) -> None:
    """Refresh so often, for what no event tells."""

    async def look() -> None:
        if not visit.session.is_over:
            await refresh()

    ui.timer(every_s, look)


def keep_new(visit: Visit, refresh: Callable[[], Awaitable[None]], *kinds: str, station_id: str | None = None) -> None:
    """Refresh after events of some kinds; of one station, or of all."""
    is_old = False

    def heard() -> None:
        nonlocal is_old
        is_old = True

    async def look() -> None:
        nonlocal is_old
        if is_old and not visit.session.is_over:
            is_old = False
            await refresh()

    listener = Listener(frozenset(kinds), station_id, heard)
    visit.console.hub.listeners.add(listener)
    ui.context.client.on_delete(lambda: visit.console.hub.listeners.discard(listener))
    ui.timer(WITHIN_S, look)
