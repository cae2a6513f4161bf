"""The port to twins: the central system does not know how stations work inside, so somebody has to lend it one."""

from typing import Protocol

from contactor.central.rehearsal.known import KnownStation
from contactor.central.rehearsal.rehearsal import Rehearsal, Trial


class Twins(Protocol):
    """Makes twins; `contactor.virtual.twin` has one for every product there is data for."""

    async def rehearse(self, known: KnownStation, trial: Trial) -> Rehearsal:
        """Bring a twin to the state that is known, have it do the trial, and tell what came of it.

        Nothing of it reaches the real station, nor any other: a twin has no way out of this process.

        Raises:
            TwinFailed: it could not be done, or not in time.
            TwinsBusy: too many wait.
        """
        ...

    def close(self) -> None:
        """Take no more trials."""
        ...
