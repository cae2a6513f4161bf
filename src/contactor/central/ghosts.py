"""The rule that closes ghosts, where the operator has set one: `close_ghosts_after_hours`.

A ghost is a transaction without a stop on whose connector another began (`stop_missing`): the station has gone on, and
so many hours later even its outbox has had its time. What may still be charging (`open`) no rule touches. The record
ends at the latest reading of its register, or where it began. As with a closing by hand, the station's own stop takes
the place of this one, should it come.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import Connection, bindparam, select

from contactor.base.clock import Clock
from contactor.central.belonging import belongs
from contactor.central.milliseconds import to_ms
from contactor.central.store import schema
from contactor.central.store.port import Writer, WriterFull, WriterStopped
from contactor.central.store.schema import TransactionState
from contactor.central.suspicion import Doubt, Suspicion
from contactor.central.transaction_rows import Stop, TransactionRow, close_transaction
from contactor.ocpp.enumerations import StopReason

AT_ONCE = 50
"""Ghosts closed in one piece of work; the next round does the others."""
_HOUR_MS = 3_600_000

_marks = schema.suspicions.c
_GHOSTS = (
    select(schema.transactions)
    .join(schema.suspicions, _marks.transaction_id == schema.transactions.c.id)
    .where(
        schema.transactions.c.state == TransactionState.STOP_MISSING,
        _marks.reason == Suspicion.STOP_MISSING,
        _marks.noted_at_ms < bindparam("before_ms"),
    )
    .order_by(schema.transactions.c.id)
    .limit(AT_ONCE)
)
_LATEST = (
    select(schema.readings.c.energy_wh, schema.readings.c.taken_at_ms)
    .select_from(schema.transactions)
    .join(schema.readings, belongs())
    .where(schema.transactions.c.id == bindparam("number"), schema.readings.c.energy_wh.is_not(None))
    .order_by(schema.readings.c.taken_at_ms.desc())
    .limit(1)
)


def close_ghosts(connection: Connection, hours: int, now_ms: int) -> int:
    """Close what has been a ghost for so many hours; return how many were closed."""
    ghosts = connection.execute(_GHOSTS, {"before_ms": now_ms - hours * _HOUR_MS}).all()
    for ghost in ghosts:
        doubt = Doubt(Suspicion.CLOSED_BY_RULE, f"close_ghosts_after_hours = {hours}")
        close_transaction(connection, ghost, _end_of(connection, ghost, now_ms), doubt)
    return len(ghosts)


def _end_of(connection: Connection, ghost: TransactionRow, now_ms: int) -> Stop:
    latest = connection.execute(_LATEST, {"number": ghost.id}).one_or_none()
    meter_wh = ghost.meter_start_wh if latest is None else max(ghost.meter_start_wh, round(latest.energy_wh))
    at_ms = ghost.started_at_ms if latest is None else max(ghost.started_at_ms, latest.taken_at_ms)
    return Stop(
        claimed_id=ghost.id,
        meter_stop_wh=meter_wh,
        stopped_at_ms=at_ms,
        reason=StopReason.OTHER.value,
        id_tag="",
        received_at_ms=now_ms,
    )


@dataclass(frozen=True, slots=True)
class GhostRule:
    """Applies the rule each time `apply` is called; 0 hours are no rule. `recorded` hears of commits with events."""

    hours: int
    writer: Writer
    clock: Clock
    recorded: Callable[[], None]
    log: structlog.typing.FilteringBoundLogger

    def apply(self) -> None:
        """Look for ghosts, behind what stations wait for."""
        if not self.hours:
            return
        work = partial(close_ghosts, hours=self.hours, now_ms=to_ms(self.clock.now()))
        try:
            self.writer.write(work, self._done)
        except (WriterFull, WriterStopped):
            return  # stations come first; a later round does it

    def _done(self, outcome: object) -> None:
        if isinstance(outcome, BaseException):
            self.log.error("ghosts were not closed", exc_info=outcome)
        elif outcome:
            self.recorded()
            self.log.info("ghosts closed", transactions=outcome)
