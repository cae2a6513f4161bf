"""Joins the hardware's seconds to the clock's: where the hardware is now, and when it will be somewhere."""

from contactor.base.clock import Clock
from contactor.hardware.port import SteppedHardware


class HardwareTime:
    """Lets `speed` seconds of the hardware pass in one of the clock's."""

    __slots__ = ("_clock", "_hardware", "_zero_s", "speed")

    def __init__(self, hardware: SteppedHardware, clock: Clock, speed: float) -> None:
        self._hardware = hardware
        self._clock = clock
        self.run_at(speed)

    @property
    def now_s(self) -> float:
        """The hardware second that it is; never before the one last advanced to."""
        return max(self._hardware.now_s, (self._clock.monotonic_s() - self._zero_s) * self.speed)

    def clock_s(self, hardware_s: float) -> float:
        """The clock's monotonic second at which the hardware reaches one of its own."""
        return self._zero_s + hardware_s / self.speed

    def run_at(self, speed: float) -> None:
        """Go on at another speed from the second the hardware was last advanced to."""
        self.speed = speed
        self._zero_s = self._clock.monotonic_s() - self._hardware.now_s / speed
