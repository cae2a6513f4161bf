"""The console as a child process, so that no open tab ever takes a millisecond from the central system's loop."""

import asyncio
import contextlib
import json
import sys
from types import TracebackType
from typing import Self

import structlog

from contactor.base.errors import LinkError

READY_WITHIN_S = 30.0
END_WITHIN_S = 10.0
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0


class ConsoleProcess:
    """A console that is kept running: `async with ConsoleProcess(api_url, port=9090) as console:`."""

    def __init__(self, api_url: str, *, host: str = "127.0.0.1", port: int) -> None:
        self._api_url = api_url
        self._host = host
        self._port = port
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("contactor.console")
        self.url = ""

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._end()
            raise
        self._watch = asyncio.create_task(self._keep_alive(), name="contactor-console-watch")
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
            *("-m", "contactor", "console"),
            *("--api", self._api_url, "--host", self._host, "--port", str(self._port)),
            *("--log-level", "error"),
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for whoever started it; the child is ended in its turn
        )
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                first_line = await self._process.stdout.readline()
        except TimeoutError:
            raise LinkError(f"the console did not start within {READY_WITHIN_S:g} s") from None
        if not first_line:
            raise LinkError("the console did not start; what it says is above")
        self.url = json.loads(first_line)["console"]
        # Browsers look for it where it was.
        self._port = int(self.url.rsplit(":", 1)[1])

    async def _keep_alive(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            assert self._process is not None
            await self._process.wait()
            self._log.warning("the console has ended and is started again", after_s=pause_s)
            await asyncio.sleep(pause_s)
            try:
                await self._start()
                pause_s = FIRST_PAUSE_S
            except (LinkError, OSError) as error:
                self._log.error("the console did not come up", reason=str(error))
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
