"""The central system as a process of its own, to be killed."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

SETTINGS = """
[[station]]
id = "CP-1"

[[tag]]
id = "TAG-1"
"""


class CentralProcess:
    """`contactor central` on a ledger file, or another database; started again it is found at the same address."""

    def __init__(self, place: Path, *, settings: str = SETTINGS, database: str | None = None) -> None:
        self.ledger_file = place / "ledger.sqlite"
        self._database = str(self.ledger_file) if database is None else database
        self._config = place / "central.toml"
        self._config.write_text(settings)
        self._port = 0
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/ocpp"

    @property
    def port(self) -> int:
        return self._port

    async def start(self) -> None:
        arguments = ["--config", self._config, "--database", self._database, "--port", self._port, "--api-port", "off"]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "contactor", "central", *map(str, arguments), stdout=asyncio.subprocess.PIPE
        )
        assert self._process.stdout is not None
        first_line = await self._process.stdout.readline()
        self._port = int(json.loads(first_line)["listening"].rsplit(":", 1)[1].split("/")[0])

    async def kill(self) -> None:
        """SIGKILL: no farewell, no last commit."""
        await self._end(signal.SIGKILL)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)
            await self._process.wait()
