"""Makes the car of an arrival: one of the garage, with what the driver says is different about it."""

from dataclasses import replace

from contactor.base.errors import BadSetting
from contactor.rig.garage import GARAGE, vehicle_model
from contactor.rig.plug import PlugKind
from contactor.rig.vehicle import Vehicle
from contactor.rig.vehicle_model import VehicleModel
from contactor.virtual.control.bodies import Arrival
from contactor.web.problem import Problem

FITTING = {PlugKind.CCS2: "saloon", PlugKind.CHADEMO: "old_hatchback"}
"""The car that comes where none is named."""


def vehicle_for(arrival: Arrival, plug: PlugKind) -> Vehicle:
    """The car, with its battery as full as it is said to be.

    Raises:
        Problem: there is no such car, or it cannot have what it is said to have.
    """
    try:
        return _vehicle(arrival, vehicle_model(arrival.vehicle or FITTING[plug]))
    except BadSetting as error:
        field = "vehicle" if arrival.vehicle not in (None, *GARAGE) else "curve"
        raise Problem(422, str(error), field=field, value=error.value) from error


def _vehicle(arrival: Arrival, kind: VehicleModel) -> Vehicle:
    model = replace(
        kind,
        battery_wh=arrival.battery_wh or kind.battery_wh,
        power_max_w=max(kind.power_max_w, arrival.max_power_w or 0.0),
        curve=kind.curve
        if arrival.curve is None
        else tuple((point.soc_percent / 100, point.power_percent / 100) for point in arrival.curve),
    )
    vehicle = Vehicle(
        model,
        soc=arrival.soc_percent / 100,
        stops_at_soc=1.0 if arrival.stop_at_soc_percent is None else arrival.stop_at_soc_percent / 100,
        ends_when_done=arrival.ends_when_done,
        willing_after_s=arrival.willing_after_s,
    )
    if arrival.max_power_w is not None:
        vehicle.limit_power(arrival.max_power_w)
    return vehicle
