"""A part of a page that is fetched: loading, then what there is, or what went wrong and a way to try again."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from nicegui import ui

from contactor.console.api_client import ApiRefusal, ApiUnreachable, Json
from contactor.console.visit import Visit, told
from contactor.ui.blocks import button, failed, skeleton
from contactor.ui.components import RecordTable, Row
from contactor.ui.frame import tag

T = TypeVar("T")
UNAUTHORIZED = 401
PAGE = 50
AGAIN_AFTER_S = 5.0
"""What could not be had is tried again by itself."""
PAGE_MAX = 500
"""As many as the API gives at once."""


class Section(Generic[T]):
    """Fetches after the page has been sent, so that no page waits for the API."""

    def __init__(self, visit: Visit, fetch: Callable[[], Awaitable[T]], show: Callable[[T], object]) -> None:
        self._visit = visit
        self._fetch = fetch
        self._show = show
        self._shown: T | None = None
        self._place = tag("div", "stack")
        with self._place:
            skeleton()
            ui.timer(0.01, self.refresh, once=True)

    async def refresh(self) -> None:
        """Fetch again; what is shown stays until another answer is there.

        The same answer changes nothing: a button that were made anew just as it is pressed would not hear of it.
        """
        try:
            found = await self._fetch()
        except (ApiRefusal, ApiUnreachable) as error:
            if isinstance(error, ApiRefusal) and error.status == UNAUTHORIZED:
                self._visit.console.people.end(self._visit.session)
                return
            self._shown = None
            self._place.clear()
            with self._place:
                _say_failed(error, self.refresh)
            return
        if found == self._shown:
            return
        self._shown = found
        self._place.clear()
        with self._place:
            self._show(found)


def _say_failed(error: ApiRefusal | ApiUnreachable, again: Callable[[], Awaitable[None]]) -> None:
    """Say it, and go on trying where nobody answered; what was refused would be refused again."""
    failed(told(error), again)
    if isinstance(error, ApiUnreachable):
        ui.timer(AGAIN_AFTER_S, again, once=True)


class Records:
    """A table of a list that comes in pages: the first at once, more by a button."""

    def __init__(
        self,
        visit: Visit,
        path: str,
        table: RecordTable,
        row: Callable[[Json], Row],
        *,
        cursor: str | None = "before",
        wanted: Callable[[], dict[str, Any]] = dict,  # Any: parameters of whatever type the API takes
        limit: int = PAGE,
    ) -> None:
        self._visit = visit
        self._path = path
        self._table = table
        self._row = row
        self._cursor = cursor
        self._wanted = wanted
        self._limit = limit
        self.found: list[Json] = []
        self._next: object = None
        self._table.set_visibility(False)
        self._state = tag("div", "stack")
        with self._state:
            skeleton()
        self._more = button("Show more", self._show_more, kind="text").style("margin: 8px")
        self._more.set_visibility(False)
        ui.timer(0.01, self.refresh, once=True)

    async def refresh(self) -> None:
        """Fetch again, and show at least as many as before."""
        await self._fetch(None, min(PAGE_MAX, max(self._limit, len(self.found))))

    async def _show_more(self) -> None:
        await self._fetch(self._next, self._limit)

    async def _fetch(self, at: object, limit: int) -> None:
        parameters = dict(self._wanted())
        if self._cursor is not None:
            parameters |= {"limit": limit, self._cursor: at}
        try:
            page = await self._visit.api.get(self._path, **parameters)
            items: Sequence[Json] = page if isinstance(page, list) else page["items"]
        except (ApiRefusal, ApiUnreachable) as error:
            if isinstance(error, ApiRefusal) and error.status == UNAUTHORIZED:
                self._visit.console.people.end(self._visit.session)
                return
            self._state.clear()
            with self._state:
                _say_failed(error, self.refresh)
            return
        self._state.clear()
        self._next = None if isinstance(page, list) else page["next"]
        self.found = [*([] if at is None else self.found), *items]
        self._table.set_visibility(True)
        self._table.show([self._row(each) for each in self.found])
        self._more.set_visibility(self._next is not None)
