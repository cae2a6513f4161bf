"""Signals: what the hardware tells the station's software, each one a fact that has happened.

*Plugged* means connected to a vehicle, whether or not the cable could be taken off the outlet.
"""

from dataclasses import dataclass

from contactor.base.ids import OutletNumber


@dataclass(frozen=True, slots=True)
class CablePlugged:
    """A vehicle was connected."""

    outlet: OutletNumber


@dataclass(frozen=True, slots=True)
class CableUnplugged:
    """The vehicle was disconnected; if current flowed, the hardware has already cut it."""

    outlet: OutletNumber


@dataclass(frozen=True, slots=True)
class EnergyFlowing:
    """Contactor closed, insulation checked, the vehicle draws current: first time or again after a pause."""

    outlet: OutletNumber


@dataclass(frozen=True, slots=True)
class VehiclePaused:
    """The outlet is ready to deliver and the vehicle asks for nothing (full, or not willing yet)."""

    outlet: OutletNumber


@dataclass(frozen=True, slots=True)
class VehicleEnded:
    """The vehicle closed the charging session by itself; energy needs a new start."""

    outlet: OutletNumber


@dataclass(frozen=True, slots=True)
class EnergyOff:
    """The contactor is open and the latch released, as `StopEnergy` asked."""

    outlet: OutletNumber


@dataclass(frozen=True, slots=True)
class DemandChanged:
    """The vehicle's wish crossed a power-module boundary; a good moment to share the cabinet anew."""

    outlet: OutletNumber


@dataclass(frozen=True, slots=True)
class ModulesChanged:
    """A power module failed, or came back; the cabinet has more or fewer to share."""


@dataclass(frozen=True, slots=True)
class BadgePresented:
    """A badge was held to the reader; `uid` is its text as the reader gives it, unchecked."""

    uid: str


@dataclass(frozen=True, slots=True)
class ScreenTouched:
    """Someone touched the screen, to see the given outlet or, with None, the next one."""

    outlet: OutletNumber | None = None


@dataclass(frozen=True, slots=True)
class StopPressed:
    """Someone pressed the stop button on the screen of an outlet (not the emergency stop)."""

    outlet: OutletNumber


@dataclass(frozen=True, slots=True)
class FaultRaised:
    """A diagnostic trouble code became active, on one outlet or, with None, on the whole station."""

    dtc: str
    outlet: OutletNumber | None = None


@dataclass(frozen=True, slots=True)
class FaultCleared:
    """A diagnostic trouble code is no longer active."""

    dtc: str
    outlet: OutletNumber | None = None


Signal = (
    CablePlugged
    | CableUnplugged
    | EnergyFlowing
    | VehiclePaused
    | VehicleEnded
    | EnergyOff
    | DemandChanged
    | ModulesChanged
    | BadgePresented
    | ScreenTouched
    | StopPressed
    | FaultRaised
    | FaultCleared
)
