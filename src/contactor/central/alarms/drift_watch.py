"""SHELL: the watch over configurations: what is not as wanted is an alarm for each key, until it is.

Looking takes several questions for each station, so a reader asks them, and the writer only writes what is new.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine, select

from contactor.base.clock import Clock
from contactor.central.alarms.alarm import ClosedBy
from contactor.central.alarms.alarm_rows import Sighting, close_alarms, raise_alarm
from contactor.central.alarms.raising import STATION
from contactor.central.alarms.rulebook import CONFIGURATION_DRIFT, rulebook
from contactor.central.care.drift import KeyLook, KeyState, look_at_keys
from contactor.central.care.duty import Subject
from contactor.central.care.templates import find_templates
from contactor.central.events.feed import Asking
from contactor.central.recognition import Catalogue
from contactor.central.store.alarm_tables import alarms
from contactor.central.store.news import Rest
from contactor.central.store.operation_tables import reported_configuration
from contactor.central.store.port import Writer, WriterFull, WriterStopped
from contactor.ocpp.enumerations import RegistrationStatus

WRONG = frozenset({KeyState.DRIFTING, KeyState.REFUSED, KeyState.READ_ONLY})
"""What is wrong now; what holds after the next boot, and what nobody has read yet, is not."""

Drift = Mapping[tuple[str, str], str]
"""By station and key, what is wrong with it."""


@dataclass(frozen=True, slots=True)
class DriftSurroundings:
    """What the watch works with; `ring` is called when events were committed."""

    writer: Writer
    engine: Engine
    asking: Asking
    clock: Clock
    catalogue: Catalogue
    ring: Callable[[], None]
    log: structlog.typing.FilteringBoundLogger


class DriftWatch:
    """Goes its rounds; belongs to the event loop of the central system."""

    def __init__(self, around: DriftSurroundings) -> None:
        self._around = around
        self._rest = Rest(around.writer.news)
        self._round: asyncio.Task[None] | None = None

    def go_round(self) -> None:
        """Look once, unless that is being done."""
        if self._rest.is_over and (self._round is None or self._round.done()):
            self._rest.end()
            self._round = asyncio.get_running_loop().create_task(self._look())

    def stop(self) -> None:
        """Look no more."""
        if self._round is not None:
            self._round.cancel()

    async def _look(self) -> None:
        around, now = self._around, self._around.clock.now()
        try:
            news = await around.asking(lambda: self._news(now))
        # The boundary of one round: whatever a reader runs into, the next round looks again.
        except Exception as error:
            around.log.error("configurations were not looked at", exc_info=error)
            return
        begun, over = news
        if begun or over:
            try:
                around.writer.write(lambda connection: note_drift(connection, begun, over, now), self._noted)
            except (WriterFull, WriterStopped):
                return  # stations come first; the next round notes it
        else:
            self._rest.begin()

    def _news(self, now: datetime) -> tuple[Drift, Drift]:
        """What drifts and has no alarm, and what has one and drifts no more."""
        with self._around.engine.connect() as connection:
            drifting, known = find_drift(connection, self._around.catalogue, now), _known(connection)
        begun = {place: said for place, said in drifting.items() if place not in known}
        return begun, {place: "" for place in known if place not in drifting}

    def _noted(self, outcome: object) -> None:
        if isinstance(outcome, Exception):
            self._around.log.error("drift was not noted", exc_info=outcome)
        else:
            self._around.ring()


def find_drift(connection: Connection, catalogue: Catalogue, now: datetime) -> Drift:
    """Everything that is not as wanted, of the stations whose configurations are known."""
    if not find_templates(connection):
        return {}
    stations = connection.execute(select(reported_configuration.c.station_id).distinct()).scalars().all()
    return {
        (station_id, look.wanted.key): _said(look)
        for station_id in stations
        for look in look_at_keys(
            connection, Subject(connection, station_id, RegistrationStatus.ACCEPTED, now), catalogue
        )
        if look.state in WRONG
    }


def note_drift(connection: Connection, begun: Drift, over: Drift, now: datetime) -> None:
    """Open alarms for what drifts, and close those of what does no more."""
    rule = rulebook().rules[CONFIGURATION_DRIFT]
    for (station_id, key), said in begun.items():
        raise_alarm(connection, Sighting(rule, station_id, STATION, key, said), now)
    for station_id, key in over:
        here = (alarms.c.station_id == station_id) & (alarms.c.rule == CONFIGURATION_DRIFT) & (alarms.c.subject == key)
        close_alarms(connection, here, ClosedBy.IN_ORDER, now)


def _known(connection: Connection) -> set[tuple[str, str]]:
    query = select(alarms.c.station_id, alarms.c.subject)
    query = query.where(alarms.c.rule == CONFIGURATION_DRIFT, alarms.c.open_key.is_not(None))
    return {(row.station_id, row.subject) for row in connection.execute(query)}


def _said(look: KeyLook) -> str:
    answered = "" if look.outcome is None else f"; it answered {look.outcome}"
    return f"it is {look.reported!r}, and {look.wanted.value!r} is wanted{answered}"
