"""Commands: what the station's software may ask of the hardware. Asking again for what already is changes nothing."""

import math
from dataclasses import dataclass

from contactor.base.ids import OutletNumber


@dataclass(frozen=True, slots=True)
class AllowEnergy:
    """Latch the plug, check insulation, close the contactor and deliver what the vehicle asks within the grant."""

    outlet: OutletNumber


@dataclass(frozen=True, slots=True)
class StopEnergy:
    """Ramp down, open the contactor, release the latch; answered by the signal `EnergyOff`."""

    outlet: OutletNumber


@dataclass(frozen=True, slots=True)
class GrantPower:
    """Connect whole power modules to an outlet and never deliver more than `limit_w` watts nor `limit_a` amperes.

    A limit of 0 leaves the residual current of the connected modules (guide, SetChargingProfile limitation 2).
    """

    outlet: OutletNumber
    modules: int
    limit_w: float
    limit_a: float = math.inf


@dataclass(frozen=True, slots=True)
class ReleaseCable:
    """Open the lock that holds a detachable cable in its outlet; a lock that is stuck stays shut."""

    outlet: OutletNumber


Command = AllowEnergy | StopEnergy | GrantPower | ReleaseCable
