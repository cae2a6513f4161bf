"""The rig's rates and durations: how fast current changes and how long the checks before it take."""

import math
from dataclasses import dataclass, fields

from contactor.base.errors import BadSetting


@dataclass(frozen=True, slots=True)
class RigSettings:
    """Durations in rig seconds, rates in amperes a second; every one above zero.

    `step_s` is the longest stretch over which current and voltage count as constant while a vehicle charges: one
    second follows the charging curve closely, ten serve a large fleet (half a percent of energy in the bend of the
    curve at worst). `ramp_step_s` is the same while current rises or falls. `insulation_check_min_s` and `..._max_s`
    bound the dice.

    Raises:
        BadSetting: a value is not a number above zero, or the bounds are crossed.
    """

    step_s: float = 1.0
    ramp_step_s: float = 0.5
    insulation_check_min_s: float = 3.0
    insulation_check_max_s: float = 5.0
    precharge_s: float = 1.0
    ramp_up_a_per_s: float = 20.0
    ramp_down_a_per_s: float = 100.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value: float = getattr(self, field.name)
            if not 0 < value < math.inf:
                raise BadSetting(f"rig {field.name}", value, "it must be above 0 and finite")
        if self.insulation_check_min_s > self.insulation_check_max_s:
            raise BadSetting(
                "rig insulation_check_min_s",
                self.insulation_check_min_s,
                f"it must not be above insulation_check_max_s, {self.insulation_check_max_s}",
            )
