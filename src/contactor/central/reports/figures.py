"""The figures of a report: spans and charges, summed by station, site, model or month. No clock, no database.

A charge counts where it ended: only then its energy is settled. What a station was in use and connected counts where
it was, cut at the ends of each stretch of time.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

NO_SITE = "(no site)"
NO_MODEL = "(no model)"


class By(StrEnum):
    """What a report has a line for."""

    STATION = "station"
    SITE = "site"
    MODEL = "model"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, in milliseconds since 1970, without its end."""

    from_ms: int
    until_ms: int

    def within(self, other: "Span") -> int:
        """How long it is inside of another, in milliseconds."""
        return max(0, min(self.until_ms, other.until_ms) - max(self.from_ms, other.from_ms))

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return max(0, self.until_ms - self.from_ms)


@dataclass(frozen=True, slots=True)
class Charge:
    """A transaction: when it held its connector, and its energy once it has ended."""

    span: Span
    energy_wh: int | None


@dataclass(frozen=True, slots=True)
class StationRecord:
    """What is known of a station in the time reported on."""

    station_id: str
    site_id: str | None
    known_since_ms: int
    connectors: int
    charges: Sequence[Charge] = ()
    connected: Sequence[Span] = ()
    model: str | None = None
    """As the station names it."""

    def name(self, by: By) -> str:
        """The line it is part of; months are told apart by time."""
        names = {By.STATION: self.station_id, By.SITE: self.site_id or NO_SITE, By.MODEL: self.model or NO_MODEL}
        return names[by]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a report; a share is from 0 to 1, and None where there is nothing it could be a share of."""

    name: str
    sessions: int
    energy_wh: int
    charging_s: int
    utilisation: float | None
    uptime: float | None


@dataclass(slots=True)
class _Sum:
    sessions: int = 0
    energy_wh: int = 0
    charging_ms: int = 0
    connector_ms: int = 0
    connected_ms: int = 0
    known_ms: int = 0

    def add(self, station: StationRecord, span: Span) -> None:
        known = Span(max(span.from_ms, station.known_since_ms), span.until_ms)
        for charge in station.charges:
            if charge.energy_wh is not None and span.from_ms <= charge.span.until_ms < span.until_ms:
                self.sessions += 1
                self.energy_wh += charge.energy_wh
            self.charging_ms += charge.span.within(span)
        self.connector_ms += station.connectors * known.length_ms
        self.known_ms += known.length_ms
        self.connected_ms += sum(each.within(known) for each in station.connected)

    def line(self, name: str) -> Line:
        return Line(
            name,
            self.sessions,
            self.energy_wh,
            self.charging_ms // 1000,
            _share(self.charging_ms, self.connector_ms),
            _share(self.connected_ms, self.known_ms),
        )


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its lines, and all of them together."""

    by: By
    span: Span
    lines: Sequence[Line] = field(default_factory=tuple)
    total: Line = Line("total", 0, 0, 0, None, None)


def report_of(stations: Iterable[StationRecord], span: Span, by: By) -> Report:
    """The report on a stretch of time."""
    months = months_of(span) if by is By.MONTH else []
    sums: dict[str, _Sum] = defaultdict(_Sum, {name: _Sum() for name, _ in months})
    total = _Sum()
    for station in stations:
        total.add(station, span)
        if by is By.MONTH:
            for name, month in months:
                sums[name].add(station, month)
        else:
            sums[station.name(by)].add(station, span)
    return Report(by, span, [sums[name].line(name) for name in sorted(sums)], total.line("total"))


def months_of(span: Span) -> list[tuple[str, Span]]:
    """The months of UTC that a stretch of time touches, the first and the last cut to it."""
    found = []
    at_ms = span.from_ms
    while at_ms < span.until_ms:
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
        following = datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)
        end_ms = min(span.until_ms, round(following.timestamp() * 1000))
        found.append((at.strftime("%Y-%m"), Span(at_ms, end_ms)))
        at_ms = end_ms
    return found


def _share(part: int, whole: int) -> float | None:
    return round(min(1.0, part / whole), 6) if whole else None
