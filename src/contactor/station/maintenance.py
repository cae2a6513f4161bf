"""Opens the jobs that move files when one of them is asked for, or was left under way by an earlier life.

Most stations of a fleet are never asked, and what they do not hold neither weighs anything nor is looked at.
"""

from collections.abc import Callable

from contactor.base.ids import ConnectorId
from contactor.ocpp.messages import GetDiagnostics, GetLog, Request, SignedUpdateFirmware, UpdateFirmware
from contactor.station.events import Moment
from contactor.station.jobs import Jobs, are_under_way
from contactor.station.reply import Reply, Rows
from contactor.station.store.port import Store

_REQUESTS = (GetDiagnostics, GetLog, UpdateFirmware, SignedUpdateFirmware)


class Maintenance:
    """Stands for the jobs while there are none; `open_jobs` puts them together."""

    __slots__ = ("_jobs", "_open_jobs")

    def __init__(self, store: Store, open_jobs: Callable[[], Jobs]) -> None:
        self._open_jobs = open_jobs
        self._jobs = open_jobs() if are_under_way(store) else None

    @property
    def jobs(self) -> Jobs:
        """The jobs, from now on if there were none."""
        if self._jobs is None:
            self._jobs = self._open_jobs()
        return self._jobs

    @property
    def rows(self) -> Rows:
        """The requests of all."""
        return dict.fromkeys(_REQUESTS, self._asked)

    @property
    def deadline_s(self) -> float | None:
        """When one of them has something to do."""
        return None if self._jobs is None else self._jobs.deadline_s

    @property
    def is_installing(self) -> bool:
        """Whether a restart would leave half an installation: the only time a Reset is refused (RST-01)."""
        return self._jobs is not None and self._jobs.firmware.is_installing

    def holds(self, connector_id: ConnectorId) -> bool:
        """Whether an idle connector is kept out of use for an update (FW-07)."""
        return self._jobs is not None and self._jobs.firmware.holds(connector_id)

    def powered_on(self, now: Moment) -> None:
        """The software starts: see what became of what an earlier life was doing."""
        if self._jobs is not None:
            self._jobs.powered_on(now)

    def settle(self, now: Moment) -> None:
        """Let all go on."""
        if self._jobs is not None:
            self._jobs.settle(now)

    def _asked(self, request: Request) -> Reply:
        return self.jobs.rows[type(request)](request)
