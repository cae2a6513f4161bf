"""Knows whether there is a connection, and when to dial again (TR-01, TR-07, TR-13, SEC-05..11)."""

from enum import StrEnum, auto

from contactor.base.backoff import Backoff
from contactor.station.configuration import Configuration
from contactor.station.effects import Dial, Effects, HangUp, SetPing
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

    def __init__(self, configuration: Configuration, backoff: Backoff, effects: Effects) -> None:
        self._configuration = configuration
        self._backoff = backoff
        self._effects = effects
        self._line = Line.DOWN
        self._dial_at_s = 0.0
        self._up_since_s = 0.0
        self._hurry = False
        self.down_since_s = 0.0

    @property
    def is_up(self) -> bool:
        """Whether the websocket is open."""
        return self._line is Line.UP

    @property
    def deadline_s(self) -> float | None:
        """When to dial again."""
        return self._dial_at_s if self._line is Line.DOWN and self._is_possible else None

    @property
    def _is_possible(self) -> bool:
        return bool(self._configuration.text(Key.SUPERVISION_URL) and self._configuration.text(Key.BOX_IDENTIFIER))

    def settle(self, now: Moment) -> None:
        """Dial if it is time."""
        deadline_s = self.deadline_s
        if deadline_s is None or now.s < deadline_s:
            return
        url, identity = self._configuration.text(Key.SUPERVISION_URL), self._configuration.text(Key.BOX_IDENTIFIER)
        assert url is not None
        assert identity is not None
        key = self._configuration.text(Key.AUTHORIZATION_KEY)
        self._line = Line.DIALLING
        self._effects.add(Dial(url, identity, None if key is None else bytes.fromhex(key)))

    def opened(self, now: Moment) -> None:
        """The central system took the call."""
        self._line = Line.UP
        self._up_since_s = now.s
        self._effects.add(SetPing(self._configuration.number(Key.WEB_SOCKET_PING_INTERVAL)))
        self._effects.note("connected")

    def accepted(self) -> None:
        """The boot was accepted: the connection is a good one."""
        self._backoff.succeeded()

    def failed(self, reason: str, now: Moment) -> None:
        """Nobody took the call."""
        self._line = Line.DOWN
        wait_s = self._backoff.next_wait_s()
        self._dial_at_s = now.s + wait_s
        self._effects.note("connection failed", reason=reason, next_attempt_s=round(wait_s, 1))

    def closed(self, reason: str, now: Moment) -> None:
        """The connection ended, expectedly or not."""
        if self._line is Line.UP and now.s - self._up_since_s >= STEADY_AFTER_S:
            self._backoff.succeeded()
        self._line = Line.DOWN
        self.down_since_s = now.s
        wait_s = 0.0 if self._hurry else self._backoff.next_wait_s()
        self._hurry = False
        self._dial_at_s = now.s + wait_s
        self._effects.note("disconnected", reason=reason, next_attempt_s=round(wait_s, 1))

    def dial_anew(self) -> None:
        """Hang up and dial at once, for instance with a new key (SEC-07)."""
        if self._line is Line.UP:
            self._hurry = True
            self._effects.add(HangUp(1000, "reconnecting"))

    def ping_changed(self) -> None:
        """WebSocketPingInterval has a new value."""
        if self._line is Line.UP:
            self._effects.add(SetPing(self._configuration.number(Key.WEB_SOCKET_PING_INTERVAL)))
