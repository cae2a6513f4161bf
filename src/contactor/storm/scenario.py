"""A scenario: a named storm as data; who lives in it, how long, and how often each trouble comes."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from contactor.base.errors import BadSetting
from contactor.storm.troubles import TROUBLES

STATIONS_MAX = 500
HOURS_MAX = 24.0 * 31


@dataclass(frozen=True, slots=True)
class TroubleRate:
    """How often a trouble comes to each target in an hour, and how long it lasts (seconds, least and most)."""

    per_hour: float
    lasts_s: tuple[float, float] = (5.0, 60.0)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One storm, by name; no value is ever out of its bounds.

    `visits_per_hour` is per outlet, `orders_per_hour` per station. `drift_ppm` is how fast the worst station's clock
    runs wrong. With a `site_share` all stations stand at one site, which may take that share of what they could take
    together. After `storm_hours` everything is repaired, and within `calm_minutes` both ends must agree.
    """

    name: str
    about: str
    stations: int = 4
    storm_hours: float = 3.0
    calm_minutes: float = 90.0
    visits_per_hour: float = 1.5
    orders_per_hour: float = 4.0
    heartbeat_s: int = 300
    ping_s: int = 60
    sample_s: int = 60
    call_timeout_s: float = 30.0
    drift_ppm: float = 0.0
    site_share: float = 0.0
    troubles: Mapping[str, TroubleRate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, low, high in _BOUNDS:
            value = getattr(self, name)
            if not low <= value <= high:
                raise BadSetting(f"storm {self.name!r} {name}", value, f"give {low:g} to {high:g}")
        for trouble, rate in self.troubles.items():
            if trouble not in TROUBLES:
                raise BadSetting(f"storm {self.name!r} trouble", trouble, f"choose of {', '.join(TROUBLES)}")
            least_s, most_s = rate.lasts_s
            if rate.per_hour < 0 or not 0 <= least_s <= most_s:
                raise BadSetting(f"storm {self.name!r} {trouble}", rate, "give a rate and two growing durations")


_BOUNDS: tuple[tuple[str, float, float], ...] = (
    ("stations", 1, STATIONS_MAX),
    ("storm_hours", 0, HOURS_MAX),
    ("calm_minutes", 1, HOURS_MAX * 60),
    ("visits_per_hour", 0, 60),
    ("orders_per_hour", 0, 600),
    ("heartbeat_s", 1, 86_400),
    ("ping_s", 0, 86_400),
    ("sample_s", 1, 86_400),
    ("call_timeout_s", 1, 600),
    ("drift_ppm", 0, 10_000),
    ("site_share", 0, 1),
)


def read_scenario(name: str, text: str) -> Scenario:
    """A scenario from TOML.

    Raises:
        BadSetting: it is no TOML, or a value in it is not as it should be.
    """
    try:
        return scenario_of(name, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadSetting("storm", name, f"it is no TOML: {error}") from error


def scenario_of(name: str, table: Mapping[str, Any]) -> Scenario:
    """A scenario from plain values.

    Raises:
        BadSetting: a value is not as it should be.
    """
    unknown = set(table) - {field.name for field in fields(Scenario)}
    if unknown:
        raise BadSetting(f"storm {name!r}", sorted(unknown)[0], "a storm has no such setting")
    try:
        return msgspec.convert({**table, "name": name}, Scenario, strict=False)
    except msgspec.ValidationError as error:
        raise BadSetting("storm", name, str(error)) from error


def scenario_names() -> list[str]:
    """The storms that come with Contactor, by name."""
    return sorted(each.name.removesuffix(".toml") for each in _folder().iterdir() if each.name.endswith(".toml"))


def load_scenario(name: str) -> Scenario:
    """A storm that comes with Contactor, or one in a file.

    Raises:
        BadSetting: there is none of that name, or it cannot be read.
    """
    if name.endswith(".toml"):
        try:
            return read_scenario(Path(name).stem, Path(name).read_text())
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting("storm", name, f"the file cannot be read: {error}") from error
    if name not in scenario_names():
        raise BadSetting("storm", name, f"choose one of {', '.join(scenario_names())}, or name a .toml file")
    return read_scenario(name, (_folder() / f"{name}.toml").read_text())


def _folder() -> Any:  # Any: what resources gives has no public name in 3.11
    return resources.files("contactor.storm") / "data"
