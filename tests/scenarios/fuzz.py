"""Frames and handshakes of hypothesis against a central system on real sockets, while an honest station works.

    python -m tests.scenarios.fuzz --frames 20000 --handshakes 5000

Every frame is followed by a question that must be answered, or by the end of its own line; nothing may reach the log as
an error, and memory must not grow with what was thrown.
"""

import argparse
import asyncio
import contextlib
import gc
import json
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from contactor.central.server import CentralServer
from contactor.central.settings import CentralSettings, StationSetting
from contactor.storm.log_watch import watched_log
from tests.scenarios.hostile import BOOT, HONEST, HOSTILE, Honest, honest_line, line_of
from tests.scenarios.junk import drawn, frames, handshakes

ANSWER_S = 30.0
PATIENCE_S = 0.2
"""How long an answer to a handshake is waited for that may have none."""
HONEST_EVERY = 20


@dataclass(frozen=True, slots=True)
class Harm:
    """What came of it."""

    frames: int
    handshakes: int
    lines_closed: int
    honest_answers: int
    worst_answer_s: float
    errors: Sequence[str]
    grown_kib: int
    """By how much memory was more after the second half than after the first."""


class Fuzz:
    """Throws at one port."""

    def __init__(self, port: int, honest: Honest) -> None:
        self._port = port
        self._honest = honest
        self._line: ClientConnection | None = None
        self._asked = 0
        self.lines_closed = 0

    async def throw_frame(self, frame: str | bytes) -> None:
        """Say it, and ask for the time; the line may be closed for it."""
        line = self._line if self._line is not None else await self._connect()
        self._asked += 1
        marker = f"marker-{self._asked}"
        try:
            await line.send(frame)
            await line.send(json.dumps([2, marker, "Heartbeat", {}]))
            async with asyncio.timeout(ANSWER_S):
                while _id_of(await line.recv()) != marker:
                    pass
        except ConnectionClosed:
            self.lines_closed += 1
            self._line = None

    async def throw_handshake(self, handshake: bytes) -> None:
        """Send it on a socket of its own, hear what comes, and go."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        with contextlib.suppress(OSError, TimeoutError):
            writer.write(handshake)
            async with asyncio.timeout(PATIENCE_S):
                await reader.read(4096)
        writer.transport.abort()

    async def throw(self, missiles: Sequence[tuple[str, str | bytes]]) -> None:
        """Throw all, and let the honest station ask in between."""
        for number, (kind, missile) in enumerate(missiles):
            if kind == "frame":
                await self.throw_frame(missile)
            else:
                assert isinstance(missile, bytes)
                await self.throw_handshake(missile)
            if number % HONEST_EVERY == 0:
                await self._honest.ask()

    async def _connect(self) -> ClientConnection:
        self._line = await line_of(self._port, HOSTILE)
        await self._line.send(BOOT)
        await self._line.recv()
        return self._line

    async def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            await self._line.close()


async def fuzz(place: Path, *, frame_count: int, handshake_count: int, number: int) -> Harm:
    """Throw so much, drawn by a number, in mixed order."""
    missiles: list[tuple[str, str | bytes]] = [("frame", each) for each in drawn(frames(), frame_count, number)]
    missiles += [("handshake", each) for each in drawn(handshakes(), handshake_count, number)]
    Random(number).shuffle(missiles)
    settings = CentralSettings(
        listen_port=0,
        api_port=None,
        database=str(place / "central.sqlite"),
        stations=(StationSetting(HONEST), StationSetting(HOSTILE)),
    )
    errors: list[str] = []
    with watched_log(errors.append):
        async with CentralServer(settings) as central, honest_line(central.port) as honest:
            thrower = Fuzz(central.port, honest)
            half = len(missiles) // 2
            await thrower.throw(missiles[:half])
            before_kib = _memory_kib()
            await thrower.throw(missiles[half:])
            await thrower.close()
            await honest.ask()
            grown_kib = _memory_kib() - before_kib
    thrown = [kind for kind, _ in missiles]
    return Harm(
        thrown.count("frame"),
        thrown.count("handshake"),
        thrower.lines_closed,
        honest.answers,
        honest.worst_s,
        errors,
        grown_kib,
    )


def _id_of(text: str | bytes) -> object:
    return json.loads(text)[1]


def _memory_kib() -> int:
    gc.collect()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> int:
    """Run from the command line; exit code 1 if anything was harmed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=20_000)
    parser.add_argument("--handshakes", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=Random().randrange(10**6))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    with TemporaryDirectory() as folder:
        place = Path(folder)
        harm = asyncio.run(fuzz(place, frame_count=given.frames, handshake_count=given.handshakes, number=given.seed))
    print(harm)
    return 1 if harm.errors else 0


if __name__ == "__main__":
    sys.exit(main())
