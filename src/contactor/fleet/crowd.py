"""Who comes next, and with what: chance drawn from dice, so that a seed gives the same crowd again."""

import math
from collections.abc import Sequence

from contactor.base.dice import Dice
from contactor.fleet.plan import HOURS_A_DAY, Car, Drivers
from contactor.rig.garage import vehicle_model
from contactor.rig.plug import PlugKind

SECONDS_AN_HOUR = 3600.0


class Crowd:
    """The drivers around some stations; `speed` seconds of their time pass in one of ours."""

    def __init__(self, drivers: Drivers, stations: int, speed: float, dice: Dice) -> None:
        self._drivers = drivers
        self._stations = stations
        self._speed = speed
        self._dice = dice

    def wait_s(self, elapsed_s: float) -> tuple[float, bool]:
        """How long until something happens, in our seconds, and whether it is an arrival or only a new hour."""
        hour = self._drivers.start_hour + elapsed_s * self._speed / SECONDS_AN_HOUR
        rate_per_hour = self._drivers.arrivals_per_hour[int(hour) % HOURS_A_DAY] * self._stations
        left_s = (math.floor(hour) + 1 - hour) * SECONDS_AN_HOUR / self._speed
        if rate_per_hour <= 0:
            return left_s, False
        # Arrivals are independent of each other, so what was waited for in the last hour need not be remembered.
        wait_s = -math.log(1.0 - self._dice.between(0.0, 0.999999)) / rate_per_hour * SECONDS_AN_HOUR / self._speed
        return (wait_s, True) if wait_s < left_s else (left_s, False)

    def station(self) -> int:
        """Which of the stations the driver drives to."""
        return self._below(self._stations)

    def pick_outlet(self, free: Sequence[int]) -> int:
        """Which of the free outlets the driver takes."""
        return free[self._below(len(free))]

    def car(self, plug: PlugKind) -> Car | None:
        """A car that the plug fits; None if no such car comes."""
        fitting = [car for car in self._drivers.cars if vehicle_model(car.vehicle).plug is plug]
        if not fitting:
            return None
        at = self._dice.between(0.0, sum(car.weight for car in fitting))
        for car in fitting:
            at -= car.weight
            if at <= 0:
                return car
        return fitting[-1]

    def badge(self) -> str:
        """What the driver holds to the reader."""
        return self._drivers.badges[self._below(len(self._drivers.badges))]

    def between(self, low: float, high: float) -> float:
        """A figure of the car's."""
        return self._dice.between(low, high)

    def _below(self, count: int) -> int:
        return min(count - 1, int(self._dice.between(0.0, count)))
