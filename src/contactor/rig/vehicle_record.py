"""How a vehicle is written down for a snapshot, and read again."""

from contactor.rig.plug import PlugKind
from contactor.rig.snapshot import ModelRecord, VehicleRecord
from contactor.rig.vehicle import Pause, Vehicle
from contactor.rig.vehicle_model import VehicleModel


def record_of(vehicle: Vehicle, *, gained_wh: float = 0.0) -> VehicleRecord:
    """Write a vehicle down with what it gained since its own last count; nothing of it is lost."""
    return VehicleRecord(
        model=_model_record(vehicle.model),
        charge_wh=vehicle.charge_wh + gained_wh,
        power_limit_w=vehicle.power_limit_w,
        stops_at_soc=vehicle.stops_at_soc,
        ends_when_done=vehicle.ends_when_done,
        willing_after_s=vehicle.willing_after_s,
        pauses=[[pause.after_s, pause.for_s] for pause in vehicle.pauses],
    )


def vehicle_from(record: VehicleRecord) -> Vehicle:
    """Make the vehicle that was written down.

    Raises:
        BadSetting: the record holds a value no vehicle can have.
    """
    vehicle = Vehicle(
        _model_from(record["model"]),
        soc=0.0,
        stops_at_soc=record["stops_at_soc"],
        ends_when_done=record["ends_when_done"],
        willing_after_s=record["willing_after_s"],
        pauses=tuple(Pause(after_s, for_s) for after_s, for_s in record["pauses"]),
    )
    # Set and not computed from a share: a snapshot keeps every digit.
    vehicle.charge_wh = record["charge_wh"]
    vehicle.limit_power(record["power_limit_w"])
    return vehicle


def _model_record(model: VehicleModel) -> ModelRecord:
    return ModelRecord(
        name=model.name,
        plug=model.plug.value,
        battery_wh=model.battery_wh,
        power_max_w=model.power_max_w,
        current_max_a=model.current_max_a,
        voltage_empty_v=model.voltage_empty_v,
        voltage_full_v=model.voltage_full_v,
        resistance_ohm=model.resistance_ohm,
        curve=[[soc, share] for soc, share in model.curve],
        tells_soc=model.tells_soc,
    )


def _model_from(record: ModelRecord) -> VehicleModel:
    return VehicleModel(
        name=record["name"],
        plug=PlugKind(record["plug"]),
        battery_wh=record["battery_wh"],
        power_max_w=record["power_max_w"],
        current_max_a=record["current_max_a"],
        voltage_empty_v=record["voltage_empty_v"],
        voltage_full_v=record["voltage_full_v"],
        resistance_ohm=record["resistance_ohm"],
        curve=tuple((soc, share) for soc, share in record["curve"]),
        tells_soc=record["tells_soc"],
    )
