"""SHELL: the central system put together: store, sessions, listener, timers; the only file here that knows links."""

import asyncio
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Self

import structlog
from sqlalchemy import Engine

from contactor.base.clock import Clock, SystemClock
from contactor.base.errors import BrokenPromise
from contactor.base.ids import StationId
from contactor.central.admission import Credentials, Turned
from contactor.central.business import Premises, begin_business
from contactor.central.care.caretaker import Caretaker
from contactor.central.care.duties import duties_of
from contactor.central.certificates import Certificates
from contactor.central.commands.desk import CommandDesk, DeskSurroundings
from contactor.central.credentials import SALT_BYTES
from contactor.central.doorman import Doorman
from contactor.central.doors import Doors, open_doors
from contactor.central.drain import drain
from contactor.central.events.event_rows import EventRecord
from contactor.central.events.feed import Asking, EventFeed, at_once, in_thread
from contactor.central.files.exchange import Exchange
from contactor.central.ghosts import GhostRule
from contactor.central.handlers.signing import open_signing
from contactor.central.inbound import inbound_table
from contactor.central.knocks import Knocks
from contactor.central.milliseconds import to_ms
from contactor.central.presence_rows import end_left_open
from contactor.central.provision import provision
from contactor.central.queries import Queries
from contactor.central.recognition import catalogue_of
from contactor.central.retention import Retention, rules_of
from contactor.central.roster import Roster, load_roster
from contactor.central.sessions import Sessions
from contactor.central.settings import CentralSettings
from contactor.central.sites.balancer import BALANCE_PERIOD_S, Balancer
from contactor.central.sites.site_record import Surroundings
from contactor.central.store.database import close_for_good, for_writing
from contactor.central.store.newest import open_newest
from contactor.central.store.port import Writer
from contactor.central.store.writer import ThreadWriter, TurnWriter
from contactor.guide.entries import Product
from contactor.guide.load import all_products
from contactor.link.link import CLOSE_GOING_AWAY, Admission, Admit, Admitter, Handshake, Listener, Refuse

EXPIRY_PERIOD_S = 1.0
"""How often open calls are looked through: a call may be given up so much later than it was due."""
LAST_SEEN_PERIOD_S = 60.0
SWEEP_PERIOD_S = 5.0
"""How often starts and reservations are looked through that have been waited for long enough."""
CARE_PERIOD_S = 2.0
"""How often it is looked whether anything that is wanted of stations has changed."""
RETENTION_PERIOD_S = 600.0
"""How often rows that have grown too old are looked for."""
GHOSTS_PERIOD_S = 60.0
"""How often transactions are looked for whose stop has been missing for too long."""
CERTIFICATES_PERIOD_S = 30.0
"""How often the files of certificates are looked at."""

ListenerFactory = Callable[[Admitter], Listener]
WriterFactory = Callable[[Engine], Writer]


def _products() -> dict[str, Product]:
    """Every product there is data for, by name."""
    return {product.name: product for product in all_products()}


