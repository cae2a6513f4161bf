"""A fleet's plan: its parts, its keys, its file, and what is wrong with one."""

from pathlib import Path

import pytest

from contactor.base.dice import Dice
from contactor.base.errors import BadSetting
from contactor.fleet.crowd import Crowd
from contactor.fleet.fleet_file import checked, load_fleet
from contactor.fleet.plan import Car, Drivers, FleetPlan, Group, Shard, key_of, places
from contactor.rig.plug import PlugKind

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "fleet.toml"
URL = "ws://127.0.0.1:9000/ocpp"


def test_the_shards_of_a_fleet_are_the_fleet() -> None:
    plan = FleetPlan(URL, (Group(7, "A-{number}", models=("EVD1S180TBB", "EVD1S60TBB")), Group(4, "B-{number:02}")))
    whole = [place.station_id for place in places(plan)]
    assert whole == [*(f"A-{number}" for number in range(1, 8)), *(f"B-0{number}" for number in range(1, 5))]
    parts = [[place.station_id for place in places(plan, Shard(index, 3))] for index in (1, 2, 3)]
    assert sorted(name for part in parts for name in part) == sorted(whole)
    assert {len(part) for part in parts} == {3, 4}
    assert [place.model for place in places(plan)][:3] == ["EVD1S180TBB", "EVD1S60TBB", "EVD1S180TBB"]


def test_every_station_has_a_key_of_its_own_that_follows_from_the_seed() -> None:
    keys = [place.key_hex for place in places(FleetPlan(URL, (Group(3, key_seed="seed"),)))]
    assert len(set(keys)) == 3
    assert keys[0] == key_of("seed", "FLEET-00001") != key_of("other", "FLEET-00001")
    assert all(key is not None and len(bytes.fromhex(key)) == 16 for key in keys)


def test_the_example_is_read() -> None:
    plan = load_fleet(EXAMPLE)
    assert plan.station_count == 200
    assert plan.groups[1].settings == {"MeterValueSampleInterval": "10"}
    assert plan.drivers.arrivals_per_hour[7] == 1
    assert plan.drivers.cars[0] == Car("saloon", 3, (0.1, 0.5), (10_000, 40_000), (60_000, 95_000))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("url = 1", "url"),
        ('url = "http://x"\n[[group]]\ncount = 1', "url"),
        (f'url = "{URL}"', "group"),
        (f'url = "{URL}"\n[[group]]\ncount = 0', "count"),
        (f'url = "{URL}"\n[[group]]\ncount = "many"', "count"),
        (f'url = "{URL}"\n[[group]]\ncount = 2\nid = "same"', "'same'"),
        (f'url = "{URL}"\n[[group]]\ncount = 2\nid = "{{wrong}}"', "{wrong}"),
        (f'url = "{URL}"\n[[group]]\ncount = 2\nmodels = ["EVD9"]', "EVD9"),
        (f'url = "{URL}"\n[[group]]\ncount = 2\nsettings = {{ Volume = 11 }}', "Volume"),
        (f'url = "{URL}"\nspeedy = 1\n[[group]]\ncount = 2', "speedy"),
        (f'url = "{URL}"\nspeed = 0\n[[group]]\ncount = 2', "speed"),
        (f'url = "{URL}"\n[[group]]\ncount = 2\n[drivers]\narrivals_per_hour = [1, 2]', "arrivals_per_hour"),
        (f'url = "{URL}"\n[[group]]\ncount = 2\n[drivers]\nbadges = [""]', "badges"),
        (f'url = "{URL}"\n[[group]]\ncount = 2\n[[drivers.car]]\nvehicle = "tank"', "tank"),
        (f'url = "{URL}"\n[[group]]\ncount = 2\n[[drivers.car]]\nvehicle = "van"\nsoc = [0.5, 0.1]', "soc"),
        (f'url = "{URL}"\n[[group]]\ncount = 2\n[[drivers.car]]\nvehicle = "van"\nbattery_wh = [0, 9]', "battery_wh"),
        ("url = ", "Invalid"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "fleet.toml"
    file.write_text(text)
    with pytest.raises(BadSetting) as raised:
        load_fleet(file)
    assert told in str(raised.value)
    assert str(file) in str(raised.value)


def test_a_shard_is_one_of_those_there_are() -> None:
    with pytest.raises(BadSetting, match="3/2"):
        Shard(3, 2)


def test_drivers_come_as_often_as_the_hour_says() -> None:
    # An hour of theirs takes a minute of ours: ten stations, six arrivals an hour each, make one a second.
    rates = tuple(6.0 if hour == 8 else 0.0 for hour in range(24))
    crowd = Crowd(Drivers(rates, start_hour=8.0), 10, 60.0, Dice(1))
    elapsed_s, arrivals = 0.0, 0
    while elapsed_s < 60.0:
        wait_s, is_arrival = crowd.wait_s(elapsed_s)
        elapsed_s += wait_s
        arrivals += is_arrival
    assert 40 <= arrivals <= 85
    wait_s, is_arrival = crowd.wait_s(60.0)
    assert (round(wait_s, 6), is_arrival) == (60.0, False)


def test_a_car_fits_the_plug() -> None:
    crowd = Crowd(Drivers(), 1, 1.0, Dice(2))
    chademo = {car.vehicle for _ in range(20) if (car := crowd.car(PlugKind.CHADEMO)) is not None}
    assert chademo == {"old_hatchback"}
    assert Crowd(Drivers(cars=(Car("saloon"),)), 1, 1.0, Dice(2)).car(PlugKind.CHADEMO) is None


def test_a_plan_made_by_hand_is_checked_as_well() -> None:
    with pytest.raises(BadSetting, match="ramp_up_per_s"):
        checked(FleetPlan(URL, (Group(1),), ramp_up_per_s=0))
