"""One vehicle: how full its battery is, what it asks for, when it rests and when it has had enough."""

import math
from dataclasses import dataclass

from contactor.base.errors import BadSetting
from contactor.rig.vehicle_model import VehicleModel

DONE_WITHIN_WH = 1e-3
"""A battery this near its goal has reached it: seconds are floats, so no step hits the goal to the last digit."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The vehicle asks for nothing for `for_s` seconds, beginning `after_s` after the contactor closed."""

    after_s: float
    for_s: float


class Vehicle:
    """A vehicle with its battery; stays the same when it goes from one outlet to another.

    `stops_at_soc` is the charge at which its driver told it to stop; then it either ends the session
    (`ends_when_done`) or stays connected and asks for nothing. `willing_after_s` delays its first wish after the
    contactor closed. Its wish is known from the moment it is plugged; delay and pauses count within a session only.

    Raises:
        BadSetting: a state of charge outside 0 to 1, or a negative delay or pause.
    """

    __slots__ = ("charge_wh", "ends_when_done", "model", "pauses", "power_limit_w", "stops_at_soc", "willing_after_s")

    def __init__(
        self,
        model: VehicleModel,
        *,
        soc: float,
        stops_at_soc: float = 1.0,
        ends_when_done: bool = True,
        willing_after_s: float = 0.0,
        pauses: tuple[Pause, ...] = (),
    ) -> None:
        for name, share in (("soc", soc), ("stops_at_soc", stops_at_soc)):
            _check_share(model, name, share)
        for seconds in (willing_after_s, *(value for pause in pauses for value in (pause.after_s, pause.for_s))):
            if not 0 <= seconds < math.inf:
                raise BadSetting(f"vehicle {model.name!r} pause or delay", seconds, "seconds must be 0 or above")
        self.model = model
        self.charge_wh = soc * model.battery_wh
        self.stops_at_soc = stops_at_soc
        self.ends_when_done = ends_when_done
        self.willing_after_s = willing_after_s
        self.pauses = pauses
        self.power_limit_w = model.power_max_w

    @property
    def soc(self) -> float:
        """State of charge, 0 to 1."""
        return min(1.0, self.charge_wh / self.model.battery_wh)

    @property
    def is_done(self) -> bool:
        """Whether the battery holds as much as the vehicle wants."""
        return self.missing_wh <= DONE_WITHIN_WH

    @property
    def missing_wh(self) -> float:
        """What the battery still wants, below zero where it holds more."""
        return self.stops_at_soc * self.model.battery_wh - self.charge_wh

    @property
    def open_circuit_v(self) -> float:
        """The battery's voltage without current."""
        return self.model.open_circuit_v(self.soc)

    def limit_power(self, power_w: float) -> None:
        """Let the driver turn the vehicle down (0 stops it) or up again, at most to what the model can.

        Raises:
            BadSetting: the power is negative or no number.
        """
        if not power_w >= 0:
            raise BadSetting(f"vehicle {self.model.name!r} power", power_w, "it must be 0 W or above")
        self.power_limit_w = min(power_w, self.model.power_max_w)

    def stop_at(self, soc: float) -> None:
        """Let the driver choose anew at which state of charge it stops by itself.

        Raises:
            BadSetting: the state of charge is outside 0 to 1.
        """
        _check_share(self.model, "stops_at_soc", soc)
        self.stops_at_soc = soc

    def wish_w(self) -> float:
        """What it asks for at the plug, resting apart: its curve, its limit and its greatest current together."""
        if self.is_done:
            return 0.0
        model = self.model
        soc = self.soc
        curve_w = min(model.power_max_w * model.share_of_power(soc), self.power_limit_w)
        by_current_w = (model.open_circuit_v(soc) + model.resistance_ohm * model.current_max_a) * model.current_max_a
        return min(curve_w, by_current_w)

    def soc_percent_after(self, gained_wh: float) -> int | None:
        """What it tells after gaining some more energy: whole percent, rounded down; None where it never tells."""
        if not self.model.tells_soc:
            return None
        # 0.57 of a battery is 56.999999999999993 %: what is that near to a whole percent has reached it.
        percent = 100 * (self.charge_wh + gained_wh) / self.model.battery_wh
        return min(100, math.floor(percent + 1e-6))

    def rests_from(self, closed_at_s: float) -> tuple[tuple[float, float], ...]:
        """Beginning and end of each rest in a session whose contactor closed at the given moment."""
        rests = (Pause(0.0, self.willing_after_s), *self.pauses)
        return tuple(
            (closed_at_s + rest.after_s, closed_at_s + rest.after_s + rest.for_s) for rest in rests if rest.for_s > 0
        )


def _check_share(model: VehicleModel, name: str, share: float) -> None:
    if not 0 <= share <= 1:
        raise BadSetting(f"vehicle {model.name!r} {name}", share, "it must be 0 to 1")
