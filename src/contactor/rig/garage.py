"""Ready-made vehicles: typical sizes of common kinds, none of them any particular make."""

from contactor.base.errors import BadSetting
from contactor.rig.plug import PlugKind
from contactor.rig.vehicle_model import VehicleModel

_MODELS = (
    VehicleModel(
        name="city_car",
        plug=PlugKind.CCS2,
        battery_wh=36_000.0,
        power_max_w=50_000.0,
        current_max_a=150.0,
        voltage_empty_v=310.0,
        voltage_full_v=400.0,
        resistance_ohm=0.10,
        curve=((0.0, 1.0), (0.6, 1.0), (0.8, 0.6), (1.0, 0.08)),
    ),
    VehicleModel(
        name="saloon",
        plug=PlugKind.CCS2,
        battery_wh=77_000.0,
        power_max_w=150_000.0,
        current_max_a=400.0,
        voltage_empty_v=340.0,
        voltage_full_v=450.0,
        resistance_ohm=0.05,
        curve=((0.0, 1.0), (0.35, 1.0), (0.6, 0.65), (0.8, 0.4), (1.0, 0.05)),
    ),
    VehicleModel(
        name="van",
        plug=PlugKind.CCS2,
        battery_wh=89_000.0,
        power_max_w=115_000.0,
        current_max_a=300.0,
        voltage_empty_v=330.0,
        voltage_full_v=440.0,
        resistance_ohm=0.05,
        curve=((0.0, 1.0), (0.5, 1.0), (0.8, 0.55), (1.0, 0.06)),
    ),
    VehicleModel(
        name="grand_tourer",
        plug=PlugKind.CCS2,
        battery_wh=93_000.0,
        power_max_w=270_000.0,
        current_max_a=335.0,
        voltage_empty_v=620.0,
        voltage_full_v=830.0,
        resistance_ohm=0.08,
        curve=((0.0, 1.0), (0.45, 1.0), (0.8, 0.4), (1.0, 0.04)),
    ),
    VehicleModel(
        name="old_hatchback",
        plug=PlugKind.CHADEMO,
        battery_wh=22_000.0,
        power_max_w=50_000.0,
        current_max_a=120.0,
        voltage_empty_v=320.0,
        voltage_full_v=400.0,
        resistance_ohm=0.12,
        curve=((0.0, 1.0), (0.4, 1.0), (0.8, 0.4), (1.0, 0.06)),
        # The first generation told its charger a remaining time, not a percentage.
        tells_soc=False,
    ),
)

GARAGE: dict[str, VehicleModel] = {model.name: model for model in _MODELS}
"""The models by name, in the order in which to show them."""


def vehicle_model(name: str) -> VehicleModel:
    """Return a ready-made model.

    Raises:
        BadSetting: there is none of that name.
    """
    try:
        return GARAGE[name]
    except KeyError:
        raise BadSetting("vehicle model", name, f"choose one of {', '.join(GARAGE)}") from None
