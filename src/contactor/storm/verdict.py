"""What came of a storm: what was found, and in figures what it did."""

from collections import Counter
from dataclasses import dataclass, field

from contactor.storm.evidence import Violation


@dataclass(frozen=True, slots=True)
class Figures:
    """How much happened. `station_hours` are simulated, `wall_s` is real."""

    station_hours: float
    wall_s: float
    frames: int
    transactions: int
    readings: int
    energy_wh: int
    visits: int
    orders: Counter[str]
    troubles: Counter[str]
    codes: Counter[str]
    notes: Counter[str]
    settled_after_s: float | None

    @property
    def hours_per_second(self) -> float:
        """Simulated station-hours per second of wall clock."""
        return self.station_hours / self.wall_s if self.wall_s else 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of one run; `digest` is the same whenever the same world runs with the same seed."""

    scenario: str
    seed: int
    violations: tuple[Violation, ...]
    digest: str
    figures: Figures = field(compare=False)

    @property
    def is_good(self) -> bool:
        """Whether nothing was found."""
        return not self.violations

    @property
    def invariants(self) -> frozenset[str]:
        """Which invariants were broken."""
        return frozenset(each.invariant for each in self.violations)
