"""What a kind of vehicle can do: its plug, battery, voltages, and how its charging power falls as the battery fills."""

import itertools
import math
from dataclasses import dataclass

from contactor.base.errors import BadSetting
from contactor.rig.plug import PlugKind
from contactor.rig.power_module import MODULE_VOLTAGE_MAX_V, MODULE_VOLTAGE_MIN_V

CurvePoint = tuple[float, float]
"""State of charge and the share of maximum power at it, both 0 to 1."""


@dataclass(frozen=True, slots=True)
class VehicleModel:
    """The facts of a kind of vehicle.

    `curve` goes from state of charge 0 to 1 and never rises. The open-circuit voltage climbs evenly from
    `voltage_empty_v` to `voltage_full_v`; current adds its drop over `resistance_ohm`.

    Raises:
        BadSetting: a fact no vehicle can have, or voltages that a 150-1000 V power module cannot serve.
    """

    name: str
    plug: PlugKind
    battery_wh: float
    power_max_w: float
    current_max_a: float
    voltage_empty_v: float
    voltage_full_v: float
    resistance_ohm: float
    curve: tuple[CurvePoint, ...]
    tells_soc: bool = True

    def __post_init__(self) -> None:
        _check(0 < self.battery_wh < math.inf, self, "battery_wh", self.battery_wh, "it must be above 0")
        _check(0 <= self.power_max_w < math.inf, self, "power_max_w", self.power_max_w, "it must be 0 or above")
        _check(0 < self.current_max_a < math.inf, self, "current_max_a", self.current_max_a, "it must be above 0")
        _check(0 <= self.resistance_ohm < 1, self, "resistance_ohm", self.resistance_ohm, "it must be 0 to below 1")
        _check(
            MODULE_VOLTAGE_MIN_V <= self.voltage_empty_v <= self.voltage_full_v <= MODULE_VOLTAGE_MAX_V,
            self,
            "voltages",
            (self.voltage_empty_v, self.voltage_full_v),
            f"they must rise within {MODULE_VOLTAGE_MIN_V:g} to {MODULE_VOLTAGE_MAX_V:g} V",
        )
        _check(_is_curve(self.curve), self, "curve", self.curve, "it must go from 0 to 1 and its shares never rise")

    def open_circuit_v(self, soc: float) -> float:
        """The battery's voltage without current."""
        return self.voltage_empty_v + (self.voltage_full_v - self.voltage_empty_v) * soc

    def share_of_power(self, soc: float) -> float:
        """How much of the maximum power the curve leaves at a state of charge."""
        low_soc, low_share = self.curve[0]
        for high_soc, high_share in self.curve[1:]:
            if soc <= high_soc:
                return low_share + (high_share - low_share) * (soc - low_soc) / (high_soc - low_soc)
            low_soc, low_share = high_soc, high_share
        return low_share

    def current_for_a(self, power_w: float, open_circuit_v: float) -> float:
        """The current at which the plug takes the given power.

        At the plug P = (U + R*I) * I, so a resistance makes the voltage rise and the current a little smaller.
        """
        if self.resistance_ohm == 0:
            return power_w / open_circuit_v
        root = math.sqrt(open_circuit_v * open_circuit_v + 4 * self.resistance_ohm * power_w)
        # The textbook (root - U) / 2R loses digits where R is small; this form of the same root does not.
        return 2 * power_w / (open_circuit_v + root)


def _check(is_good: bool, model: VehicleModel, fact: str, value: object, expected: str) -> None:
    if not is_good:
        raise BadSetting(f"vehicle {model.name!r} {fact}", value, expected)


def _is_curve(curve: tuple[CurvePoint, ...]) -> bool:
    if len(curve) < 2 or curve[0][0] != 0 or curve[-1][0] != 1:
        return False
    never_rises = all(low[0] < high[0] and low[1] >= high[1] for low, high in itertools.pairwise(curve))
    return never_rises and all(0 <= share <= 1 for _, share in curve)
