"""The watch: looks for what no message tells, which is silence, and closings that were lost.

One round is one piece of work for the writer, over indexed rows only; it depends on nothing but the record and who is
connected, so a restart forgets nothing. Where nobody is about to be missed, it rests until there is news.
"""

from collections.abc import Callable, Mapping, Set
from datetime import datetime

import structlog
from sqlalchemy import Connection, select

from contactor.base.clock import Clock
from contactor.base.ids import StationId
from contactor.central.alarms.alarm import ClosedBy
from contactor.central.alarms.alarm_rows import Sighting, close_alarms, raise_alarm, rule_in_force, rules_in_force
from contactor.central.alarms.raising import STATION, is_trouble
from contactor.central.alarms.rulebook import STATION_OFFLINE, rulebook
from contactor.central.milliseconds import from_ms, to_ms
from contactor.central.store import schema
from contactor.central.store.alarm_tables import alarms
from contactor.central.store.news import Looked, Rest
from contactor.central.store.port import Writer, WriterFull, WriterStopped
from contactor.central.store.prepared import Prepared

AFTER_BOOT_S = 300
"""How long after a boot a trouble may be reported again before it counts as over: all statuses are due at once
(BOOT-04)."""

_stations = schema.stations.c
_is_offline_alarm = (alarms.c.rule == STATION_OFFLINE) & alarms.c.open_key.is_not(None)
_MISSED = Prepared(select(alarms.c.station_id).where(_is_offline_alarm))
_HEARD = Prepared(select(_stations.id, _stations.last_seen_at_ms).where(_stations.last_seen_at_ms.is_not(None)))
_BOOTED_SINCE = Prepared(
    select(alarms.c.id)
    .join(schema.stations, _stations.id == alarms.c.station_id)
    .where(is_trouble, alarms.c.open_key.is_not(None), alarms.c.last_seen_at_ms < _stations.booted_at_ms)
    .limit(1)
)


class AlarmWatch:
    """Goes its rounds; belongs to the event loop of the central system."""

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        online: Callable[[], Set[StationId]],
        ring: Callable[[], None],
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        """Be ready; `online` says which stations are connected and give signs of life."""
        self._writer = writer
        self._clock = clock
        self._online = online
        self._ring = ring
        self._log = log
        self._on_watch_since = clock.now()
        self._rest = Rest(writer.news)
        self._seen_online: Set[StationId] = frozenset()

    def go_round(self) -> None:
        """Look once."""
        now, online = self._clock.now(), frozenset(self._online())
        if not self._rest.is_over and online == self._seen_online:
            return
        self._rest.end()
        self._seen_online = online
        try:
            self._writer.write(lambda connection: look(connection, online, self._on_watch_since, now), self._looked)
        except (WriterFull, WriterStopped):
            return  # stations come first; the next round looks

    def _looked(self, outcome: object) -> None:
        if isinstance(outcome, Exception):
            self._log.error("the watch failed", exc_info=outcome)
        elif outcome is Looked.NOTHING:
            self._rest.begin()
        elif outcome is not Looked.NOT_YET:
            self._ring()


def look(connection: Connection, online: Set[StationId], since: datetime, now: datetime) -> Looked | None:
    """Raise and close what the record and the connections say; nobody is missed before we have listened long enough."""
    missed = {each.station_id for each in _MISSED.all(connection, {})}
    absent = {each.id: each.last_seen_at_ms for each in _HEARD.all(connection, {}) if each.id not in online | missed}
    changed = (
        _close_returned(connection, missed & online, now)
        + _raise_missing(connection, absent, since, now)
        + _close_unrepeated(connection, now)
        + _close_switched_off(connection, now)
    )
    if changed:
        return None
    return Looked.NOT_YET if absent or _BOOTED_SINCE.first(connection, {}) is not None else Looked.NOTHING


def _close_returned(connection: Connection, returned: Set[str], now: datetime) -> int:
    return sum(
        close_alarms(connection, _is_offline_alarm & (alarms.c.station_id == station_id), ClosedBy.BACK_ONLINE, now)
        for station_id in sorted(returned)
    )


def _raise_missing(connection: Connection, absent: Mapping[str, int], since: datetime, now: datetime) -> int:
    """Alarms for who was last heard too long ago; how many there are."""
    if not absent:
        return 0
    rule = rule_in_force(connection, rulebook().rules[STATION_OFFLINE])
    heard_before_ms = to_ms(now) - rule.after_s * 1000
    if not rule.is_on or (now - since).total_seconds() < rule.after_s:
        return 0
    silent = {station_id: seen_at_ms for station_id, seen_at_ms in absent.items() if seen_at_ms < heard_before_ms}
    for station_id, seen_at_ms in silent.items():
        said = f"last heard {from_ms(seen_at_ms):%Y-%m-%d %H:%M:%S} UTC"
        raise_alarm(connection, Sighting(rule, station_id, STATION, "", said), now)
    return len(silent)


def _close_unrepeated(connection: Connection, now: datetime) -> int:
    """Troubles that were last seen before a boot and not after it, while the station had time to tell."""
    booted = (
        select(_stations.booted_at_ms)
        .where(_stations.id == alarms.c.station_id, _stations.booted_at_ms < to_ms(now) - AFTER_BOOT_S * 1000)
        .scalar_subquery()
    )
    return close_alarms(connection, is_trouble & (alarms.c.last_seen_at_ms < booted), ClosedBy.BOOT, now)


def _close_switched_off(connection: Connection, now: datetime) -> int:
    off = [rule.name for rule in rules_in_force(connection) if not rule.is_on]
    return close_alarms(connection, alarms.c.rule.in_(off), ClosedBy.RULE_OFF, now) if off else 0
