"""SHELL: keeps every site within its limit: surveys it, shares anew, and orders what changed from the desk.

All it goes by stands in the record, so it holds nothing that a crash may lose, and starts where it ended.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog
from sqlalchemy import Connection, Engine

from contactor.base.clock import Clock
from contactor.base.ids import StationId
from contactor.central.commands.command import CommandRefused, Order, QueueFull
from contactor.central.commands.port import Desk
from contactor.central.events.event import EventKind
from contactor.central.events.feed import Asking
from contactor.central.events.outbox import event_rows
from contactor.central.milliseconds import to_ms
from contactor.central.sites.allocation import allocate
from contactor.central.sites.draws import Allocation
from contactor.central.sites.plan import Move, Pace, moves, standby_moves
from contactor.central.sites.profiles import request_for
from contactor.central.sites.site import Site
from contactor.central.sites.site_record import Surroundings, ordered_by, read_stations
from contactor.central.sites.site_rows import find_site, find_sites
from contactor.central.sites.survey import Survey, survey
from contactor.central.store.news import News, Rest
from contactor.central.store.port import WriterFull, WriterStopped
from contactor.central.store.statement import Rows

T = TypeVar("T")

BALANCE_PERIOD_S = 5.0
"""How often sites are looked at."""


@dataclass(frozen=True, slots=True)
class SiteState:
    """A site, how it looks, how its power is shared, and what would be sent for it now."""

    site: Site
    survey: Survey
    allocation: Allocation
    moves: tuple[Move, ...]
    stack_levels: dict[str, int]


def work_out(connection: Connection, site: Site, around: Surroundings, now: datetime) -> SiteState:
    """Look at a site and share its power; nothing is sent."""
    stations = read_stations(connection, site, around, now)
    found = survey(site, stations, now)
    allocation = allocate(found.limit_w, found.draws, found.reserves, found.rooms, policy=site.policy, turn=found.turn)
    pace, now_ms = Pace(site.pace_s, site.step_w), to_ms(now)
    shares = moves(allocation, found.draws, found.held, pace, now_ms)
    busy = {move.place for move in shares}
    standby = [each for each in standby_moves(found.idle, site.standby_w, now_ms, pace) if each.place not in busy]
    levels = {station.member.station_id: station.stack_level for station in stations}
    return SiteState(site, found, allocation, (*shares, *standby), levels)


class Balancer:
    """Looks at every active site, one after the other; belongs to the event loop of the central system."""

    def __init__(
        self,
        engine: Engine,
        asking: Asking,
        desk: Desk,
        clock: Clock,
        around: Surroundings,
        record: Callable[[Rows], None],
        news: News,
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        """Be ready; `record` writes an event's row and tells the feed once it is on disk."""
        self._engine = engine
        self._asking = asking
        self._desk = desk
        self._clock = clock
        self._around = around
        self._record = record
        self._rest = Rest(news)
        self._log = log
        self._round: asyncio.Task[None] | None = None
        self._overloaded: set[str] = set()

    def begin(self) -> None:
        """Begin a round, unless one is going on; for a timer."""
        if self._rest.is_over and (self._round is None or self._round.done()):
            self._rest.end()
            self._round = asyncio.get_running_loop().create_task(self._balance())

    def stop(self) -> None:
        """Send nothing more."""
        if self._round is not None:
            self._round.cancel()

    async def state(self, site_id: str, change: Callable[[Site], Site] = lambda site: site) -> SiteState | None:
        """How a site looks now; with `change` how it would if the operator had set it so. Nothing is sent."""
        now = self._clock.now()

        def question(connection: Connection) -> SiteState | None:
            found = find_site(connection, site_id)
            return None if found is None else work_out(connection, change(found[0]), self._around, now)

        return await self._asking(lambda: self._read(question))

    async def _balance(self) -> None:
        now = self._clock.now()

        def question(connection: Connection) -> list[SiteState]:
            sites = [site for site, _version in find_sites(connection) if site.is_active and site.members]
            return [work_out(connection, site, self._around, now) for site in sites]

        try:
            states = await self._asking(lambda: self._read(question))
            if not states:
                self._rest.begin()
            for state in states:
                self._tell_overload(state)
                for move in state.moves:
                    await self._send(state, move)
        except (WriterFull, WriterStopped) as error:
            self._log.warning("sites were not balanced", reason=str(error))
        except Exception:
            # The next round begins from the record again; a site must not be left alone because of one bad row.
            self._log.exception("sites were not balanced")

    def _tell_overload(self, state: SiteState) -> None:
        """Tell when what cannot be limited becomes too much, and when it is no longer."""
        site_id, allocation = state.site.site_id, state.allocation
        if allocation.is_over == (site_id in self._overloaded):
            return
        self._overloaded ^= {site_id}
        facts = {
            "site_id": site_id,
            "is_over": allocation.is_over,
            "limit_w": allocation.limit_w,
            "committed_w": allocation.committed_w,
        }
        rows = event_rows(EventKind.SITE_OVERLOAD_CHANGED, None, self._clock.now(), facts)
        self._record(rows)

    async def _send(self, state: SiteState, move: Move) -> None:
        station_id = StationId(move.place.station_id)
        request = request_for(move, state.stack_levels[station_id])
        why = f"share of site {state.site.site_id}: {move.limit_w} W"
        # Forced: whether the transaction still runs the station knows best, and it may refuse.
        order = Order(station_id, "SetChargingProfile", request, ordered_by(state.site.site_id), why, force=True)
        try:
            await self._desk.submit(order)
        except (CommandRefused, QueueFull) as error:
            self._log.warning("a site's limit was not sent", station=station_id, reason=str(error))

    def _read(self, question: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection:
            return question(connection)
