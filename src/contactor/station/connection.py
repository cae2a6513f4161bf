"""Knows whether there is a connection, and when to dial again (TR-01, TR-07, TR-13, SEC-05..11)."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum, auto

from contactor.base.backoff import Backoff
from contactor.station.configuration import Configuration, is_encrypted
from contactor.station.credentials import Credentials
from contactor.station.effects import Effects, HangUp, Papers, SetPing
from contactor.station.events import Moment
from contactor.station.keys import Key

STEADY_AFTER_S = 60.0
"""A connection that lasted so long was good, whatever ended it."""


class Line(StrEnum):
    """The state of the line to the central system."""

    DOWN = auto()
    DIALLING = auto()
    UP = auto()


class Connection:
    """Dials, hangs up and waits; never gives up."""

    __slots__ = ("_backoff", "_configuration", "_credentials", "_dial_at_s", "_effects", "_hurry",
                 "_is_dialling", "_up_since_s", "down_since_s", "is_up", "papers")  # fmt: skip

    def __init__(
        self, configuration: Configuration, credentials: Credentials, backoff: Backoff, effects: Effects
    ) -> None:
        self._configuration = configuration
        self._credentials = credentials
        self._backoff = backoff
        self._effects = effects
        self.is_up = False
        """Whether the websocket is open; asked for at every event."""
        self._is_dialling = False
        self._dial_at_s = 0.0
        self._up_since_s = 0.0
        self._hurry = False
        self.down_since_s = 0.0
        self.papers: Callable[[], Papers | None] = _no_papers
        """Tells what was installed for TLS."""

    @property
    def line(self) -> Line:
        """How the line is."""
        return Line.UP if self.is_up else Line.DIALLING if self._is_dialling else Line.DOWN

    @property
    def deadline_s(self) -> float | None:
        """When to dial again; asked while the line is down."""
        if self._is_dialling or not all(self._credentials.address):
            return None
        return self._dial_at_s

    def settle(self, now: Moment) -> None:
        """Dial if it is time."""
        if self.is_up or self._is_dialling or now.s < self._dial_at_s:
            return
        dial = self._credentials.next_dial()
        if dial is not None:
            self._is_dialling = True
            self._effects.add(replace(dial, papers=self.papers()) if is_encrypted(dial.url) else dial)

    def opened(self, now: Moment) -> None:
        """The central system took the call."""
        self.is_up, self._is_dialling = True, False
        self._up_since_s = now.s
        self._credentials.admitted()
        self._effects.add(SetPing(self._configuration.number(Key.WEB_SOCKET_PING_INTERVAL)))
        self._effects.note("connected")

    def accepted(self) -> None:
        """The boot was accepted: the connection is a good one."""
        self._backoff.succeeded()

    def failed(self, reason: str, status: int | None, now: Moment) -> None:
        """Nobody took the call, or it was refused with an HTTP status (TR-07, TR-09)."""
        self.is_up = self._is_dialling = False
        given_up = self._credentials.missed(status, now)
        if given_up is not None:
            self._effects.note("fell back", from_url=given_up.url, from_identity=given_up.identity)
            self._backoff.succeeded()
        wait_s = self._backoff.next_wait_s()
        self._dial_at_s = now.s + wait_s
        self._effects.note("connection failed", reason=reason, next_attempt_s=round(wait_s, 1))

    def closed(self, reason: str, now: Moment) -> None:
        """The connection ended, expectedly or not."""
        if self.is_up and now.s - self._up_since_s >= STEADY_AFTER_S:
            self._backoff.succeeded()
        self.is_up = self._is_dialling = False
        self.down_since_s = now.s
        wait_s = 0.0 if self._hurry else self._backoff.next_wait_s()
        self._hurry = False
        self._dial_at_s = now.s + wait_s
        self._effects.note("disconnected", reason=reason, next_attempt_s=round(wait_s, 1))

    def key_changed(self) -> None:
        """Hang up and dial at once, with the new AuthorizationKey (SEC-07, SEC-11)."""
        self._credentials.key_changed()
        self.reconnect()

    def certificate_changed(self) -> None:
        """Hang up and dial at once, with the new certificate, if connections show one (W A02)."""
        if is_encrypted(self._configuration.text(Key.SUPERVISION_URL) or ""):
            self.reconnect()

    def reconnect(self) -> None:
        """Hang up and dial at once."""
        if self.is_up:
            self._hurry = True
            self._effects.add(HangUp(1000, "reconnecting"))

    def ping_changed(self) -> None:
        """WebSocketPingInterval has a new value."""
        if self.is_up:
            self._effects.add(SetPing(self._configuration.number(Key.WEB_SOCKET_PING_INTERVAL)))


def _no_papers() -> None:
    return None
