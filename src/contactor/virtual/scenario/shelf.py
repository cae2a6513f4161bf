"""The scenarios that come with the package, by name."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from contactor.base.errors import BadSetting
from contactor.virtual.scenario.reader import load_scenario, read_scenario
from contactor.virtual.scenario.scenario import Scenario

SUFFIX = ".toml"


def scenario_names() -> tuple[str, ...]:
    """The names, in alphabetical order."""
    return tuple(sorted(each.name.removesuffix(SUFFIX) for each in _data().iterdir() if each.name.endswith(SUFFIX)))


def shipped_scenario(name: str) -> Scenario:
    """Read one of them.

    Raises:
        BadSetting: there is none of that name.
    """
    if name not in scenario_names():
        raise BadSetting("scenario", name, f"there are {', '.join(scenario_names())}; or give a file")
    file = _data() / f"{name}{SUFFIX}"
    return read_scenario(file.read_bytes(), name=name, place=file.name)


def find_scenario(text: str) -> Scenario:
    """Read a file if the text is a path to one, otherwise what is shipped by that name.

    Raises:
        BadSetting: there is neither, or it cannot be used.
    """
    if text.endswith(SUFFIX) or "/" in text:
        return load_scenario(Path(text))
    return shipped_scenario(text)


def _data() -> Traversable:
    return files("contactor.virtual.scenario") / "data"
