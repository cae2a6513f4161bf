"""One vehicle: its wish, its goal, its rests and what it tells."""

from dataclasses import replace

import pytest

from contactor.base.errors import BadSetting
from contactor.rig.plug import PlugKind
from contactor.rig.vehicle import Pause, Vehicle
from contactor.rig.vehicle_model import VehicleModel
from contactor.rig.vehicle_record import record_of, vehicle_from

MODEL = VehicleModel(
    name="bench",
    plug=PlugKind.CCS2,
    battery_wh=50_000.0,
    power_max_w=100_000.0,
    current_max_a=200.0,
    voltage_empty_v=300.0,
    voltage_full_v=400.0,
    resistance_ohm=0.1,
    curve=((0.0, 1.0), (0.5, 1.0), (1.0, 0.0)),
)


def test_the_greatest_current_bounds_the_wish_of_an_empty_battery() -> None:
    # (300 V + 0.1 ohm * 200 A) * 200 A
    assert Vehicle(MODEL, soc=0.0).wish_w() == pytest.approx(64_000.0)


def test_the_curve_bounds_the_wish_of_a_full_battery() -> None:
    assert Vehicle(MODEL, soc=0.75).wish_w() == pytest.approx(50_000.0)


def test_the_driver_can_turn_the_vehicle_down_to_nothing_and_up_to_what_it_can() -> None:
    vehicle = Vehicle(MODEL, soc=0.75)
    wishes_w = []
    for power_w in (20_000.0, 0.0, 500_000.0):
        vehicle.limit_power(power_w)
        wishes_w.append(vehicle.wish_w())
    assert wishes_w == pytest.approx([20_000.0, 0.0, 50_000.0])
    assert vehicle.power_limit_w == 100_000.0


def test_at_its_goal_the_vehicle_is_done_and_asks_for_nothing() -> None:
    vehicle = Vehicle(MODEL, soc=0.8, stops_at_soc=0.8)
    assert vehicle.is_done
    assert vehicle.wish_w() == 0.0


@pytest.mark.parametrize(
    ("soc", "gained_wh", "percent"), [(0.57, 0.0, 57), (0.5, 499.0, 50), (0.5, 500.0, 51), (1.0, 10.0, 100)]
)
def test_it_tells_whole_percent_rounded_down(soc: float, gained_wh: float, percent: int) -> None:
    assert Vehicle(MODEL, soc=soc).soc_percent_after(gained_wh) == percent


def test_mv_11_a_vehicle_that_does_not_tell_its_charge_tells_none() -> None:
    assert Vehicle(replace(MODEL, tells_soc=False), soc=0.5).soc_percent_after(0.0) is None


def test_delay_and_pauses_count_from_the_moment_the_contactor_closed() -> None:
    vehicle = Vehicle(MODEL, soc=0.5, willing_after_s=20.0, pauses=(Pause(60.0, 5.0), Pause(90.0, 0.0)))
    assert vehicle.rests_from(1000.0) == ((1000.0, 1020.0), (1060.0, 1065.0))


@pytest.mark.parametrize("soc", [-0.1, 1.1, float("nan")])
def test_a_charge_outside_empty_to_full_is_refused(soc: float) -> None:
    with pytest.raises(BadSetting, match=r"vehicle 'bench' soc: .* 0 to 1"):
        Vehicle(MODEL, soc=soc)


def test_a_goal_beyond_full_is_refused() -> None:
    with pytest.raises(BadSetting, match=r"vehicle 'bench' stops_at_soc: 1\.2"):
        Vehicle(MODEL, soc=0.5, stops_at_soc=1.2)


@pytest.mark.parametrize("pause", [Pause(-1.0, 5.0), Pause(1.0, -5.0), Pause(1.0, float("inf"))])
def test_a_pause_before_the_start_or_without_an_end_is_refused(pause: Pause) -> None:
    with pytest.raises(BadSetting, match="pause or delay"):
        Vehicle(MODEL, soc=0.5, pauses=(pause,))


@pytest.mark.parametrize("power_w", [-1.0, float("nan")])
def test_a_power_that_is_none_is_refused(power_w: float) -> None:
    with pytest.raises(BadSetting, match="vehicle 'bench' power"):
        Vehicle(MODEL, soc=0.5).limit_power(power_w)


def test_a_record_keeps_every_digit_of_a_vehicle() -> None:
    vehicle = Vehicle(
        MODEL,
        soc=0.1234567890123,
        stops_at_soc=0.9,
        ends_when_done=False,
        willing_after_s=3.0,
        pauses=(Pause(60.0, 5.0),),
    )
    vehicle.limit_power(33_000.0)
    again = vehicle_from(record_of(vehicle))
    assert again.model == MODEL
    assert (again.charge_wh, again.power_limit_w, again.stops_at_soc) == (vehicle.charge_wh, 33_000.0, 0.9)
    assert (again.ends_when_done, again.willing_after_s, again.pauses) == (False, 3.0, (Pause(60.0, 5.0),))
