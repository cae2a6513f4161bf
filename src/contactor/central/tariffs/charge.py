"""A charge as its cost sees it: when, how the meter's register rose, and while which spans a full car stayed."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from contactor.ocpp.enumerations import ChargePointStatus


@dataclass(frozen=True, slots=True)
class Point:
    """The register at an instant."""

    at_ms: int
    register_wh: Fraction


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant up to another."""

    since_ms: int
    until_ms: int

    def shared_ms(self, since_ms: int, until_ms: int) -> int:
        """How much of it lies between two instants."""
        return max(0, min(self.until_ms, until_ms) - max(self.since_ms, since_ms))


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge so far, or as a whole; the meter's points are in order, the first at its start, and never go back."""

    span: Span
    meter: tuple[Point, ...]
    idle: tuple[Span, ...] = ()

    def register_at(self, at_ms: int) -> Fraction:
        """The register at an instant: between two points as if the power had been even."""
        after = bisect_right(self.meter, at_ms, key=lambda point: point.at_ms)
        if after == 0:
            return self.meter[0].register_wh
        low = self.meter[after - 1]
        if after == len(self.meter):
            return low.register_wh
        high = self.meter[after]
        share = Fraction(at_ms - low.at_ms, high.at_ms - low.at_ms)
        return low.register_wh + (high.register_wh - low.register_wh) * share


def make_charge(
    span: Span,
    meter_start_wh: int,
    meter_stop_wh: int | None,
    readings: Iterable[Point],
    *,
    idle: Sequence[Span] = (),
) -> Charge:
    """A charge out of what was reported, however odd.

    Readings from outside its time count at its edges; a register that falls back counts as standing still until it
    has caught up (CS-16). With `meter_stop_wh` the charge is over: the register ends there and never stood above.
    """
    span = Span(span.since_ms, max(span.since_ms, span.until_ms))
    register_wh = Fraction(meter_start_wh)
    top_wh = None if meter_stop_wh is None else Fraction(max(meter_start_wh, meter_stop_wh))
    points = [Point(span.since_ms, register_wh)]
    for reading in sorted(readings, key=lambda point: point.at_ms):
        seen_wh = reading.register_wh if top_wh is None else min(top_wh, reading.register_wh)
        register_wh = max(register_wh, seen_wh)
        points.append(Point(min(max(reading.at_ms, span.since_ms), span.until_ms), register_wh))
    if top_wh is not None:
        points.append(Point(span.until_ms, top_wh))
    within = (Span(max(each.since_ms, span.since_ms), min(each.until_ms, span.until_ms)) for each in idle)
    return Charge(span, tuple(points), tuple(each for each in within if each.until_ms > each.since_ms))


_GOES_ON = frozenset({ChargePointStatus.CHARGING.value, ChargePointStatus.SUSPENDED_EVSE.value})
_IDLE = ChargePointStatus.SUSPENDED_EV.value


def idle_spans(statuses: Iterable[tuple[int, str]], span: Span) -> list[Span]:
    """When the car was full and stayed: SuspendedEV, once the charge had begun to flow (instant and status, in order).

    A car that is not ready yet says SuspendedEV before it charges; that is no idle time. One that goes on to charge
    ends it, whoever had paused.
    """
    found: list[Span] = []
    has_charged, since_ms = False, None
    for at_ms, status in statuses:
        if since_ms is not None and status != _IDLE:
            found.append(Span(since_ms, at_ms))
            since_ms = None
        has_charged = has_charged or status in _GOES_ON
        if status == _IDLE and has_charged and since_ms is None:
            since_ms = at_ms
    if since_ms is not None:
        found.append(Span(since_ms, max(since_ms, span.until_ms)))
    return found


def after_grace(idle: Sequence[Span], grace_ms: int) -> list[Span]:
    """What is left of the idle time when its first milliseconds are free."""
    left: list[Span] = []
    for each in idle:
        free_ms = min(grace_ms, each.until_ms - each.since_ms)
        grace_ms -= free_ms
        if each.since_ms + free_ms < each.until_ms:
            left.append(Span(each.since_ms + free_ms, each.until_ms))
    return left
