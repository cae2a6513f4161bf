"""All sessions: made for whom admission welcomes, replaced by newer ones, watched, and ended together."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from contactor.base.clock import Clock
from contactor.base.ids import StationId
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import event_rows
from contactor.central.message_log import MessageLog
from contactor.central.message_taps import MessageTaps
from contactor.central.milliseconds import to_ms
from contactor.central.overheard import Direction
from contactor.central.plan import InboundTable
from contactor.central.presence import Presence
from contactor.central.presence_rows import came, went
from contactor.central.quirks import Quirks
from contactor.central.roster import Member, Roster, new_station_rows
from contactor.central.session import Session, Surroundings
from contactor.central.settings import CentralSettings
from contactor.central.store.port import Writer, WriterFull, WriterStopped
from contactor.central.store.statement import Rows, Statement
from contactor.central.traffic import Traffic
from contactor.ocpp.codec import STRICT
from contactor.ocpp.enumerations import RegistrationStatus
from contactor.ocpp.tolerance import TolerantCodec

REPLACED_CODE = 1000
_SET_LAST_SEEN = Statement(
    "UPDATE stations SET last_seen_at_ms = :seen_at_ms WHERE id = :id", ("seen_at_ms", "id"), is_news=False
)


class Sessions:
    """Makes sessions and knows which of them count."""

    def __init__(
        self,
        settings: CentralSettings,
        *,
        inbound: InboundTable,
        writer: Writer,
        clock: Clock,
        new_id: Callable[[], str],
        roster: Roster,
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        self.presence: Presence[Session] = Presence(settings.heartbeat_interval_s)
        self.traffic = Traffic()
        self.changed: Callable[[StationId], None] = lambda _station_id: None
        """Hears of each station that came, went, or was answered its boot."""
        self.recorded: Callable[[], None] = lambda: None
        """Is called after each commit that may hold events."""
        self._writer = writer
        self._roster = roster
        self._clock = clock
        self._log = log
        self._noted_at_s = clock.monotonic_s()
        self._calling: dict[Session, None] = {}
        self._quirks = Quirks(writer, clock, log)
        self.messages = MessageLog(writer, clock, log)
        """What was said, where the settings want it kept."""
        self.taps = MessageTaps(clock)
        """What is being said, for whoever listens."""
        self._around = Surroundings(
            inbound=inbound,
            writer=writer,
            clock=clock,
            new_id=new_id,
            call_timeout_s=settings.call_timeout_s,
            codec=STRICT if settings.strict_stations else TolerantCodec(clock.now),
            is_tolerant=not settings.strict_stations,
            odd=self._quirks.note,
            traffic=self.traffic,
            opened=self._opened,
            closed=self._closed,
            calling=lambda session: self._calling.setdefault(session),
            booted=self._booted,
            recorded=lambda: self.recorded(),
            overheard=self._overheard if settings.log_messages else self.taps.note,
            log=log,
        )

    def make(self, member: Member) -> Session:
        """A session for a station that was welcomed; it counts once its link has opened."""
        registration = RegistrationStatus.ACCEPTED if member.may_work else None
        return Session(member.station_id, registration, self._around)

    def find(self, station_id: str) -> Session | None:
        """The session of a station that is connected."""
        return self.presence.find(station_id)

    def is_online(self, station_id: str) -> bool:
        """Whether the station is connected and gives signs of life (HB-05)."""
        return self.presence.is_online(station_id, self._clock.monotonic_s())

    def online(self) -> frozenset[StationId]:
        """The stations that are connected and give signs of life."""
        return frozenset(session.station_id for session in self.presence if self.is_online(session.station_id))

    def may_order(self, station_id: StationId) -> bool:
        """Whether a station is connected, has booted and was accepted."""
        session = self.find(station_id)
        return session is not None and session.is_open and session.registration is RegistrationStatus.ACCEPTED

    @property
    def most_calls_waiting(self) -> int:
        """How many calls wait for the station for which most do; only those that are asked something have any."""
        return max((session.calls_waiting for session in self._calling), default=0)

    def expire_calls(self) -> None:
        """Give up the calls whose time is over."""
        now_s = self._clock.monotonic_s()
        for session in list(self._calling):
            if not session.expire(now_s):
                del self._calling[session]

    def note_last_seen(self) -> None:
        """Write down when stations were last heard, for those that were since it was done last, and their quirks."""
        self._quirks.write_counts()
        since_s, self._noted_at_s = self._noted_at_s, self._clock.monotonic_s()
        self._write_last_seen([session for session in self.presence if session.heard_at_s >= since_s])

    def end_all(self, code: int, reason: str) -> None:
        """Close every connection, and write what is only counted so far."""
        self._quirks.write_counts()
        for session in self.presence:
            session.end(code, reason)
        self.messages.write()

    def _overheard(self, station_id: StationId, direction: Direction, text: bytes) -> None:
        self.taps.note(station_id, direction, text)
        self.messages.note(station_id, direction, text)

    def _opened(self, session: Session) -> None:
        if self._roster.find(session.station_id) is None:
            self._enrol(session.station_id)
        replaced = self.presence.opened(session)
        self._log.info("station connected", station=session.station_id, replaces_another=replaced is not None)
        if replaced is not None:
            replaced.end(REPLACED_CODE, "replaced by a newer connection")
        else:
            self.record(came(session.station_id, self._clock.now()), self._event(EventKind.STATION_ONLINE, session))
        self.changed(session.station_id)

    def _booted(self, station_id: StationId, status: RegistrationStatus) -> None:
        self._roster.booted(station_id, status)
        self.changed(station_id)

    def _enrol(self, station_id: StationId) -> None:
        """Take in a station that nobody announced; its row is ahead of all it sends in the writer's line."""
        self._roster.put(Member(station_id))
        self._log.info("station enrolled", station=station_id)
        self.record(new_station_rows(station_id, to_ms(self._clock.now())))

    def _closed(self, session: Session) -> None:
        if self.presence.closed(session):
            self._log.info("station disconnected", station=session.station_id)
            left = went(session.station_id, self._last_sign(session))
            self.record(left, self._event(EventKind.STATION_OFFLINE, session))
            self.changed(session.station_id)
            self._write_last_seen([session])

    def _last_sign(self, session: Session) -> datetime:
        """Until when the station was there: a connection that had fallen silent was none any more."""
        now, now_s = self._clock.now(), self._clock.monotonic_s()
        is_alive = self.presence.is_alive(session, now_s)
        return now if is_alive else now - timedelta(seconds=now_s - session.heard_at_s)

    def _event(self, kind: EventKind, session: Session) -> Rows:
        return event_rows(kind, session.station_id, self._clock.now(), {})

    def _write_last_seen(self, sessions: list[Session]) -> None:
        if not sessions:
            return
        now_ms, now_s = to_ms(self._clock.now()), self._clock.monotonic_s()
        rows = [(now_ms - round((now_s - session.heard_at_s) * 1000), session.station_id) for session in sessions]
        self.record(Rows(_SET_LAST_SEEN, rows))

    def record(self, *rows: Rows) -> None:
        """Write what no station waits for, and tell the feed of it once it is on disk."""
        try:
            self._writer.write(rows, self._written)
        except (WriterFull, WriterStopped) as error:
            self._written(error)

    def _written(self, outcome: object) -> None:
        if isinstance(outcome, Exception):
            self._log.error("presence was not written", exc_info=outcome)
        else:
            self.recorded()
