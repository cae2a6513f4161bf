"""SHELL: a fleet on several processes: each runs a shard and tells its samples as lines of JSON."""

import asyncio
import contextlib
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Self

from contactor.base.errors import ContactorError
from contactor.fleet.plan import Shard
from contactor.fleet.tally import Sample

END_WITHIN_S = 30.0
LINE_BYTES_MAX = 1024 * 1024


class WorkerFailed(ContactorError):
    """A process of a fleet ended before its time."""

    def __init__(self, shard: Shard, code: int) -> None:
        super().__init__(f"worker {shard.index}/{shard.count} ended with code {code}; what it says is above")


class Workers:
    """The processes of a fleet: `async with Workers(arguments, count) as workers:`.

    Args:
        arguments: the command line of a run, without what says how many workers there are.
        shards: the parts, one for each process.
    """

    def __init__(self, arguments: Sequence[str], shards: Sequence[Shard]) -> None:
        self.troubles: Counter[str] = Counter()
        self._arguments = arguments
        self._shards = shards
        self._latest: dict[int, Sample] = {}
        self._processes: list[asyncio.subprocess.Process] = []
        self._readers: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        for shard in self._shards:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "contactor",
                "fleet",
                "run",
                *self._arguments,
                "--shard",
                f"{shard.index}/{shard.count}",
                "--lines",
                stdout=asyncio.subprocess.PIPE,
                limit=LINE_BYTES_MAX,
                start_new_session=True,  # Ctrl-C is for the parent, which ends its workers itself
            )
            self._processes.append(process)
            self._readers.append(asyncio.create_task(self._read(shard, process)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
        for process in self._processes:
            try:
                async with asyncio.timeout(END_WITHIN_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        await asyncio.gather(*self._readers, return_exceptions=True)

    async def samples(self, period_s: float) -> AsyncIterator[Sample]:
        """What all workers told last, added up, each period, until all have ended.

        Raises:
            WorkerFailed: one ended with an error.
        """
        while not all(reader.done() for reader in self._readers):
            await asyncio.wait(self._readers, timeout=period_s)
            for reader in self._readers:
                if reader.done():
                    reader.result()
            yield self.latest()

    def latest(self) -> Sample:
        """What all workers told last, added up."""
        total = Sample()
        for sample in self._latest.values():
            total = total.plus(sample)
        return total

    async def _read(self, shard: Shard, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        has_ended = False
        async for line in process.stdout:
            told = json.loads(line)
            if "troubles" in told and "at_s" not in told:
                self.troubles.update(told["troubles"])
                has_ended = True
            else:
                self._latest[shard.index] = Sample(**told)
        code = await process.wait()
        # 1 after a last word is a verdict on the fleet, which is the parent's to give: see `contactor fleet run`.
        if code not in (0, -15) and not (code == 1 and has_ended):
            raise WorkerFailed(shard, code)
