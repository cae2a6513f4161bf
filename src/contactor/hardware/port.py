"""The port: what a station's software may read from hardware at any moment, and how it asks for deeds.

The simulated rig implements it; a driver for real power electronics would too.
"""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from contactor.base.ids import OutletNumber
from contactor.hardware.commands import Command
from contactor.hardware.signals import Signal


class Reading(Struct, frozen=True, gc=False):
    """One outlet's meter and vehicle, all sampled at the same instant; a Struct, because samples are many.

    `register_wh` never goes back and counts whole watt-hours since the meter was made. `voltage_v * current_a`
    is `power_w`. `offered_w` and `offered_a` are what the vehicle may take now: the grant, the modules and the
    outlet's rating together. `soc_percent` is None where the vehicle does not tell.
    """

    register_wh: int
    power_w: float
    current_a: float
    voltage_v: float
    offered_w: float
    offered_a: float
    soc_percent: int | None


class Hardware(Protocol):
    """The charger's hardware as its software sees it."""

    @property
    def outlets(self) -> Sequence[OutletNumber]:
        """The outlets, in order, numbered from 1."""
        ...

    @property
    def modules_healthy(self) -> int:
        """How many power modules can deliver now."""
        ...

    def is_plugged(self, outlet: OutletNumber) -> bool:
        """Whether a vehicle is connected."""
        ...

    def is_cable_locked(self, outlet: OutletNumber) -> bool:
        """Whether a detachable cable is held in its outlet; a fixed one has no lock."""
        ...

    def read(self, outlet: OutletNumber) -> Reading:
        """Sample the meter and the vehicle now."""
        ...

    def demand_w(self, outlet: OutletNumber) -> float:
        """What the vehicle asks for now, or would if it were allowed to charge; 0 without one."""
        ...

    def faults(self) -> Sequence[tuple[str, OutletNumber | None]]:
        """The active trouble codes, oldest first, each with its outlet or None for the station."""
        ...

    def obey(self, command: Command) -> None:
        """Do what is asked; what comes of it is told by signals."""
        ...


class SteppedHardware(Hardware, Protocol):
    """Hardware whose time somebody has to move: a simulation, or a driver that is polled.

    Its seconds are its own; whoever moves it may run it faster than the wall clock.
    """

    @property
    def now_s(self) -> float:
        """The hardware second it was last advanced to."""
        ...

    @property
    def deadline_s(self) -> float | None:
        """The hardware second at which it wants to be advanced; None if nothing can happen by itself."""
        ...

    def advance(self, to_s: float) -> Sequence[Signal]:
        """Let its time pass and return what it told meanwhile, in order."""
        ...
