"""What the benchmark of the central system found: who met whom, the figures, and the goals they are held against."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.closed_loop import Window

LIMIT, OURS, PEER = "echo", "contactor", "mobilityhouse/ocpp"


@dataclass(frozen=True)
class Contest:
    """One server under one kind of call."""

    server: str
    action: str


CONTESTS: Sequence[Contest] = (
    Contest(LIMIT, "Heartbeat"),
    Contest(OURS, "Heartbeat"),
    Contest(PEER, "Heartbeat"),
    Contest(OURS, "MeterValues"),
    Contest(PEER, "MeterValues"),
)


@dataclass(frozen=True)
class Goal:
    """How many times a rival's rate ours has to reach in one kind of call."""

    action: str
    rival: str
    ratio: float
    meaning: str


GOALS: Sequence[Goal] = (
    Goal("Heartbeat", LIMIT, 0.5, "Heartbeat, ours / echo"),
    Goal("MeterValues", PEER, 3.0, "MeterValues, ours on disk / peer that writes nothing"),
)


@dataclass
class Figures:
    """All rounds of all contests with one number of connections."""

    connections: int
    rounds: list[dict[Contest, Window]] = field(default_factory=list)
    """What each round measured."""

    def total(self, contest: Contest) -> Window:
        """All windows of a contest together."""
        total = Window()
        for one in self.rounds:
            total.add(one[contest])
        return total

    def ratio(self, goal: Goal) -> float:
        """The median of the rounds: how many times the rival's rate ours was."""
        ours, rival = Contest(OURS, goal.action), Contest(goal.rival, goal.action)
        return median(one[ours].rate / one[rival].rate for one in self.rounds)

    def cpu_ratio(self, goal: Goal) -> float:
        """How many times more processor time an answer costs the rival, however much the load was."""
        return self.total(Contest(goal.rival, goal.action)).cpu_us / self.total(Contest(OURS, goal.action)).cpu_us


@dataclass(frozen=True)
class Proof:
    """What the killed server's database held."""

    answered: int
    """MeterValues that were answered, one reading each."""
    stored: int
    """Readings in the database that belong to a transaction in it."""

    @property
    def holds(self) -> bool:
        """Whether everything that was answered is there, once."""
        return self.answered == self.stored


def missed(figures: Sequence[Figures], proof: Proof) -> list[str]:
    """What was not reached, in words; empty if all is well."""
    misses = [
        f"{goal.meaning} with {one.connections} connections: {one.ratio(goal):.3f}, not {goal.ratio:g}"
        for one in figures
        for goal in GOALS
        if one.ratio(goal) < goal.ratio
    ]
    if not proof.holds:
        misses.append(f"{proof.answered} MeterValues were answered, but {proof.stored} are in the database")
    return misses
