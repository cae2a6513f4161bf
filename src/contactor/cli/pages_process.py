"""SHELL: pages as a child process that is kept running, so that no open tab takes a millisecond from its parent."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import structlog

from contactor.base.errors import LinkError

READY_WITHIN_S = 30.0
END_WITHIN_S = 10.0
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0


class PagesProcess:
    """Runs `contactor KIND ARGUMENTS --port PORT`, whose first line is {"KIND": URL}."""

    def __init__(
        self, kind: str, arguments: Sequence[str], *, port: int, environment: Mapping[str, str] | None = None
    ) -> None:
        self._kind = kind
        self._arguments = arguments
        self._port = port
        self._environment = {**os.environ, **(environment or {})}
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._log = structlog.get_logger(f"contactor.{kind}")
        self.url = ""

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._end()
            raise
        self._watch = asyncio.create_task(self._keep_alive(), name=f"contactor-{self._kind}-watch")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self._end()

    async def _start(self) -> None:
        """Start it.

        Raises:
            LinkError: it did not come up; what it says is on stderr.
        """
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "contactor", self._kind, *self._arguments),
            *("--port", str(self._port), "--log-level", "error"),
            stdout=asyncio.subprocess.PIPE,
            env=self._environment,
            start_new_session=True,  # Ctrl-C is for whoever started it; the child is ended in its turn
        )
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                first_line = await self._process.stdout.readline()
        except TimeoutError:
            raise LinkError(f"the {self._kind} did not start within {READY_WITHIN_S:g} s") from None
        if not first_line:
            raise LinkError(f"the {self._kind} did not start; what it says is above. Its port is --{self._kind}-port")
        self.url = json.loads(first_line)[self._kind]
        # Browsers look for it where it was.
        self._port = int(self.url.rsplit(":", 1)[1])

    async def _keep_alive(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            assert self._process is not None
            await self._process.wait()
            self._log.warning(f"the {self._kind} has ended and is started again", after_s=pause_s)
            await asyncio.sleep(pause_s)
            try:
                await self._start()
                pause_s = FIRST_PAUSE_S
            except (LinkError, OSError) as error:
                self._log.error(f"the {self._kind} did not come up", reason=str(error))
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _end(self) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(END_WITHIN_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
