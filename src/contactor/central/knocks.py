"""Stations that knocked and are not known: gathered in memory, written now and then, bounded against floods.

A row costs whoever knocks nothing, so there is an end to them: few names from one address, few names at a time, and of
those that are kept the ones that have not knocked for longest go first. A real station knocks again.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection, delete, select, text

from contactor.base.clock import Clock
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import record_event
from contactor.central.milliseconds import to_ms
from contactor.central.store.care_tables import knocks
from contactor.central.store.port import Writer, WriterFull, WriterStopped

KEPT_MAX = 1000
AT_A_TIME = 200
"""Names between two writings."""
PER_ADDRESS = 50
"""Of those, names from one address: many stations may share one, not as many as somebody can make up."""
TOLD_MAX = 20
"""Events of one writing."""
NAME_MAX = 255
ADDRESS_MAX = 64

_PUT = text(
    "INSERT INTO knocks (identity, address, first_at_ms, last_at_ms, times, is_refused)"
    " VALUES (:identity, :address, :first_at_ms, :last_at_ms, :times, :is_refused)"
    " ON CONFLICT (identity) DO UPDATE SET address = excluded.address, last_at_ms = excluded.last_at_ms,"
    " times = knocks.times + excluded.times"
)


@dataclass(slots=True)
class _Knock:
    address: str
    first: datetime
    last: datetime
    times: int


class Knocks:
    """Takes note of handshakes with names nobody knows."""

    def __init__(self, writer: Writer, clock: Clock, log: structlog.typing.FilteringBoundLogger) -> None:
        self._writer = writer
        self._clock = clock
        self._log = log
        self._gathered: dict[str, _Knock] = {}
        self._from: Counter[str] = Counter()

    def note(self, identity: str, peer_address: str) -> None:
        """Somebody came by that name, from an address and, perhaps, a port; each handshake has another port."""
        now, address = self._clock.now(), (peer_address.rpartition(":")[0] or peer_address)[:ADDRESS_MAX]
        known = self._gathered.get(identity)
        if known is not None:
            known.address, known.last, known.times = address, now, known.times + 1
        elif self._is_welcome(identity, address):
            self._gathered[identity] = _Knock(address, now, now, 1)
            self._from[address] += 1

    def write(self) -> None:
        """Write down who has come since the last time."""
        gathered, self._gathered = self._gathered, {}
        self._from.clear()
        if gathered:
            try:
                self._writer.write(partial(_keep, gathered, self._clock.now()), self._written)
            except (WriterFull, WriterStopped) as error:
                self._written(error)

    def _is_welcome(self, identity: str, address: str) -> bool:
        """Whether a new name is taken: one that can be kept, shown and approved, and not one of a flood."""
        is_name = 0 < len(identity) <= NAME_MAX and identity.isprintable() and "/" not in identity
        return is_name and len(self._gathered) < AT_A_TIME and self._from[address] < PER_ADDRESS

    def _written(self, outcome: object) -> None:
        if isinstance(outcome, Exception):
            self._log.warning("knocks were not written", error=str(outcome))


def forget_knock(connection: Connection, identity: str) -> bool:
    """Forget a name; False if it was not there."""
    return connection.execute(delete(knocks).where(knocks.c.identity == identity)).rowcount > 0


def _keep(gathered: dict[str, _Knock], now: datetime, connection: Connection) -> None:
    known = set(connection.execute(select(knocks.c.identity).where(knocks.c.identity.in_(gathered))).scalars())
    rows = [
        {
            "identity": identity,
            "address": each.address,
            "first_at_ms": to_ms(each.first),
            "last_at_ms": to_ms(each.last),
            "times": each.times,
            "is_refused": False,
        }
        for identity, each in gathered.items()
    ]
    connection.execute(_PUT, rows)
    for identity in [each for each in gathered if each not in known][:TOLD_MAX]:
        facts = {"identity": identity, "address": gathered[identity].address}
        record_event(connection, EventKind.STATION_KNOCKED, None, now, facts)
    _prune(connection)


def _prune(connection: Connection) -> None:
    newest = select(knocks.c.identity).order_by(knocks.c.last_at_ms.desc(), knocks.c.identity).limit(KEPT_MAX)
    kept = set(connection.execute(newest).scalars())
    if len(kept) == KEPT_MAX:
        connection.execute(delete(knocks).where(knocks.c.identity.not_in(newest)))
