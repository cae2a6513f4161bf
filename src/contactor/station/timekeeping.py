"""Knows how far the station's clock is from the machine's: the central system's time wins (CLK-01)."""

from datetime import datetime, timedelta

import msgspec

from contactor.base.instants import to_milliseconds
from contactor.station.events import Moment
from contactor.station.store.port import Shelf, Store

STEP_WORTH_TELLING_S = 2.0
_NEAR = timedelta(seconds=1)
_NOTHING = timedelta()
_YEARS = range(2000, 3000)
"""A clock that says anything else is broken, and near the ends of the calendar every sum of times would be too."""


class _Clock(msgspec.Struct, frozen=True):
    offset_s: float


_CLOCK = Shelf("clock", _Clock)


class Timekeeping:
    """Keeps an offset to the hardware clock, over power cuts too, and never touches the machine's own clock."""

    __slots__ = ("_store", "_zero_s", "offset")

    def __init__(self, store: Store) -> None:
        self._store = store
        kept = _CLOCK.records(store).get("clock")
        self.offset = None if kept is None else timedelta(seconds=kept.offset_s)
        """How much later it is by the central system than by the machine; None until that was ever told."""
        self._zero_s: float | None = None

    @property
    def is_synchronised(self) -> bool:
        """Whether the clock was ever set by a central system; without it there is no valid time (CLK-04)."""
        return self.offset is not None

    def corrected(self, moment: Moment) -> Moment:
        """The same moment by the station's clock, to the millisecond."""
        return Moment(moment.s, to_milliseconds(moment.instant + (self.offset or _NOTHING)))

    def step_s(self, moment: Moment) -> float:
        """By how much the machine's clock was set since this was asked last; what it runs wrong by is less."""
        before_s, self._zero_s = self._zero_s, moment.instant.timestamp() - moment.s
        step_s = 0.0 if before_s is None else self._zero_s - before_s
        return 0.0 if -STEP_WORTH_TELLING_S < step_s < STEP_WORTH_TELLING_S else step_s

    def synchronise(self, central_time: datetime, now: Moment) -> float:
        """Take over the central system's time and return the step in seconds, 0 if it was close enough.

        `now` is a corrected moment. Less than a second is the message's own travel time, not an error of the
        clock, and is left alone. So is a time that nobody can mean, of another millennium.
        """
        if central_time.year not in _YEARS:
            return 0.0
        step = central_time - now.instant
        if self.offset is not None and abs(step) < _NEAR:
            return 0.0
        self.offset = (self.offset or _NOTHING) + step
        _CLOCK.put(self._store, "clock", _Clock(self.offset.total_seconds()))
        return step.total_seconds()