def _tell(desk: CommandDesk, care: Caretaker, station_id: StationId) -> None:
    """A station came, went, or was answered its boot: its commands may move, and it may be looked after."""
    desk.station_changed(station_id)
    care.station_changed(station_id)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What exists while the server runs."""

    engine: Engine
    writer: Writer
    roster: Roster
    sessions: Sessions
    queries: Queries
    doorman: Doorman
    doors: Doors
    certificates: Certificates
    desk: CommandDesk
    care: Caretaker
    knocks: Knocks
    events: EventFeed
    retention: Retention
    balancer: Balancer


def _asking_for(writer: Writer) -> Asking:
    """How the database is asked: in virtual time a thread would be the real world."""
    return at_once if isinstance(writer, TurnWriter) else in_thread


class CentralServer:
    """A central system: `async with CentralServer(settings) as central:` runs one; so do `start` and `stop`."""

    def __init__(
        self,
        settings: CentralSettings,
        *,
        clock: Clock | None = None,
        listener_factory: ListenerFactory | None = None,
        writer_factory: WriterFactory = ThreadWriter,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        leisure: Callable[[str, float], float] = lambda _name, period_s: period_s,
    ) -> None:
        """Be ready to start.

        Args:
            settings: What the operator set.
            clock: Both times; the machine's own unless given.
            listener_factory: Makes the listener for an admitter: websockets unless given, memory in tests.
            writer_factory: Makes the writer for an engine: a thread, or `TurnWriter` where time is virtual.
            new_id: Gives the ids of our calls (RPC-01); drawn from dice where a run must be repeatable.
            leisure: How long the period of a round is in truth, by its name; virtual worlds have many quiet seconds.
        """
        self.settings = settings
        self._clock = clock or SystemClock()
        self._listener_factory = listener_factory
        self._writer_factory = writer_factory
        self._new_id = new_id
        self._leisure = leisure
        self._log = structlog.get_logger("contactor.central")
        self._running: _Parts | None = None
        self._rounds: dict[str, asyncio.TimerHandle] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._at_stop: list[Callable[[], None]] = []
        self.is_draining = False
        """Whether the end has been announced: nobody new is let in."""
        self.exchange = Exchange()

    async def start(self) -> None:
        """Open the store at the newest schema, take in the settings' stations and tags, and listen.

        Raises:
            BadSetting: the port, the database or a certificate cannot be had.
            OSError: the database file's folder cannot be made.
        """
        engine = open_newest(self.settings.database)
        roster = self._provisioned(engine)
        writer = self._writer_factory(for_writing(engine))
        try:
            running = self._running = self._assembled(engine, roster, writer)
            await running.desk.take_over()
            await running.doors.start()
        except BaseException:
            await self._let_go(writer, engine)
            raise
        self._begin_rounds(running)
        doors = running.doors
        self._log.info("central system listens", port=doors.port, plain_port=doors.plain_port, stations=len(roster))

    async def drain(self) -> None:
        """Let nobody in any more, let calls on the way end within `drain_s`, and end every connection.

        What comes after, `stop` does. Safe to call twice, and to cancel.
        """
        running, settings = self._parts, self.settings
        self.is_draining = True
        self._log.info("central system drains", stations=len(running.sessions.presence), limit_s=settings.drain_s)
        running.doors.stop_admitting()
        running.desk.stop()
        await drain(
            running.sessions.presence,
            limit_s=settings.drain_s,
            spread_s=settings.drain_spread_s,
            abruptly=settings.drain_abruptly,
            code=CLOSE_GOING_AWAY,
            reason="the central system is shutting down",
        )

    async def stop(self) -> None:
        """Close every connection, commit what waits, and let go of port and database; safe to call twice."""
        if self._running is None:
            return
        running = self._running
        for timer in (*self._rounds.values(), *self._timers):
            timer.cancel()
        self._timers.clear()
        for end in (running.retention.stop, running.balancer.stop, *self._at_stop):
            end()
        self._at_stop.clear()
        running.desk.stop()
        running.events.close()
        running.sessions.end_all(CLOSE_GOING_AWAY, "the central system is shutting down")
        await running.care.stop()
        await running.doors.close()
        await self._let_go(running.writer, running.engine)
        self._log.info("central system stopped")

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def port(self) -> int:
        """The port in use."""
        return self._parts.doors.port

    @property
    def doors(self) -> Doors:
        """Where stations come in."""
        return self._parts.doors

    @property
    def doorman(self) -> Doorman:
        """Who is refused, and why."""
        return self._parts.doorman

    @property
    def certificates(self) -> Certificates:
        """What TLS shows."""
        return self._parts.certificates

    @property
    def clock(self) -> Clock:
        """Both times."""
        return self._clock

    @property
    def engine(self) -> Engine:
        """The database, for those who read."""
        return self._parts.engine

    @property
    def writer(self) -> Writer:
        """The one who writes, for everybody."""
        return self._parts.writer

    @property
    def sessions(self) -> Sessions:
        """Who is connected, and the way to call them."""
        return self._parts.sessions

    @property
    def desk(self) -> CommandDesk:
        """Takes orders for stations."""
        return self._parts.desk

    @property
    def balancer(self) -> Balancer:
        """Keeps sites within their limits."""
        return self._parts.balancer

    @property
    def events(self) -> EventFeed:
        """Tells what happens."""
        return self._parts.events

    @property
    def queries(self) -> Queries:
        """What the record says; it blocks, so ask from another thread where that matters."""
        return self._parts.queries

    @property
    def roster(self) -> Roster:
        """The stations that may connect."""
        return self._parts.roster

    def admit(self, handshake: Handshake) -> Admission:
        """Decide about a handshake; synchronous, because the listener cannot wait."""
        given = Credentials(
            handshake.identity, handshake.user, handshake.password, handshake.is_encrypted, handshake.certificate
        )
        verdict = self._parts.doorman.judge(given, handshake.peer_address)
        if isinstance(verdict, Turned):
            if verdict.status == HTTPStatus.NOT_FOUND:
                self._parts.knocks.note(handshake.identity, handshake.peer_address)
            wait_s = verdict.retry_after_s
            return Refuse(verdict.status, verdict.reason, {} if wait_s is None else {"Retry-After": str(wait_s)})
        if verdict.by_command is not None:
            self._parts.desk.key_used(verdict.member.station_id, verdict.by_command)
        return Admit(self._parts.sessions.make(verdict.member))

    @property
    def _parts(self) -> _Parts:
        if self._running is None:
            raise BrokenPromise("the central system is not running")
        return self._running

    def _make_doors(self, certificates: Certificates, doorman: Doorman) -> Doors:
        if self._listener_factory is not None:
            return Doors((self._listener_factory(self.admit),))
        return open_doors(self.settings, self.admit, certificates, doorman.tls_refused)

    def _provisioned(self, engine: Engine) -> Roster:
        """Put the settings' stations and tags into the store, and read who may connect."""
        with for_writing(engine).begin() as connection:
            now_ms = to_ms(self._clock.now())
            provision(connection, self.settings, now_ms=now_ms, new_salt=lambda: secrets.token_bytes(SALT_BYTES))
            end_left_open(connection)
            return load_roster(connection)

    def _assembled(self, engine: Engine, roster: Roster, writer: Writer) -> _Parts:
        """All parts, each with what it works with; nothing listens yet."""
        signing = open_signing(self.settings, roster)
        sessions = Sessions(
            self.settings,
            inbound=inbound_table(self.settings, signing),
            writer=writer,
            clock=self._clock,
            new_id=self._new_id,
            roster=roster,
            log=self._log,
        )
        asking = _asking_for(writer)
        events = EventFeed(EventRecord(engine), asking)
        around_desk = DeskSurroundings(sessions, roster, writer, engine, asking, self._clock, events.ring, self._log)
        desk = CommandDesk(around_desk)
        doorman = Doorman(self.settings, roster, writer, self._clock, self._log)
        certificates = Certificates(self._log, self._clock, signing.authorities)
        products = _products()
        catalogue = catalogue_of(products.values())
        care = Caretaker(around_desk, desk, duties_of(self.settings, catalogue))
        sessions.changed, sessions.recorded = partial(_tell, desk, care), events.ring
        signing.asked = care.station_changed
        around = Surroundings(sessions.is_online, catalogue, products)
        return _Parts(
            engine=engine,
            writer=writer,
            roster=roster,
            sessions=sessions,
            queries=Queries(engine, catalogue),
            doorman=doorman,
            doors=self._make_doors(certificates, doorman),
            certificates=certificates,
            desk=desk,
            care=care,
            knocks=Knocks(writer, self._clock, self._log),
            events=events,
            retention=Retention(
                rules_of(self.settings), writer=writer, clock=self._clock, later=self._after, log=self._log
            ),
            balancer=Balancer(engine, asking, desk, self._clock, around, sessions.record, writer.news, self._log),
        )

    async def _let_go(self, writer: Writer, engine: Engine) -> None:
        await writer.stop()
        close_for_good(engine)
        self._running = None

    def _begin_rounds(self, running: _Parts) -> None:
        hours = self.settings.close_ghosts_after_hours
        ghosts = GhostRule(hours, running.writer, self._clock, running.events.ring, self._log)
        self._every("calls", EXPIRY_PERIOD_S, running.sessions.expire_calls)
        self._every("commands", EXPIRY_PERIOD_S, running.desk.tick)
        self._every("messages", EXPIRY_PERIOD_S, running.sessions.messages.write)
        self._every("sweep", SWEEP_PERIOD_S, running.desk.sweep)
        self._every("care", CARE_PERIOD_S, running.care.tick)
        self._every("knocks", CARE_PERIOD_S, running.knocks.write)
        self._every("last seen", LAST_SEEN_PERIOD_S, running.sessions.note_last_seen)
        self._every("sites", BALANCE_PERIOD_S, running.balancer.begin)
        self._every("retention", RETENTION_PERIOD_S, running.retention.begin)
        self._every("ghosts", GHOSTS_PERIOD_S, ghosts.apply)
        self._every("certificates", CERTIFICATES_PERIOD_S, running.certificates.renew_changed)
        asking = _asking_for(running.writer)
        sessions, desk, writer, engine = running.sessions, running.desk, running.writer, running.engine
        premises = Premises(sessions, desk, writer, engine, asking, self._clock, running.queries, self.exchange)
        self._at_stop += begin_business(self.settings, premises, running.events.ring, self._every, self._log)

    def _every(self, name: str, period_s: float, deed: Callable[[], None]) -> None:
        """Go a round again and again until the server stops."""
        later, truly_s = asyncio.get_running_loop().call_later, self._leisure(name, period_s)

        def turn() -> None:
            self._rounds[name] = later(truly_s, turn)
            deed()

        self._rounds[name] = later(truly_s, turn)

    def _after(self, delay_s: float, deed: Callable[[], None]) -> None:
        """Do something later, unless the server stops before."""

        def turn() -> None:
            self._timers.discard(timer)
            deed()

        timer = asyncio.get_running_loop().call_later(delay_s, turn)
        self._timers.add(timer)
