"""The DC meter of one outlet: voltage, current, and the energy that went through since it was made."""

import math

from contactor.base.errors import BadSetting

SECONDS_PER_HOUR = 3600.0


class Meter:
    """Counts energy over stretches of constant voltage and current.

    Only `settle` adds to the count; reading at any moment in between computes from the same stretch and leaves no
    trace, so how often somebody looks cannot change what is counted (MV-10).

    Raises:
        BadSetting: the register would start below zero.
    """

    __slots__ = ("_delivered_wh", "current_a", "initial_wh", "power_w", "since_s", "voltage_v")

    def __init__(self, initial_wh: int = 0, *, now_s: float = 0.0) -> None:
        if initial_wh < 0:
            raise BadSetting("meter register", initial_wh, "it starts at 0 Wh or above")
        self.initial_wh = initial_wh
        self.since_s = now_s
        self.voltage_v = 0.0
        self.current_a = 0.0
        self.power_w = 0.0
        self._delivered_wh = 0.0

    def delivered_wh(self, now_s: float) -> float:
        """Energy counted until `now_s`, exact, without the initial register."""
        return self._delivered_wh + self.power_w * (now_s - self.since_s) / SECONDS_PER_HOUR

    def register_wh(self, now_s: float) -> int:
        """The register as its display shows it: whole watt-hours, rounded down."""
        return self.initial_wh + math.floor(self.delivered_wh(now_s))

    def settle(self, now_s: float) -> None:
        """Close the stretch that ends at `now_s`; the next one begins with the same voltage and current."""
        self._delivered_wh = self.delivered_wh(now_s)
        self.since_s = now_s

    def flow(self, voltage_v: float, current_a: float) -> None:
        """Set what flows from the moment last settled on."""
        self.voltage_v = voltage_v
        self.current_a = current_a
        self.power_w = voltage_v * current_a

    def restore(self, initial_wh: int, delivered_wh: float, now_s: float) -> None:
        """Continue an earlier count; nothing flows."""
        self.initial_wh = initial_wh
        self._delivered_wh = delivered_wh
        self.since_s = now_s
        self.flow(0.0, 0.0)
