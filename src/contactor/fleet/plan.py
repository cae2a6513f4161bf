"""What a fleet is: its stations in groups, the drivers who come, and how it meets a central system.

The records have no slots: their defaults are read from the classes, where a fleet file leaves something out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from types import MappingProxyType

from contactor.base.errors import BadSetting

STATIONS_MAX = 1_000_000
HOURS_A_DAY = 24
KEY_BYTES = 16


@dataclass(frozen=True)
class Group:
    """Stations that are alike but for their names; models take turns.

    `id_pattern` is a format of `number`, which counts from 1. With `key_seed` each station has an AuthorizationKey of
    its own that follows from seed and name; without it none. `settings` are first values of configuration keys.
    """

    count: int
    id_pattern: str = "FLEET-{number:05}"
    product: str = "evlink_pro_dc"
    models: Sequence[str] = ("EVD1S180TBB",)
    key_seed: str | None = None
    settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Car:
    """A kind of car that comes: how often beside the others, how full its battery is, and how much it takes.

    `battery_wh` is the size of its battery, where that is not the usual of the vehicle.
    """

    vehicle: str
    weight: float = 1.0
    soc: tuple[float, float] = (0.1, 0.5)
    take_wh: tuple[float, float] = (5_000.0, 40_000.0)
    battery_wh: tuple[float, float] | None = None


@dataclass(frozen=True)
class Drivers:
    """Who comes: `arrivals_per_hour` at each station, one figure for each hour of the day, from midnight."""

    arrivals_per_hour: Sequence[float] = (1.0,) * HOURS_A_DAY
    badges: Sequence[str] = ("FLEET",)
    cars: Sequence[Car] = (Car("saloon", 3.0), Car("city_car", 2.0), Car("van", 1.0), Car("old_hatchback", 0.5))
    start_hour: float = 8.0


@dataclass(frozen=True)
class FleetPlan:
    """A whole run.

    `ramp_up_per_s` stations begin to connect in a second, each up to `jitter_s` late. `duration_s` is None for until
    Ctrl-C. In `speed` seconds of the cars' time one of ours passes; the wire keeps ours. Everything random follows from
    `seed`.
    """

    url: str
    groups: Sequence[Group]
    drivers: Drivers = Drivers()
    ramp_up_per_s: float = 100.0
    jitter_s: float = 1.0
    duration_s: float | None = None
    speed: float = 1.0
    seed: int = 1
    ca_file: str | None = None

    @property
    def station_count(self) -> int:
        """How many stations there are in all shards together."""
        return sum(group.count for group in self.groups)


@dataclass(frozen=True, slots=True)
class Place:
    """One station of a fleet: its number among all, its name, and what it is."""

    index: int
    station_id: str
    model: str
    key_hex: str | None
    group: Group


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of a fleet: number `index`, from 1, of `count`."""

    index: int = 1
    count: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.index <= self.count:
            raise BadSetting("--shard", f"{self.index}/{self.count}", "give i/n with i from 1 to n")


def places(plan: FleetPlan, shard: Shard = Shard()) -> Iterator[Place]:
    """The stations of a shard; every n-th, so that all shards are alike."""
    index = 0
    for group in plan.groups:
        for number in range(1, group.count + 1):
            if index % shard.count == shard.index - 1:
                yield _place(group, number, index)
            index += 1


def _place(group: Group, number: int, index: int) -> Place:
    station_id = group.id_pattern.format(number=number)
    key_hex = None if group.key_seed is None else key_of(group.key_seed, station_id)
    return Place(index, station_id, group.models[(number - 1) % len(group.models)], key_hex, group)


def key_of(seed: str, station_id: str) -> str:
    """The AuthorizationKey of a station in a fleet of this seed, in hex."""
    return blake2b(station_id.encode(), key=seed.encode()[:64], digest_size=KEY_BYTES).hexdigest()
