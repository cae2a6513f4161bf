"""The watch: looks for what no message tells, which is silence, and closings that were lost.

One round is one piece of work for the writer, over indexed rows only; it depends on nothing but the record and who is
connected, so a restart forgets nothing.
"""

from collections.abc import Callable, Set
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
from contactor.central.store.port import Writer, WriterFull, WriterStopped

AFTER_BOOT_S = 300
"""How long after a boot a trouble may be reported again before it counts as over: all statuses are due at once
(BOOT-04)."""

_stations = schema.stations.c


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

    def go_round(self) -> None:
        """Look once."""
        now, online = self._clock.now(), frozenset(self._online())
        try:
            self._writer.write(lambda connection: look(connection, online, self._on_watch_since, now), self._looked)
        except (WriterFull, WriterStopped):
            return  # stations come first; the next round looks

    def _looked(self, outcome: object) -> None:
        if isinstance(outcome, Exception):
            self._log.error("the watch failed", exc_info=outcome)
        else:
            self._ring()


def look(connection: Connection, online: Set[StationId], since: datetime, now: datetime) -> None:
    """Raise and close what the record and the connections say; nobody is missed before we have listened long enough."""
    rule = rule_in_force(connection, rulebook().rules[STATION_OFFLINE])
    _close_returned(connection, online, now)
    if (now - since).total_seconds() >= rule.after_s:
        silent = _stations.last_seen_at_ms < to_ms(now) - rule.after_s * 1000
        known = set(connection.execute(select(alarms.c.station_id).where(_is_offline_alarm)).scalars())
        for station_id, seen_at_ms in connection.execute(select(_stations.id, _stations.last_seen_at_ms).where(silent)):
            if station_id not in online and station_id not in known:
                said = f"last heard {from_ms(seen_at_ms):%Y-%m-%d %H:%M:%S} UTC"
                raise_alarm(connection, Sighting(rule, station_id, STATION, "", said), now)
    _close_unrepeated(connection, now)
    _close_switched_off(connection, now)


_is_offline_alarm = (alarms.c.rule == STATION_OFFLINE) & alarms.c.open_key.is_not(None)


def _close_returned(connection: Connection, online: Set[StationId], now: datetime) -> None:
    for station_id in connection.execute(select(alarms.c.station_id).where(_is_offline_alarm)).scalars().all():
        if station_id in online:
            here = _is_offline_alarm & (alarms.c.station_id == station_id)
            close_alarms(connection, here, ClosedBy.BACK_ONLINE, now)


def _close_unrepeated(connection: Connection, now: datetime) -> None:
    """Troubles that were last seen before a boot and not after it, while the station had time to tell."""
    booted = (
        select(_stations.booted_at_ms)
        .where(_stations.id == alarms.c.station_id, _stations.booted_at_ms < to_ms(now) - AFTER_BOOT_S * 1000)
        .scalar_subquery()
    )
    close_alarms(connection, is_trouble & (alarms.c.last_seen_at_ms < booted), ClosedBy.BOOT, now)


def _close_switched_off(connection: Connection, now: datetime) -> None:
    off = [rule.name for rule in rules_in_force(connection) if not rule.is_on]
    if off:
        close_alarms(connection, alarms.c.rule.in_(off), ClosedBy.RULE_OFF, now)
