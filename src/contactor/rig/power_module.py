"""One power module: what it can deliver now, given its health and temperature."""

from dataclasses import dataclass
from functools import cache

from contactor.base.errors import BadSetting
from contactor.base.ids import OutletNumber

MODULE_POWER_W = 30_000.0
"""D-16: rated power over 30 kW is the number of modules of every model; the size itself is assumed."""

MODULE_CURRENT_A = 100.0
"""Of a 150-1000 V module: full power from 300 V up, bounded by its current below."""

MODULE_VOLTAGE_MIN_V = 150.0
MODULE_VOLTAGE_MAX_V = 1000.0

RESIDUAL_A = 0.5
"""What a CCS2 outlet still draws from each of its modules at limit 0 (guide, SetChargingProfile limitation 2; D-16)."""


@dataclass(frozen=True, slots=True)
class ModuleKind:
    """What every module of a cabinet can deliver, and what an outlet still draws from each at limit 0.

    Raises:
        BadSetting: power or current is not above zero, or the residual current below it.
    """

    power_w: float = MODULE_POWER_W
    current_a: float = MODULE_CURRENT_A
    residual_a: float = RESIDUAL_A

    def __post_init__(self) -> None:
        for name, value in (("power_w", self.power_w), ("current_a", self.current_a)):
            if not value > 0:
                raise BadSetting(f"power module {name}", value, "it must be above 0")
        if not self.residual_a >= 0:
            raise BadSetting("power module residual_a", self.residual_a, "it must not be below 0")


MODULE = ModuleKind()

FULL_POWER_FROM_V = MODULE_POWER_W / MODULE_CURRENT_A


@cache
def module_of(power_w: float, residual_a: float) -> ModuleKind:
    """A module of another size, with its full power from the same voltage on."""
    return ModuleKind(power_w, power_w / FULL_POWER_FROM_V, residual_a)


class PowerModule:
    """A rectifier of the cabinet, held by one outlet at a time or by none."""

    __slots__ = ("failed_by", "held_by", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.failed_by: str | None = None
        self.held_by: OutletNumber | None = None

    @property
    def is_healthy(self) -> bool:
        """Whether it can deliver at all."""
        return self.failed_by is None

    @property
    def is_free(self) -> bool:
        """Whether an outlet may take it."""
        return self.failed_by is None and self.held_by is None

    def fail(self, dtc: str) -> None:
        """Drop off its outlet and stay dark until the trouble named by `dtc` is gone."""
        self.failed_by = dtc
        self.held_by = None

    def mend(self) -> None:
        """Be healthy again; held by nobody yet."""
        self.failed_by = None
