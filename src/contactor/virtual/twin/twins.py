"""SHELL: twins as the central system borrows them: one trial at a time, in a thread that no station waits for."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import structlog

from contactor.base.virtual_loop import run_virtually
from contactor.central.rehearsal.known import KnownStation
from contactor.central.rehearsal.rehearsal import Rehearsal, Trial, TwinFailed, TwinsBusy

WAITING_MAX = 8


class VirtualTwins:
    """Implements `contactor.central.rehearsal.port.Twins`."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="contactor-twin")
        self._waiting = 0
        self._log = structlog.get_logger("contactor.twin")

    async def rehearse(self, known: KnownStation, trial: Trial) -> Rehearsal:
        """Try something on a twin, when those who came before are done."""
        if self._waiting >= WAITING_MAX:
            raise TwinsBusy(f"{self._waiting} trials wait already, and no more may")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, lambda: _rehearsed(known, trial))
        except TwinFailed:
            raise
        # What strangers reported goes into a twin; whatever breaks on it must end as an answer.
        except Exception as error:
            self._log.exception("a twin broke", station_id=known.station_id, action=trial.action)
            raise TwinFailed(f"the twin broke: {type(error).__name__}") from error
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Take no more trials; one that runs ends by itself."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _rehearsed(known: KnownStation, trial: Trial) -> Rehearsal:
    # Only now: a central system that nobody asks what would happen needs no station's software.
    from contactor.virtual.twin.rehearsing import rehearse

    return run_virtually(rehearse(known, trial))
