"""What each station does oddly: kept as a handful of rows with a count, and told to the log once.

What is seen for the first time is written at once; how often it came since then is counted here and written now and
then, so that a station whose every message is odd does not double the work of its messages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import Connection, bindparam, func, insert, select, update

from contactor.base.clock import Clock
from contactor.base.ids import StationId
from contactor.central.milliseconds import to_ms
from contactor.central.store.batch import Done
from contactor.central.store.port import Writer, WriterFull, WriterStopped
from contactor.central.store.quirk_tables import station_quirks
from contactor.central.store.schema import stations
from contactor.central.store.statement import Rows, Statement
from contactor.ocpp.oddity import Oddities, Oddity, OddityKind

QUIRKS_MAX = 100
"""How many a station can have: fields that OCPP does not have are the station's to invent."""

_quirks = station_quirks.c
_is_it = (
    (_quirks.station_id == bindparam("station"))
    & (_quirks.kind == bindparam("of_kind"))
    & (_quirks.field == bindparam("at_field"))
)
_SEEN_AGAIN = update(station_quirks).where(_is_it).values(last_seen_at_ms=bindparam("at_ms"), times=_quirks.times + 1)
_COUNT = select(func.count()).where(_quirks.station_id == bindparam("station"))
_STATION = select(stations.c.id).where(stations.c.id == bindparam("station"))
_COUNT_UP = Statement(
    "UPDATE station_quirks SET times = times + :more, last_seen_at_ms = :at_ms"
    " WHERE station_id = :station_id AND kind = :kind AND field = :field",
    ("more", "at_ms", "station_id", "kind", "field"),
    is_news=False,
)


@dataclass(frozen=True, slots=True)
class _Key:
    station_id: StationId
    kind: OddityKind
    field: str


@dataclass(slots=True)
class _Tally:
    """How often something was seen since it was last written, and when last."""

    more: int
    at_ms: int


class Quirks:
    """Takes note of oddities; counts, logs and writes them."""

    def __init__(self, writer: Writer, clock: Clock, log: structlog.typing.FilteringBoundLogger) -> None:
        self._writer = writer
        self._clock = clock
        self._log = log
        self._known: dict[StationId, set[_Key]] = {}
        self._tallies: dict[_Key, _Tally] = {}

    def note(self, station_id: StationId, oddities: Oddities) -> None:
        """Take note of what was odd about one message."""
        at_ms = to_ms(self._clock.now())
        known = self._known.setdefault(station_id, set())
        for oddity in oddities:
            key = _Key(station_id, oddity.kind, oddity.field)
            if key in known:
                self._count(key, at_ms)
            elif len(known) < QUIRKS_MAX:
                known.add(key)
                self._first_seen(key, oddity, at_ms)

    def write_counts(self) -> None:
        """Write how often known quirks were seen since this was done last."""
        if not self._tallies:
            return
        tallies, self._tallies = self._tallies, {}
        rows = tuple((t.more, t.at_ms, key.station_id, key.kind.value, key.field) for key, t in tallies.items())
        self._write(lambda done: self._writer.write((Rows(_COUNT_UP, rows),), done))

    def _count(self, key: _Key, at_ms: int) -> None:
        tally = self._tallies.get(key)
        if tally is None:
            self._tallies[key] = _Tally(1, at_ms)
        else:
            tally.more += 1
            tally.at_ms = at_ms

    def _first_seen(self, key: _Key, oddity: Oddity, at_ms: int) -> None:
        self._log.info(
            "station quirk", station=key.station_id, kind=key.kind.value, field=key.field, example=oddity.example
        )
        work = partial(_record, station_id=key.station_id, oddity=oddity, at_ms=at_ms)
        self._write(lambda done: self._writer.write(work, done))

    def _write(self, hand_over: Callable[[Done], None]) -> None:
        """Write what no station waits for."""
        try:
            hand_over(self._written)
        except (WriterFull, WriterStopped) as error:
            self._written(error)

    def _written(self, outcome: object) -> None:
        if isinstance(outcome, Exception):
            self._log.error("quirks were not written", exc_info=outcome)


def _record(connection: Connection, *, station_id: StationId, oddity: Oddity, at_ms: int) -> None:
    """Add the quirk, or count it up if an earlier run of this program knew it; a full house takes no more."""
    place = {"station": station_id, "of_kind": oddity.kind.value, "at_field": oddity.field, "at_ms": at_ms}
    if connection.execute(_SEEN_AGAIN, place).rowcount > 0:
        return
    is_known_station = connection.execute(_STATION, {"station": station_id}).first() is not None
    if is_known_station and connection.execute(_COUNT, {"station": station_id}).scalar_one() < QUIRKS_MAX:
        connection.execute(
            insert(station_quirks).values(
                station_id=station_id,
                kind=oddity.kind.value,
                field=oddity.field,
                example=oddity.example,
                first_seen_at_ms=at_ms,
                last_seen_at_ms=at_ms,
                times=1,
            )
        )
