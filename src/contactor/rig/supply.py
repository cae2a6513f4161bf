"""The mains a cabinet hangs on: their voltage, the power the site leaves it, and what its modules make of both.

The guide names the trouble codes of a bad input and no thresholds; those here are common for rectifiers of this kind.
"""

import math
from dataclasses import dataclass

from contactor.base.errors import BadSetting
from contactor.rig.power_module import MODULE_POWER_W
from contactor.rig.snapshot import SupplyRecord

NOMINAL_V = 400.0
UNDER_VOLTAGE_V = 340.0
OVER_VOLTAGE_V = 460.0

UNDER_VOLTAGE = "0x200208"
OVER_VOLTAGE = "0x200206"


@dataclass(frozen=True, slots=True)
class Supply:
    """The mains as they are; `voltage_v` is between phases, `available_w` infinite where nothing else bounds it.

    Raises:
        BadSetting: a voltage or a power that cannot be. A supply that is gone is not one of 0 V: the power is cut.
    """

    voltage_v: float = NOMINAL_V
    available_w: float = math.inf

    def __post_init__(self) -> None:
        if not 0 < self.voltage_v <= 1000:
            raise BadSetting("supply voltage", self.voltage_v, "give more than 0 and at most 1000 V, or cut the power")
        if not self.available_w >= 0:
            raise BadSetting("supply power", self.available_w, "it must be 0 W or above")

    @property
    def trouble(self) -> str | None:
        """The trouble code of a voltage at which modules switch themselves off; None if they run."""
        if self.voltage_v < UNDER_VOLTAGE_V:
            return UNDER_VOLTAGE
        return OVER_VOLTAGE if self.voltage_v > OVER_VOLTAGE_V else None

    def share(self, modules: int) -> float:
        """Which share of their rating so many connected modules may deliver together.

        A module's input current is bounded, so below the nominal voltage its power falls with it.
        """
        if self.trouble is not None:
            return 0.0
        by_power = self.available_w / (modules * MODULE_POWER_W) if modules else math.inf
        return min(1.0, self.voltage_v / NOMINAL_V, by_power)


NOMINAL = Supply()


def supply_record(supply: Supply) -> SupplyRecord:
    """Write a supply down for a snapshot; JSON has no infinity."""
    available_w = None if math.isinf(supply.available_w) else supply.available_w
    return SupplyRecord(voltage_v=supply.voltage_v, available_w=available_w)


def supply_from(record: SupplyRecord | None) -> Supply:
    """Make the supply that was written down; the nominal one where none was.

    Raises:
        BadSetting: the record holds a value no supply can have.
    """
    if record is None:
        return NOMINAL
    available_w = record["available_w"]
    return Supply(record["voltage_v"], math.inf if available_w is None else available_w)
