"""The energy of a transaction, hour by hour: the register between its readings, as straight lines (CS-17).

The sum over the hours is the transaction's energy, to the watt-hour: what the register did in an hour is read off the
lines at full hours of UTC, and only what is left after rounding moves to the last hour.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.views import ReadingView, TransactionView

HOUR_MS = 3_600_000
HOURS_MAX = 24 * 366
"""Of a transaction that seems to last longer, because a clock was wrong, only the energy as a whole is told."""


@dataclass(frozen=True, slots=True)
class HourOfTransaction:
    """What a transaction took in the hour that begins at `hour`."""

    transaction_id: int
    station_id: str
    connector_id: int
    id_tag: str
    hour: datetime
    energy_wh: int


def hours_of(view: TransactionView, readings: Iterable[ReadingView]) -> list[HourOfTransaction]:
    """A transaction's hours, the first to the last it touches; none while nothing of its energy is known."""
    points = _register(view, readings)
    total_wh = 0 if view.energy_wh is None else round(view.energy_wh)
    if len(points) < 2 or not total_wh:
        return []
    return [
        HourOfTransaction(
            view.transaction_id, view.station_id, view.connector_id, view.id_tag, from_ms(hour_ms), energy_wh
        )
        for hour_ms, energy_wh in _by_hour(points, total_wh)
    ]


def _register(view: TransactionView, readings: Iterable[ReadingView]) -> list[tuple[int, float]]:
    """Instants and registers, both only ever growing; what lies outside of the transaction or went back is left out."""
    start_ms, start_wh = to_ms(view.started_at), float(view.meter_start_wh)
    end_ms = None if view.stopped_at is None else max(start_ms, to_ms(view.stopped_at))
    end_wh = None if view.energy_wh is None else start_wh + view.energy_wh
    points = [(start_ms, start_wh)]
    for reading in readings:
        at_ms = to_ms(reading.taken_at)
        if reading.energy_wh is None or at_ms <= points[-1][0] or reading.energy_wh < points[-1][1]:
            continue
        if (end_ms is None or at_ms < end_ms) and (end_wh is None or reading.energy_wh <= end_wh):
            points.append((at_ms, reading.energy_wh))
    if end_ms is not None and end_wh is not None:
        points.append((end_ms, end_wh))
    return points


def _by_hour(points: Sequence[tuple[int, float]], total_wh: int) -> Iterator[tuple[int, int]]:
    first_ms, start_wh = points[0]
    last_ms = points[-1][0]
    first_hour_ms, last_hour_ms = _floor(first_ms), _floor(max(first_ms, last_ms - 1))
    if last_hour_ms - first_hour_ms > HOURS_MAX * HOUR_MS:
        yield first_hour_ms, total_wh
        return
    lines = iter(pairwise(points))
    line = next(lines)
    told_wh = 0
    for hour_ms in range(first_hour_ms, last_hour_ms, HOUR_MS):
        end_ms = hour_ms + HOUR_MS
        while line[1][0] < end_ms:
            line = next(lines)
        so_far_wh = round(_on(line, end_ms) - start_wh)
        yield hour_ms, so_far_wh - told_wh
        told_wh = so_far_wh
    yield last_hour_ms, total_wh - told_wh


def _on(line: tuple[tuple[int, float], tuple[int, float]], at_ms: int) -> float:
    (from_at_ms, from_wh), (to_at_ms, to_wh) = line
    return from_wh + (to_wh - from_wh) * (at_ms - from_at_ms) / (to_at_ms - from_at_ms)


def _floor(at_ms: int) -> int:
    return at_ms // HOUR_MS * HOUR_MS
