"""What physical reality keeps over a power cut, as plain values that any store can keep."""

from typing import NotRequired, TypedDict


class ModelRecord(TypedDict):
    """A vehicle model, spelled out: a vehicle need not come from the garage."""

    name: str
    plug: str
    battery_wh: float
    power_max_w: float
    current_max_a: float
    voltage_empty_v: float
    voltage_full_v: float
    resistance_ohm: float
    curve: list[list[float]]
    tells_soc: bool


class VehicleRecord(TypedDict):
    """A vehicle at an outlet."""

    model: ModelRecord
    charge_wh: float
    power_limit_w: float
    stops_at_soc: float
    ends_when_done: bool
    willing_after_s: float
    pauses: list[list[float]]


class OutletRecord(TypedDict):
    """An outlet: its meter, the vehicle on it, and, where the cable is detachable, whether its lock is shut."""

    register_initial_wh: int
    delivered_wh: float
    vehicle: VehicleRecord | None
    is_locked: NotRequired[bool]


class ModuleRecord(TypedDict):
    """A failed power module."""

    number: int
    dtc: str


class FaultRecord(TypedDict):
    """An active trouble code; outlet None is the station."""

    dtc: str
    outlet: int | None


class SupplyRecord(TypedDict):
    """The mains; `available_w` None where nothing bounds it."""

    voltage_v: float
    available_w: float | None


class RigSnapshot(TypedDict):
    """The whole rig; outlets in order. Snapshots of older versions know of no supply."""

    outlets: list[OutletRecord]
    failed_modules: list[ModuleRecord]
    faults: list[FaultRecord]
    supply: NotRequired[SupplyRecord]
