"""Peers that mean no good: half-open handshakes by the hundred, endless headers, and frames that no station would send.

    python -m tests.scenarios.hostile --handshakes 1000

All the while one honest station asks for the time, and is answered.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from contactor.base.ids import StationId
from contactor.central.server import CentralServer
from contactor.central.settings import CentralSettings, StationSetting

HONEST, HOSTILE = StationId("HONEST-1"), StationId("HOSTILE-1")
OCPP = [Subprotocol("ocpp1.6")]
MORE_FILES_MAX = 8
"""The database's own, and what the interpreter opens."""
ANSWER_MAX_S = 20.0
"""As long as a station waits at least; machines are busy."""
SESSIONS_MAX = 2
"""The honest one's, and the last of the others while it is going."""
BOOT = json.dumps([2, "boot", "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}])
FRAMES: Sequence[str | bytes] = (
    "",
    "[",
    "null",
    "[2]",
    "[" * 100_000,
    '{"a":' * 50_000,
    json.dumps([2, "x" * 10_000, "Heartbeat", {}]),
    json.dumps([2, "a", "NoSuchAction", {}]),
    json.dumps([2, "b", "StartTransaction", {"connectorId": -(10**40)}]),
    json.dumps([2, "c", "StatusNotification", {"connectorId": 1, "status": "\ud800"}]),
    json.dumps([3, "never asked", {"status": "Accepted"}]),
    json.dumps([4, "never asked", "InternalError", "", {}]),
    json.dumps([9, "d", {}]),
    json.dumps([2, "e", "Heartbeat", {}]) * 2,
    json.dumps([2, {"id": 1}, "Heartbeat", {}]),
    '[2,"f","Heartbeat",{"a":1e999999}]',
    b"\x00\xff\xfe",
)
"""What no schema allows; the last one is binary."""


@dataclass(frozen=True, slots=True)
class Report:
    """How it went: files open before and after, the slowest honest answer, and how much was thrown at us."""

    open_before: int
    open_after: int
    worst_answer_s: float
    honest_answers: int
    frames: int
    handshakes: int
    sessions: int

    @property
    def harm(self) -> list[str]:
        """What others suffered from it; nothing if all is well."""
        wrong = {
            f"{self.open_after - self.open_before} more files are open": self.open_after
            > self.open_before + MORE_FILES_MAX,
            f"an honest station waited {self.worst_answer_s:.1f} s": self.worst_answer_s > ANSWER_MAX_S,
            f"{self.sessions} sessions are left": self.sessions > SESSIONS_MAX,
        }
        return [words for words, is_so in wrong.items() if is_so]

    def words(self) -> str:
        """How it went, in lines."""
        return (
            f"{self.handshakes} half-open handshakes, {self.frames} bad frames, each sent twice\n"
            f"{self.honest_answers} honest questions, the slowest answered after {self.worst_answer_s * 1000:.0f} ms\n"
            f"files open {self.open_before} before and {self.open_after} after; sessions left {self.sessions}\n"
            f"{'; '.join(self.harm) or 'nobody was harmed'}"
        )


async def attack(place: Path, *, handshakes: int, rounds: int) -> Report:
    """Attack a central system on real sockets while an honest station works."""
    settings = CentralSettings(
        listen_port=0,
        api_port=None,
        database=str(place / "central.sqlite"),
        stations=(StationSetting(HONEST), StationSetting(HOSTILE)),
    )
    async with CentralServer(settings) as central, honest_line(central.port) as honest:
        open_before = _open_files()
        await _half_open(central.port, handshakes, honest)
        frames = sum([await _speak_badly(central.port, honest) for _ in range(rounds)])
        await _break_websockets(central.port, honest)
        await honest.ask()
        sessions = len(central.sessions.presence)
        return Report(open_before, _open_files(), honest.worst_s, honest.answers, frames, handshakes, sessions)


class Honest:
    """A station that asks for the time, and measures."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self.answers = 0
        self.worst_s = 0.0

    async def ask(self) -> None:
        began_s = perf_counter()
        await self._line.send(json.dumps([2, f"h{self.answers}", "Heartbeat", {}]))
        async with asyncio.timeout(30):
            while (frame := json.loads(await self._line.recv()))[1] != f"h{self.answers}":
                pass  # the central system may ask something meanwhile
        assert frame[0] == 3, frame
        self.answers += 1
        self.worst_s = max(self.worst_s, perf_counter() - began_s)


@asynccontextmanager
async def honest_line(port: int) -> AsyncIterator[Honest]:
    async with line_of(port, HONEST) as line:
        await line.send(BOOT)
        assert json.loads(await line.recv())[2]["status"] == "Accepted"
        yield Honest(line)


async def _half_open(port: int, handshakes: int, honest: Honest) -> None:
    """Open sockets and say nothing, or one header line and never the end."""
    writers = []
    for number in range(handshakes):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        if number % 2:
            writer.write(f"GET /ocpp/{HOSTILE} HTTP/1.1\r\nX-Slow: ".encode())
        writers.append(writer)
    for _ in range(20):
        await honest.ask()
    for writer in writers:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


async def _speak_badly(port: int, honest: Honest) -> int:
    """Say everything that must not be said; each on a line that may be closed for it, and none that may harm others."""
    for frame in FRAMES:
        with contextlib.suppress(ConnectionClosed):
            async with line_of(port, HOSTILE) as line:
                await line.send(BOOT)
                await line.recv()
                await line.send(frame)
                await line.send(frame)  # replayed, word for word
                await line.send(json.dumps([2, "last", "Heartbeat", {}]))
                async with asyncio.timeout(20):
                    while json.loads(await line.recv())[1] != "last":
                        pass
        await honest.ask()
    return len(FRAMES)


async def _break_websockets(port: int, honest: Honest) -> None:
    """Too much at once, no UTF-8, the wrong subprotocol, a name that nobody has."""
    with contextlib.suppress(ConnectionClosed):
        async with line_of(port, HOSTILE) as line:
            await line.send("x" * 20_000_000)
            await line.recv()
    await honest.ask()
    with contextlib.suppress(ConnectionClosed):
        async with line_of(port, HOSTILE) as line:
            await line.send([b"\xff\xfe not text"], text=True)
            await line.recv()
    await honest.ask()
    for path, subprotocols in ((HOSTILE, [Subprotocol("soap")]), ("NOBODY", OCPP), ("../../etc", OCPP)):
        with contextlib.suppress(InvalidHandshake, InvalidStatus, ConnectionClosed, OSError):
            async with connect(f"ws://127.0.0.1:{port}/ocpp/{path}", subprotocols=subprotocols, proxy=None) as line:
                await line.recv()
        await honest.ask()


def line_of(port: int, station: str) -> connect:
    return connect(f"ws://127.0.0.1:{port}/ocpp/{station}", subprotocols=OCPP, proxy=None, max_size=None)


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def main() -> int:
    """Run from the command line; exit code 1 if anybody was harmed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--handshakes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        report = asyncio.run(attack(Path(folder), handshakes=given.handshakes, rounds=given.rounds))
    print(report.words())
    return 1 if report.harm else 0


if __name__ == "__main__":
    sys.exit(main())
