"""When to ping, and when silence has lasted too long: the only proof against a half-open line (TR-12)."""

from enum import Enum, auto
from typing import Protocol

from contactor.link.link import Cancellable, Scheduler

# Loops round timers to their tick and may fire a little early; without slack each early call would cost another.
SLACK_S = 0.002


class Beat(Enum):
    """What a pulse asks for."""

    NOTHING = auto()
    PING = auto()
    GIVE_UP = auto()


class Pulse:
    """Knows when the next ping is due and by when it must be answered; never sleeps, never sends.

    The side that dials pings all the time; a listener pings only a peer that was silent for an interval, because
    stations mostly ping by themselves and each of thousands of pings wakes us.
    """

    __slots__ = ("_answer_limit_s", "_asked_at_s", "_due_at_s", "_heard", "_interval_s", "_only_when_silent")

    def __init__(
        self, interval_s: float, answer_limit_s: float, now_s: float, *, only_when_silent: bool = False
    ) -> None:
        assert answer_limit_s > 0
        self._answer_limit_s = answer_limit_s
        self._only_when_silent = only_when_silent
        self.retime(interval_s, now_s)

    def retime(self, interval_s: float, now_s: float) -> None:
        """Start over with another interval; 0 means no pings at all."""
        assert interval_s >= 0
        self._interval_s = interval_s
        self._asked_at_s: float | None = None
        self._heard = False
        self._due_at_s: float | None = now_s + interval_s if interval_s else None

    @property
    def deadline_s(self) -> float | None:
        """When `beat` wants to be called; None if never."""
        return self._due_at_s

    @property
    def answer_limit_s(self) -> float:
        """How long a ping may stay unanswered: never longer than the interval itself."""
        return min(self._interval_s, self._answer_limit_s)

    def heard(self) -> None:
        """The peer gave a sign of life."""
        if self._asked_at_s is None:
            self._heard = True
        else:
            self._due_at_s = self._asked_at_s + self._interval_s
            self._asked_at_s = None

    def beat(self, now_s: float) -> Beat:
        """Say what is due now."""
        if self._due_at_s is None or now_s < self._due_at_s - SLACK_S:
            return Beat.NOTHING
        if self._asked_at_s is not None:
            self._due_at_s = None
            return Beat.GIVE_UP
        if self._only_when_silent and self._heard:
            self._heard = False
            self._due_at_s = now_s + self._interval_s
            return Beat.NOTHING
        self._asked_at_s = now_s
        self._due_at_s = now_s + self.answer_limit_s
        return Beat.PING


class Heart(Protocol):
    """The link that is kept beating."""

    def ping(self) -> None:
        """Ask the peer for a sign of life."""
        ...

    def give_up(self, reason: str) -> None:
        """Nobody is there any more."""
        ...


class PulseTimer:
    """Keeps a pulse beating on a scheduler: one timer a link instead of a task."""

    __slots__ = ("_heart", "_scheduler", "_timer", "pulse")

    def __init__(self, pulse: Pulse, scheduler: Scheduler, heart: Heart) -> None:
        self.pulse = pulse
        self._scheduler = scheduler
        self._heart = heart
        self._timer: Cancellable | None = None
        self._arm()

    def retime(self, interval_s: float) -> None:
        """Ping at another interval from now on; 0 ends the pings."""
        self.stop()
        self.pulse.retime(interval_s, self._scheduler.time())
        self._arm()

    def stop(self) -> None:
        """Beat no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        if self.pulse.deadline_s is not None:
            delay_s = max(0.0, self.pulse.deadline_s - self._scheduler.time())
            self._timer = self._scheduler.call_later(delay_s, self._fire)

    def _fire(self) -> None:
        self._timer = None
        beat = self.pulse.beat(self._scheduler.time())
        self._arm()  # before acting, because the action may end the link and with it stop this timer
        if beat is Beat.PING:
            self._heart.ping()
        elif beat is Beat.GIVE_UP:
            self._heart.give_up(f"no answer to a ping within {self.pulse.answer_limit_s:g} s")
