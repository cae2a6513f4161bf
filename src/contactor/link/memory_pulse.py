"""The pings of a line in memory: while all gets through, each is answered at once, so none needs to be sent.

What they would have found out is worked out when the line can no longer be trusted: from then on they are sent, at the
instants at which they would have been due anyway.
"""

from contactor.link.link import Scheduler
from contactor.link.pulse import Heart, Pulse, PulseTimer


class MemoryPulse:
    """Pings that begin with the first doubt; `interval_s` 0 means none (TR-12)."""

    def __init__(
        self,
        interval_s: float,
        answer_limit_s: float,
        scheduler: Scheduler,
        heart: Heart,
    ) -> None:
        self._interval_s = interval_s
        self._answer_limit_s = answer_limit_s
        self._scheduler = scheduler
        self._heart = heart
        self._began_at_s = scheduler.time()
        self._timer: PulseTimer | None = None

    def retime(self, interval_s: float) -> None:
        """Ping at another interval from now on."""
        self._interval_s = interval_s
        self._began_at_s = self._scheduler.time()
        if self._timer is not None:
            self._timer.retime(interval_s)

    def doubt(self) -> None:
        """Not every ping is sure to be answered any more."""
        if self._timer is None:
            pulse = Pulse(self._interval_s, self._answer_limit_s, self._last_due_s())
            self._timer = PulseTimer(pulse, self._scheduler, self._heart)

    def heard(self) -> None:
        """A ping was answered."""
        if self._timer is not None:
            self._timer.pulse.heard()

    def stop(self) -> None:
        """Ping no more."""
        if self._timer is not None:
            self._timer.stop()

    def _last_due_s(self) -> float:
        """When the last ping was due that the sound line has answered, or when all began."""
        if not self._interval_s:
            return self._began_at_s
        passed = (self._scheduler.time() - self._began_at_s) // self._interval_s
        return self._began_at_s + passed * self._interval_s
