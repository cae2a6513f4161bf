"""What came of a scenario: every step that was played, and whether everything expected came true."""

from collections.abc import Sequence
from dataclasses import dataclass

from contactor.virtual.scenario.scenario import Scenario, Step


@dataclass(frozen=True, slots=True)
class Played:
    """One step: when it was over, counted in seconds of the scenario, and what was wrong with it."""

    step: Step
    over_at_s: float
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of a scenario; it ends with the first step that fails."""

    scenario: Scenario
    played: Sequence[Played]
    frames: int
    seconds: float

    @property
    def failure(self) -> Played | None:
        """The step that failed; None if all went as expected."""
        return next((each for each in self.played if each.failure is not None), None)

    @property
    def is_passed(self) -> bool:
        """Whether every step was played and came true."""
        return self.failure is None and len(self.played) == len(self.scenario.steps)

    def words(self) -> str:
        """The verdict in a line."""
        if self.failure is None:
            return (
                f"passed: {self.scenario.name}, {len(self.played)} steps, {self.frames} messages, {self.seconds:.0f} s"
            )
        step = self.failure.step
        return f"failed: {self.scenario.name}, step {step.number} ({step.words}): {self.failure.failure}"
