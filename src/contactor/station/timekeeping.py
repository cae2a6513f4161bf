"""Knows how far the station's clock is from the machine's: the central system's time wins (CLK-01)."""

from datetime import datetime, timedelta

import msgspec

from contactor.base.instants import to_milliseconds
from contactor.station.events import Moment
from contactor.station.store.port import Shelf, Store

STEP_WORTH_TELLING_S = 2.0
_YEARS = range(2000, 3000)
"""A clock that says anything else is broken, and near the ends of the calendar every sum of times would be too."""


class _Clock(msgspec.Struct, frozen=True):
    offset_s: float


_CLOCK = Shelf("clock", _Clock)


class Timekeeping:
    """Keeps an offset to the hardware clock, over power cuts too, and never touches the machine's own clock."""

    __slots__ = ("_offset_s", "_store", "_synchronised", "_zero")

    def __init__(self, store: Store) -> None:
        self._store = store
        kept = _CLOCK.records(store).get("clock")
        self._offset_s = kept.offset_s if kept else 0.0
        self._synchronised = kept is not None
        self._zero: datetime | None = None

    @property
    def is_synchronised(self) -> bool:
        """Whether the clock was ever set by a central system; without it there is no valid time (CLK-04)."""
        return self._synchronised

    def corrected(self, moment: Moment) -> Moment:
        """The same moment by the station's clock, to the millisecond."""
        return Moment(moment.s, to_milliseconds(moment.instant + timedelta(seconds=self._offset_s)))

    def step_s(self, moment: Moment) -> float:
        """By how much the machine's clock was set since this was asked last; what it runs wrong by is less."""
        zero = moment.instant - timedelta(seconds=moment.s)
        before, self._zero = self._zero or zero, zero
        step_s = (zero - before).total_seconds()
        return step_s if abs(step_s) >= STEP_WORTH_TELLING_S else 0.0

    def synchronise(self, central_time: datetime, now: Moment) -> float:
        """Take over the central system's time and return the step in seconds, 0 if it was close enough.

        `now` is a corrected moment. Less than a second is the message's own travel time, not an error of the
        clock, and is left alone. So is a time that nobody can mean, of another millennium.
        """
        if central_time.year not in _YEARS:
            return 0.0
        step_s = (central_time - now.instant).total_seconds()
        if self._synchronised and abs(step_s) < 1.0:
            return 0.0
        self._offset_s += step_s
        self._synchronised = True
        _CLOCK.put(self._store, "clock", _Clock(self._offset_s))
        return step_s
