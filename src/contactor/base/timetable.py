"""SHELL: one timer of the event loop for the appointments of thousands of stations and their lines.

A timer of the loop's own weighs half a kilobyte, which in a fleet is a fair part of an idle station. And a fleet that
wakes for each station by itself finds the processor's caches cold each time: what is due within a tick is done in one
go, which costs a third less.
"""

import asyncio
import math
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import count

from msgspec import Struct

TIDY_ABOVE = 64
"""So many appointments may be called off and still be in the book, or a quarter as many as there are others."""

ROUNDING_S = 0.0005
"""uvloop rounds to whole milliseconds; a timer rounded down would come before what it is for."""


class Appointment(Struct, order=True):
    """Something to do at a second of the loop's; `callback` is None once it was done or called off.

    A Struct, because a heap compares all the time, and `number` keeps the order of those for the same second.
    """

    due_s: float
    number: int
    callback: Callable[[], object] | None
    book: "Timetable"

    def cancel(self) -> None:
        """Call it off; it may have happened already."""
        if self.callback is not None:
            self.callback = None
            self.book.called_off()


class Timetable:
    """Keeps appointments on the loop it was made on, as the loop itself would (`contactor.link.link.Scheduler`).

    With a `tick_s` all that becomes due within such a stretch of the loop's seconds is done at its end.
    """

    def __init__(self, *, tick_s: float = 0.0) -> None:
        assert tick_s >= 0
        self._tick_s = tick_s
        self._loop = asyncio.get_running_loop()
        self._appointments: list[Appointment] = []
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_s = 0.0
        self._called_off = 0
        self._is_working = False

    @property
    def still_to_come(self) -> int:
        """How many appointments there are that nobody has called off."""
        return len(self._appointments) - self._called_off

    def time(self) -> float:
        """The loop's monotonic seconds."""
        return self._loop.time()

    def call_soon(self, callback: Callable[[], object], /) -> asyncio.Handle:
        """Run it next, after what was scheduled before."""
        return self._loop.call_soon(callback)

    def call_later(self, delay_s: float, callback: Callable[[], object], /) -> Appointment:
        """Run it `delay_s` seconds from now."""
        appointment = Appointment(self._loop.time() + delay_s, next(self._numbers), callback, self)
        heappush(self._appointments, appointment)
        if self._appointments[0] is appointment and not self._is_working:
            self._set_timer()
        return appointment

    def called_off(self) -> None:
        """One of the appointments was cancelled: it keeps its place until it comes up, or until there are many."""
        self._called_off += 1
        if self._called_off > max(TIDY_ABOVE, self.still_to_come // 4):
            self._appointments = [each for each in self._appointments if each.callback is not None]
            heapify(self._appointments)
            self._called_off = 0

    def _set_timer(self) -> None:
        """Wake at the end of the tick in which the first appointment falls."""
        if not self._appointments:
            return
        at_s = self._appointments[0].due_s
        if self._tick_s:
            at_s = math.ceil(at_s / self._tick_s) * self._tick_s
        if self._timer is not None:
            if self._timer_s == at_s:
                return
            self._timer.cancel()
        self._timer_s = at_s
        self._timer = self._loop.call_at(at_s + ROUNDING_S, self._work)

    def _work(self) -> None:
        """Do all that is due now; what these deeds schedule for now waits for the next round, as with a loop."""
        self._timer = None
        self._is_working = True
        now_s, first_new = self._loop.time(), next(self._numbers)
        while self._appointments and self._appointments[0].due_s <= now_s and self._appointments[0].number < first_new:
            self._do(heappop(self._appointments))
        self._is_working = False
        self._set_timer()

    def _do(self, appointment: Appointment) -> None:
        callback, appointment.callback = appointment.callback, None
        if callback is None:
            self._called_off -= 1
            return
        try:
            callback()
        except Exception as error:  # of one station; the others' appointments stand
            message = f"{callback!r} failed"
            self._loop.call_exception_handler({"message": message, "exception": error})
