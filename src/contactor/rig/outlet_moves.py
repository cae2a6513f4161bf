"""The states of an outlet and the table of its moves, each with the signals it tells."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from contactor.base.errors import BrokenPromise
from contactor.base.ids import OutletNumber
from contactor.hardware.signals import (
    CablePlugged,
    CableUnplugged,
    EnergyFlowing,
    EnergyOff,
    Signal,
    VehicleEnded,
    VehiclePaused,
)


class OutletState(StrEnum):
    """What an outlet is doing."""

    FREE = "free"
    PLUGGED = "plugged"  # a vehicle, latch and contactor open
    CHECKING = "checking"  # latched, insulation under test
    PRECHARGING = "precharging"  # output brought to the battery's voltage, contactor still open
    READY = "ready"  # contactor closed, no current: the station has given no modules, or the first ampere is to come
    FLOWING = "flowing"  # contactor closed, the vehicle draws current
    PAUSED = "paused"  # contactor closed, the vehicle asks for nothing
    STOPPING = "stopping"  # current ramps down, then the contactor opens
    TURNING = "turning"  # as stopping, and energy was allowed again meanwhile


class Cause(StrEnum):
    """What moves an outlet."""

    PLUG = "plug"
    UNPLUG = "unplug"
    ALLOW = "allow"
    STOP = "stop"
    TRIP = "trip"  # a fault or a power cut drops the contactor
    CHECKED = "checked"
    PRECHARGED = "precharged"
    CURRENT = "current"
    NO_CURRENT = "no current"  # the vehicle wants, the station gives nothing
    VEHICLE_RESTS = "vehicle rests"
    VEHICLE_ENDS = "vehicle ends"
    RAMPED_DOWN = "ramped down"


@dataclass(frozen=True, slots=True)
class Move:
    """Where a cause leads, and what is told on the way, in order."""

    state: OutletState
    tells: tuple[Callable[[OutletNumber], Signal], ...] = ()


_FREE, _PLUGGED, _CHECKING = OutletState.FREE, OutletState.PLUGGED, OutletState.CHECKING
_PRECHARGING, _READY, _FLOWING = OutletState.PRECHARGING, OutletState.READY, OutletState.FLOWING
_PAUSED, _STOPPING, _TURNING = OutletState.PAUSED, OutletState.STOPPING, OutletState.TURNING

# A pair that is not here cannot happen; asking for it is our bug. Two rows need a reason. STOP is answered by EnergyOff
# even where nothing is on: the asker may have missed that a fault or the driver was faster, and waits for the answer.
# ALLOW on a free outlet is refused without a word, as hardware does that sees no vehicle on the pilot line.
MOVES: dict[tuple[OutletState, Cause], Move] = {
    (_FREE, Cause.PLUG): Move(_PLUGGED, (CablePlugged,)),
    (_FREE, Cause.ALLOW): Move(_FREE),
    (_FREE, Cause.STOP): Move(_FREE, (EnergyOff,)),
    (_FREE, Cause.TRIP): Move(_FREE),
    (_PLUGGED, Cause.UNPLUG): Move(_FREE, (CableUnplugged,)),
    (_PLUGGED, Cause.ALLOW): Move(_CHECKING),
    (_PLUGGED, Cause.STOP): Move(_PLUGGED, (EnergyOff,)),
    (_PLUGGED, Cause.TRIP): Move(_PLUGGED),
    (_CHECKING, Cause.UNPLUG): Move(_FREE, (CableUnplugged,)),
    (_CHECKING, Cause.ALLOW): Move(_CHECKING),
    (_CHECKING, Cause.STOP): Move(_PLUGGED, (EnergyOff,)),
    (_CHECKING, Cause.TRIP): Move(_PLUGGED),
    (_CHECKING, Cause.CHECKED): Move(_PRECHARGING),
    (_PRECHARGING, Cause.UNPLUG): Move(_FREE, (CableUnplugged,)),
    (_PRECHARGING, Cause.ALLOW): Move(_PRECHARGING),
    (_PRECHARGING, Cause.STOP): Move(_PLUGGED, (EnergyOff,)),
    (_PRECHARGING, Cause.TRIP): Move(_PLUGGED),
    (_PRECHARGING, Cause.PRECHARGED): Move(_READY),
    (_READY, Cause.UNPLUG): Move(_FREE, (CableUnplugged,)),
    (_READY, Cause.ALLOW): Move(_READY),
    (_READY, Cause.STOP): Move(_STOPPING),
    (_READY, Cause.TRIP): Move(_PLUGGED),
    (_READY, Cause.CURRENT): Move(_FLOWING, (EnergyFlowing,)),
    (_READY, Cause.NO_CURRENT): Move(_READY),
    (_READY, Cause.VEHICLE_RESTS): Move(_PAUSED, (VehiclePaused,)),
    (_READY, Cause.VEHICLE_ENDS): Move(_PLUGGED, (VehicleEnded,)),
    (_FLOWING, Cause.UNPLUG): Move(_FREE, (CableUnplugged,)),
    (_FLOWING, Cause.ALLOW): Move(_FLOWING),
    (_FLOWING, Cause.STOP): Move(_STOPPING),
    (_FLOWING, Cause.TRIP): Move(_PLUGGED),
    (_FLOWING, Cause.CURRENT): Move(_FLOWING),
    (_FLOWING, Cause.NO_CURRENT): Move(_READY),
    (_FLOWING, Cause.VEHICLE_RESTS): Move(_PAUSED, (VehiclePaused,)),
    (_FLOWING, Cause.VEHICLE_ENDS): Move(_PLUGGED, (VehicleEnded,)),
    (_PAUSED, Cause.UNPLUG): Move(_FREE, (CableUnplugged,)),
    (_PAUSED, Cause.ALLOW): Move(_PAUSED),
    (_PAUSED, Cause.STOP): Move(_STOPPING),
    (_PAUSED, Cause.TRIP): Move(_PLUGGED),
    (_PAUSED, Cause.CURRENT): Move(_FLOWING, (EnergyFlowing,)),
    (_PAUSED, Cause.NO_CURRENT): Move(_READY),
    (_PAUSED, Cause.VEHICLE_RESTS): Move(_PAUSED),
    (_PAUSED, Cause.VEHICLE_ENDS): Move(_PLUGGED, (VehicleEnded,)),
    (_STOPPING, Cause.UNPLUG): Move(_FREE, (EnergyOff, CableUnplugged)),
    (_STOPPING, Cause.ALLOW): Move(_TURNING),
    (_STOPPING, Cause.STOP): Move(_STOPPING),
    (_STOPPING, Cause.TRIP): Move(_PLUGGED, (EnergyOff,)),
    (_STOPPING, Cause.RAMPED_DOWN): Move(_PLUGGED, (EnergyOff,)),
    (_TURNING, Cause.UNPLUG): Move(_FREE, (EnergyOff, CableUnplugged)),
    (_TURNING, Cause.ALLOW): Move(_TURNING),
    (_TURNING, Cause.STOP): Move(_STOPPING),
    (_TURNING, Cause.TRIP): Move(_PLUGGED, (EnergyOff,)),
    (_TURNING, Cause.RAMPED_DOWN): Move(_CHECKING, (EnergyOff,)),
}

CLOSED = frozenset({_READY, _FLOWING, _PAUSED})
"""States in which the contactor is closed and the outlet follows vehicle, grant and modules."""

LATCHED = CLOSED | {_CHECKING, _PRECHARGING, _STOPPING, _TURNING}
"""States in which the plug cannot be drawn without force."""


def next_move(state: OutletState, cause: Cause) -> Move:
    """Return the move that follows.

    Raises:
        BrokenPromise: the pair cannot happen.
    """
    try:
        return MOVES[state, cause]
    except KeyError:
        raise BrokenPromise(f"an outlet that is {state} cannot be moved by {cause}") from None
