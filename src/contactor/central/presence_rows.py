"""When stations were connected: the periods that are kept, and how large a share of a stretch of time they fill."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, func, or_, select, update

from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.store import schema
from contactor.central.store.presence_tables import presence_periods
from contactor.central.store.statement import Rows, Statement, insert

_periods = presence_periods.c
_CAME = insert(presence_periods, "station_id", "since_at_ms")
_WENT = Statement(
    "UPDATE presence_periods SET until_at_ms = :until_at_ms WHERE station_id = :station_id AND until_at_ms IS NULL",
    ("until_at_ms", "station_id"),
)


@dataclass(frozen=True, slots=True)
class Period:
    """An unbroken time of connection; `until` is None while it lasts."""

    number: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Uptime:
    """How long a station was connected in a stretch of time, which begins no earlier than the station was known.

    `share` is None for a stretch of no length.
    """

    start: datetime
    end: datetime
    connected: timedelta

    @property
    def share(self) -> float | None:
        """From 0 to 1."""
        return self.connected / (self.end - self.start) if self.end > self.start else None


def came(station_id: str, at: datetime) -> Rows:
    """A station has connected."""
    return Rows(_CAME, ((station_id, to_ms(at)),))


def went(station_id: str, at: datetime) -> Rows:
    """It has gone."""
    return Rows(_WENT, ((to_ms(at), station_id),))


def end_left_open(connection: Connection) -> None:
    """Before anybody connects: what an earlier run left open ended when the station was last heard, at the latest.

    Whether it was connected while nobody listened is not known, and is not claimed.
    """
    last_seen = select(schema.stations.c.last_seen_at_ms).where(schema.stations.c.id == _periods.station_id)
    heard_at_ms = func.coalesce(last_seen.scalar_subquery(), _periods.since_at_ms)
    until_at_ms = case((heard_at_ms > _periods.since_at_ms, heard_at_ms), else_=_periods.since_at_ms)
    left_open = _periods.until_at_ms.is_(None)
    connection.execute(update(presence_periods).where(left_open).values(until_at_ms=until_at_ms))


def newest_periods(connection: Connection, station_id: str, *, before: int | None, limit: int) -> list[Period]:
    """A station's periods, the newest first."""
    query = select(presence_periods).where(_periods.station_id == station_id).order_by(_periods.id.desc()).limit(limit)
    if before is not None:
        query = query.where(_periods.id < before)
    return [
        Period(row.id, from_ms(row.since_at_ms), None if row.until_at_ms is None else from_ms(row.until_at_ms))
        for row in connection.execute(query)
    ]


def uptimes(
    connection: Connection, known_since: Iterable[tuple[str, datetime]], start: datetime, end: datetime
) -> dict[str, Uptime]:
    """How long each of some stations was connected between two instants; each is given with when it was first known."""
    began = {station_id: max(start, since) for station_id, since in known_since}
    query = select(presence_periods).where(
        _periods.station_id.in_(began),
        _periods.since_at_ms < to_ms(end),
        or_(_periods.until_at_ms.is_(None), _periods.until_at_ms > to_ms(start)),
    )
    found: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in connection.execute(query):
        until = end if row.until_at_ms is None else min(end, from_ms(row.until_at_ms))
        found[row.station_id].append((max(began[row.station_id], from_ms(row.since_at_ms)), until))
    return {
        station_id: Uptime(min(first, end), end, _together(found[station_id])) for station_id, first in began.items()
    }


def _together(spans: Sequence[tuple[datetime, datetime]]) -> timedelta:
    """The sum of spans that do not overlap: a station has one connection that counts."""
    return sum((end - start for start, end in spans if end > start), timedelta())
