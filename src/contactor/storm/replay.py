"""A replay file: the version, seed and scenario of one run, and what was found; enough to run it again anywhere."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from contactor import __version__
from contactor.base.errors import BadSetting
from contactor.storm.scenario import Scenario, scenario_of
from contactor.storm.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Replay:
    """One run, to be repeated."""

    seed: int
    scenario: Scenario
    version: str = __version__
    invariants: tuple[str, ...] = ()
    """Which were broken when it was written; empty for a seed that is kept because it once found something."""
    note: str = ""

    @classmethod
    def of(cls, scenario: Scenario, verdict: Verdict) -> "Replay":
        """What to keep of a run."""
        first = verdict.violations[0].what if verdict.violations else ""
        return cls(verdict.seed, scenario, __version__, tuple(sorted(verdict.invariants)), first)

    def write(self, file: Path) -> None:
        """Write it as JSON."""
        plain = msgspec.to_builtins(self)
        file.write_text(json.dumps(plain, indent=2) + "\n")


def read_replay(file: Path) -> Replay:
    """Read it back.

    Raises:
        BadSetting: it cannot be read, or is no replay.
    """
    try:
        plain: dict[str, Any] = msgspec.json.decode(file.read_bytes())  # Any: checked by convert
        given = dict(plain.pop("scenario"))
        scenario = scenario_of(str(given.pop("name")), given)
        return msgspec.convert({**plain, "scenario": msgspec.to_builtins(scenario)}, Replay, strict=False)
    except OSError as error:
        raise BadSetting("FILE", str(file), f"it cannot be read ({error.strerror})") from error
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadSetting("FILE", str(file), f"it is no replay of a storm: {error}") from error
