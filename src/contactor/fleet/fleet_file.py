"""A fleet as it stands in a TOML file, read with an error for every wrong value that names file, field and value.

url = "ws://127.0.0.1:9000/ocpp"
speed = 60

[[group]]
count = 500
models = ["EVD1S180TBB", "EVD1S120THB"]

[drivers]
arrivals_per_hour = 0.5
"""

from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from contactor.base.errors import BadSetting
from contactor.fleet.plan import HOURS_A_DAY, STATIONS_MAX, Car, Drivers, FleetPlan, Group
from contactor.guide.load import load_product
from contactor.rig.garage import GARAGE
from contactor.station.authorization import is_presentable

FILE_BYTES_MAX = 1024 * 1024
SPEED_MAX = 1000
RAMP_UP_MAX = 100_000
ID_LENGTH_MAX = 50
"""BoxIdentifier of the guide: at most so many characters."""


def load_fleet(path: Path) -> FleetPlan:
    """Read a fleet file.

    Raises:
        BadSetting: it cannot be read, or a value in it cannot be used.
    """
    try:
        content = path.read_bytes()
        if len(content) > FILE_BYTES_MAX:
            raise BadSetting(str(path), f"{len(content)} bytes", f"a fleet file has at most {FILE_BYTES_MAX}")
        file = msgspec.toml.decode(content, type=_File)
    except OSError as error:
        raise BadSetting("FILE", str(path), f"it cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, msgspec.DecodeError) as error:
        raise BadSetting("FILE", str(path), str(error)) from error
    return checked(file.plan(), str(path))


def checked(plan: FleetPlan, where: str = "fleet") -> FleetPlan:
    """A plan, if every value in it can be used.

    Raises:
        BadSetting: one cannot; the message names it.
    """
    split = urlsplit(plan.url)
    _require(
        split.scheme in ("ws", "wss") and bool(split.hostname), f"{where}: url", plan.url, "give ws://host:port/path"
    )
    _require(
        0 < plan.station_count <= STATIONS_MAX, f"{where}: count", plan.station_count, f"1 to {STATIONS_MAX} stations"
    )
    _require(
        0 < plan.ramp_up_per_s <= 100_000, f"{where}: ramp_up_per_s", plan.ramp_up_per_s, "above 0, at most 100000"
    )
    _require(0 <= plan.jitter_s <= 3600, f"{where}: jitter_s", plan.jitter_s, "0 to 3600 seconds")
    _require(0 < plan.speed <= SPEED_MAX, f"{where}: speed", plan.speed, f"above 0, at most {SPEED_MAX}")
    is_long_enough = plan.duration_s is None or plan.duration_s > 0
    _require(is_long_enough, f"{where}: duration_s", plan.duration_s, "more than 0 seconds")
    for number, group in enumerate(plan.groups, 1):
        _check_group(group, f"{where}: group {number}")
    _check_drivers(plan.drivers, f"{where}: drivers")
    return plan


def _check_group(group: Group, where: str) -> None:
    _require(group.count > 0, f"{where}: count", group.count, "at least 1")
    try:
        first, last = (group.id_pattern.format(number=number) for number in (1, group.count))
    except (KeyError, IndexError, ValueError) as error:
        raise BadSetting(f"{where}: id", group.id_pattern, "write a pattern such as CP-{number:05}") from error
    _require(first != last or group.count == 1, f"{where}: id", group.id_pattern, "it needs {number}")
    for name in (first, last):
        is_good = name.isascii() and name.isprintable() and "/" not in name and 0 < len(name) <= ID_LENGTH_MAX
        _require(is_good, f"{where}: id", name, f"1 to {ID_LENGTH_MAX} printable ASCII characters without /")
    product = load_product(group.product)
    for model in group.models:
        known = ", ".join(product.models)
        _require(model in product.models, f"{where}: models", model, f"{product.name} has {known}")
    for key in group.settings:
        _require(product.key(key) is not None, f"{where}: settings", key, f"{product.name} has no such key")


BATTERY_WH_MAX = 1_000_000.0


def _check_drivers(drivers: Drivers, where: str) -> None:
    rates = drivers.arrivals_per_hour
    is_good = len(rates) == HOURS_A_DAY and all(0 <= rate <= 1000 for rate in rates)
    _require(is_good, f"{where}: arrivals_per_hour", list(rates), "one figure, or 24 of them, from 0 to 1000")
    _require(0 <= drivers.start_hour < HOURS_A_DAY, f"{where}: start_hour", drivers.start_hour, "0 to less than 24")
    _require(bool(drivers.badges), f"{where}: badges", list(drivers.badges), "at least one")
    for badge in drivers.badges:
        _require(is_presentable(badge), f"{where}: badges", badge, "1 to 20 printable ASCII characters")
    _require(bool(drivers.cars), f"{where}: car", [], "at least one")
    for car in drivers.cars:
        _require(car.vehicle in GARAGE, f"{where}: car: vehicle", car.vehicle, f"choose one of {', '.join(GARAGE)}")
        _require(car.weight > 0, f"{where}: car {car.vehicle}: weight", car.weight, "above 0")
        _require(0 <= car.soc[0] <= car.soc[1] <= 1, f"{where}: car {car.vehicle}: soc", list(car.soc), "0 to 1")
        _require(0 < car.take_wh[0] <= car.take_wh[1], f"{where}: car {car.vehicle}: take_wh", list(car.take_wh), "> 0")
        if car.battery_wh is not None:
            least, most = car.battery_wh
            place = f"{where}: car {car.vehicle}: battery_wh"
            _require(
                0 < least <= most <= BATTERY_WH_MAX, place, list(car.battery_wh), f"above 0, to {BATTERY_WH_MAX:.0f}"
            )


def _require(is_good: bool, name: str, value: object, expected: str) -> None:
    if not is_good:
        raise BadSetting(name, value, expected)


class _Strict(Struct, frozen=True, forbid_unknown_fields=True):
    """A table that refuses what it does not know."""


class _Group(_Strict, frozen=True):
    count: int
    id: str = Group.id_pattern
    product: str = Group.product
    models: tuple[str, ...] = tuple(Group.models)
    key_seed: str | None = None
    settings: dict[str, str | int | bool] = {}

    def group(self) -> Group:
        wire = {
            key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in self.settings.items()
        }
        return Group(self.count, self.id, self.product, self.models, self.key_seed, wire)


class _Car(_Strict, frozen=True):
    vehicle: str
    weight: float = 1.0
    soc: tuple[float, float] = Car.soc
    take_wh: tuple[float, float] = Car.take_wh
    battery_wh: tuple[float, float] | None = None

    def car(self) -> Car:
        return Car(self.vehicle, self.weight, self.soc, self.take_wh, self.battery_wh)


class _Drivers(_Strict, frozen=True):
    arrivals_per_hour: float | tuple[float, ...] = 1.0
    badges: tuple[str, ...] = tuple(Drivers.badges)
    car: tuple[_Car, ...] = ()
    start_hour: float = Drivers.start_hour

    def drivers(self) -> Drivers:
        rates = self.arrivals_per_hour
        hours = rates if isinstance(rates, tuple) else (rates,) * HOURS_A_DAY
        cars = tuple(each.car() for each in self.car) or Drivers.cars
        return Drivers(hours, self.badges, cars, self.start_hour)


class _File(_Strict, frozen=True):
    url: str
    group: tuple[_Group, ...]
    drivers: _Drivers = _Drivers()
    ramp_up_per_s: float = FleetPlan.ramp_up_per_s
    jitter_s: float = FleetPlan.jitter_s
    duration_s: float | None = None
    speed: float = FleetPlan.speed
    seed: int = FleetPlan.seed
    ca_file: str | None = None

    def plan(self) -> FleetPlan:
        return FleetPlan(
            url=self.url,
            groups=tuple(each.group() for each in self.group),
            drivers=self.drivers.drivers(),
            ramp_up_per_s=self.ramp_up_per_s,
            jitter_s=self.jitter_s,
            duration_s=self.duration_s,
            speed=self.speed,
            seed=self.seed,
            ca_file=self.ca_file,
        )
