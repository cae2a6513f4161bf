"""Decides about each handshake and sees to what follows: counts, the log, and events of the refused ones."""

import structlog

from contactor.base.clock import Clock
from contactor.base.instants import to_text
from contactor.central.admission import Credentials, Turned, Welcome, judge_handshake
from contactor.central.events.event import EventKind
from contactor.central.events.outbox import event_rows
from contactor.central.refusals import TLS_REFUSED, Refusals
from contactor.central.roster import Roster
from contactor.central.security_mode import SecurityMode
from contactor.central.settings import CentralSettings
from contactor.central.store.port import Writer, WriterFull, WriterStopped
from contactor.central.visits import Visits

CONNECTION_REFUSED = "ConnectionRefused"
TLS_HANDSHAKE_REFUSED = "TlsHandshakeRefused"
TOO_OFTEN = "it connects too often"


class Doorman:
    """Stands at every door of the central system."""

    def __init__(
        self,
        settings: CentralSettings,
        roster: Roster,
        writer: Writer,
        clock: Clock,
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        self.refusals = Refusals()
        self._allow_unknown = settings.allow_unknown_stations
        self._least = SecurityMode(settings.least_security)
        self._visits = Visits(settings.station_connections_per_min)
        self._roster = roster
        self._writer = writer
        self._clock = clock
        self._log = log

    def judge(self, given: Credentials, address: str) -> Welcome | Turned:
        """Decide about a handshake; synchronous, because the listener cannot wait."""
        verdict = judge_handshake(given, self._roster, allow_unknown=self._allow_unknown, least=self._least)
        if isinstance(verdict, Welcome):
            # Counted only where it is the station itself: nobody else may use up what it is granted.
            wait_s = self._visits.wait_s(verdict.member.station_id, self._clock.monotonic_s())
            if wait_s == 0:
                return verdict
            verdict = Turned(429, TOO_OFTEN, retry_after_s=int(wait_s) + 1)
        self._log.warning(
            "connection refused", station=given.identity, address=address, status=verdict.status, reason=verdict.reason
        )
        known = None if self._roster.find(given.identity) is None else given.identity
        if self.refusals.note(known, verdict.reason, self._clock.monotonic_s()):
            self._tell(CONNECTION_REFUSED, known, f"{verdict.reason}; {_cut(given.identity)} from {address}")
        return verdict

    def tls_refused(self, reason: str) -> None:
        """A handshake came to nothing before anybody could say who it was (SEC-26)."""
        if self.refusals.note(None, TLS_REFUSED, self._clock.monotonic_s()):
            self._tell(TLS_HANDSHAKE_REFUSED, None, reason)

    def _tell(self, kind: str, station_id: str | None, details: str) -> None:
        now = self._clock.now()
        facts = {"type": kind, "details": details, "happened_at": to_text(now)}
        try:
            self._writer.write((event_rows(EventKind.SECURITY_EVENT, station_id, now, facts),), self._told)
        except (WriterFull, WriterStopped) as error:
            self._told(error)

    def _told(self, outcome: object) -> None:
        if isinstance(outcome, Exception):
            self._log.error("a refusal was not written", exc_info=outcome)


def _cut(identity: str) -> str:
    """The name somebody claims, as much of it as a person reads."""
    return identity if len(identity) <= 64 else f"{identity[:64]}..."
