"""Vehicle models: curve, voltage and current by hand, and what cannot be a vehicle."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactor.base.errors import BadSetting
from contactor.rig.garage import GARAGE, vehicle_model
from contactor.rig.plug import PlugKind
from contactor.rig.vehicle_model import VehicleModel

MODEL = VehicleModel(
    name="bench",
    plug=PlugKind.CCS2,
    battery_wh=50_000.0,
    power_max_w=100_000.0,
    current_max_a=250.0,
    voltage_empty_v=300.0,
    voltage_full_v=400.0,
    resistance_ohm=0.1,
    curve=((0.0, 1.0), (0.6, 1.0), (0.8, 0.6), (1.0, 0.1)),
)


@pytest.mark.parametrize(
    ("soc", "share"), [(0.0, 1.0), (0.3, 1.0), (0.6, 1.0), (0.7, 0.8), (0.8, 0.6), (0.9, 0.35), (1.0, 0.1)]
)
def test_between_two_points_the_curve_is_straight(soc: float, share: float) -> None:
    assert MODEL.share_of_power(soc) == pytest.approx(share)


def test_the_battery_voltage_climbs_evenly_with_its_charge() -> None:
    assert [MODEL.open_circuit_v(soc) for soc in (0.0, 0.5, 1.0)] == [300.0, 350.0, 400.0]


def test_at_400_volts_and_a_tenth_of_an_ohm_41_kilowatts_take_100_amperes() -> None:
    # (400 V + 0.1 ohm * 100 A) * 100 A = 41 kW
    assert MODEL.current_for_a(41_000.0, 400.0) == pytest.approx(100.0)


def test_without_resistance_current_is_power_over_voltage() -> None:
    assert replace(MODEL, resistance_ohm=0.0).current_for_a(40_000.0, 400.0) == 100.0


@given(power_w=st.floats(0, 400_000), voltage_v=st.floats(150, 1000), resistance_ohm=st.floats(0, 0.99))
def test_the_current_for_a_power_brings_that_power(power_w: float, voltage_v: float, resistance_ohm: float) -> None:
    model = replace(MODEL, resistance_ohm=resistance_ohm)
    current_a = model.current_for_a(power_w, voltage_v)
    assert (voltage_v + resistance_ohm * current_a) * current_a == pytest.approx(power_w, rel=1e-9)


@given(name=st.sampled_from(sorted(GARAGE)), one=st.floats(0, 1), other=st.floats(0, 1))
def test_a_fuller_battery_never_takes_more(name: str, one: float, other: float) -> None:
    model = vehicle_model(name)
    low, high = sorted((one, other))
    assert 0 < model.share_of_power(high) <= model.share_of_power(low) + 1e-12


def test_the_garage_has_both_plugs_and_one_vehicle_that_does_not_tell_its_charge() -> None:
    assert {model.plug for model in GARAGE.values()} == set(PlugKind)
    assert [name for name, model in GARAGE.items() if not model.tells_soc] == ["old_hatchback"]


def test_every_curve_of_the_garage_goes_from_empty_to_full() -> None:
    for model in GARAGE.values():
        assert (model.curve[0], model.curve[-1][0]) == ((0.0, 1.0), 1.0)
        assert all(low[0] < high[0] for low, high in pairwise(model.curve))


def test_an_unknown_model_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(BadSetting, match=r"vehicle model: 'tractor' .* city_car, saloon, van, grand_tourer, old_hatch"):
        vehicle_model("tractor")


def test_a_battery_of_nothing_is_refused() -> None:
    with pytest.raises(BadSetting, match="vehicle 'bench' battery_wh: 0"):
        replace(MODEL, battery_wh=0.0)


def test_a_negative_power_is_refused() -> None:
    with pytest.raises(BadSetting, match="vehicle 'bench' power_max_w: -1"):
        replace(MODEL, power_max_w=-1.0)


def test_a_current_of_nothing_is_refused() -> None:
    with pytest.raises(BadSetting, match="vehicle 'bench' current_max_a: 0"):
        replace(MODEL, current_max_a=0.0)


def test_a_resistance_of_an_ohm_is_refused() -> None:
    with pytest.raises(BadSetting, match=r"vehicle 'bench' resistance_ohm: 1\.0"):
        replace(MODEL, resistance_ohm=1.0)


@pytest.mark.parametrize(("empty_v", "full_v"), [(149.0, 400.0), (300.0, 1001.0), (400.0, 300.0)])
def test_voltages_a_module_cannot_serve_are_refused(empty_v: float, full_v: float) -> None:
    with pytest.raises(BadSetting, match=r"voltages: .* 150 to 1000 V"):
        replace(MODEL, voltage_empty_v=empty_v, voltage_full_v=full_v)


@pytest.mark.parametrize(
    "curve",
    [
        (),
        ((0.0, 1.0),),
        ((0.1, 1.0), (1.0, 0.5)),
        ((0.0, 1.0), (0.9, 0.5)),
        ((0.0, 0.5), (1.0, 0.6)),
        ((0.0, 1.0), (0.5, 0.8), (0.5, 0.7), (1.0, 0.1)),
        ((0.0, 1.1), (1.0, 0.1)),
        ((0.0, 1.0), (1.0, -0.1)),
    ],
)
def test_a_curve_with_a_gap_or_a_rise_is_refused(curve: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(BadSetting, match="vehicle 'bench' curve"):
        replace(MODEL, curve=curve)
