"""SHELL: one timer of the event loop for the appointments of thousands of stations and their lines.

A timer of the loop's own weighs half a kilobyte, which in a fleet is a fair part of an idle station. And a fleet that
wakes for each station by itself finds the processor's caches cold each time: what is due within a tick is done in one
go, which costs a third less. Nor need thousands of appointments be kept in order, but only the ticks that have some.
"""

import asyncio
import math
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from operator import attrgetter

from msgspec import Struct

TICK_S = 0.001
"""uvloop knows no shorter time."""
TIDY_ABOVE = 64
"""So many appointments may be called off and still be in the book, or a quarter as many as there are others."""

_ROUNDING_S = 0.0005
"""uvloop rounds to whole milliseconds; a timer rounded down would come before what it is for."""
_HAIR = 1e-6
"""Of a tick: what is that near to its end has reached it, whatever became of the last digit."""
_DUE_S = attrgetter("due_s")


class Appointment(Struct):
    """Something to do at a second of the loop's; `callback` is None once it was done or called off."""

    due_s: float
    callback: Callable[[], object] | None
    book: "Timetable"

    def cancel(self) -> None:
        """Call it off; it may have happened already."""
        if self.callback is not None:
            self.callback = None
            self.book.called_off()


class Timetable:
    """Keeps appointments on the loop it was made on, as the loop itself would (`contactor.link.link.Scheduler`).

    All that becomes due within a stretch of `tick_s` of the loop's seconds is done at its end, in order.
    """

    def __init__(self, *, tick_s: float = TICK_S) -> None:
        assert tick_s > 0
        self._tick_s = tick_s
        self._loop = asyncio.get_running_loop()
        self._ticks: dict[int, list[Appointment]] = {}
        self._order: list[int] = []
        """A heap of the ticks that have appointments."""
        self._first_open = 0
        """The first tick that still takes any: earlier ones are over, or being worked on."""
        self._timer: asyncio.TimerHandle | None = None
        self._booked = 0
        self._called_off = 0
        self._is_working = False

    @property
    def still_to_come(self) -> int:
        """How many appointments there are that nobody has called off."""
        return self._booked - self._called_off

    def time(self) -> float:
        """The loop's monotonic seconds."""
        return self._loop.time()

    def call_soon(self, callback: Callable[[], object], /) -> asyncio.Handle:
        """Run it next, after what was scheduled before."""
        return self._loop.call_soon(callback)

    def call_later(self, delay_s: float, callback: Callable[[], object], /) -> Appointment:
        """Run it `delay_s` seconds from now, at the end of the tick that falls in."""
        appointment = Appointment(self._loop.time() + delay_s, callback, self)
        tick = max(math.ceil(appointment.due_s / self._tick_s - _HAIR), self._first_open)
        self._booked += 1
        others = self._ticks.get(tick)
        if others is not None:
            others.append(appointment)
            return appointment
        self._ticks[tick] = [appointment]
        heappush(self._order, tick)
        if self._order[0] == tick and not self._is_working:
            self._set_timer()
        return appointment

    def called_off(self) -> None:
        """One of the appointments was cancelled: it keeps its place until it comes up, or until there are many."""
        self._called_off += 1
        if self._called_off > max(TIDY_ABOVE, self.still_to_come // 4) and not self._is_working:
            self._tidy()

    def _tidy(self) -> None:
        left = {tick: [each for each in those if each.callback is not None] for tick, those in self._ticks.items()}
        self._ticks = {tick: those for tick, those in left.items() if those}
        self._order = list(self._ticks)
        heapify(self._order)
        self._booked -= self._called_off
        self._called_off = 0

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._order:
            self._timer = self._loop.call_at(self._order[0] * self._tick_s + _ROUNDING_S, self._work)

    def _work(self) -> None:
        """Do all that is due now; what these deeds schedule for now waits for the next tick, as with a loop."""
        self._timer = None
        self._is_working = True
        reached = math.floor(self._loop.time() / self._tick_s + _HAIR)
        self._first_open = reached + 1
        while self._order and self._order[0] <= reached:
            due = self._ticks.pop(heappop(self._order))
            due.sort(key=_DUE_S)
            for appointment in due:
                self._do(appointment)
        self._is_working = False
        self._set_timer()

    def _do(self, appointment: Appointment) -> None:
        self._booked -= 1
        callback, appointment.callback = appointment.callback, None
        if callback is None:
            self._called_off -= 1
            return
        try:
            callback()
        except Exception as error:  # of one station; the others' appointments stand
            message = f"{callback!r} failed"
            self._loop.call_exception_handler({"message": message, "exception": error})
