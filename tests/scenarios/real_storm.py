"""A storm of real processes: twenty stations, SIGKILL of either end and of PostgreSQL, sockets cut by a proxy of ours.

    python -m tests.scenarios.real_storm --rounds 50 --postgresql

In the end the same checkers that watch virtual storms hold the ledger against what every station undertook to deliver,
said and heard, and against its meters.
"""

import argparse
import asyncio
import contextlib
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic
from uuid import uuid4

import msgspec

from contactor.central.store.database import open_database
from contactor.station.outbox import Entry
from contactor.storm.checkers import CHECKERS
from contactor.storm.checkers.authorization import EnergyIsAuthorised
from contactor.storm.checkers.checker import Checker
from contactor.storm.checkers.power import PowerWithinLimits
from contactor.storm.checkers.reservations import ReservationsHonoured
from contactor.storm.evidence import Debt, Record, StationLook, Violation
from contactor.storm.frame import Frame
from tests.central.postgresql_server import PostgresqlServer, running
from tests.scenarios.central_process import CentralProcess
from tests.scenarios.cutting_proxy import CuttingProxy
from tests.scenarios.station_process import BADGES

CHUNKS_MAX = 400
PROGRESS_S = 420.0
"""How long until something must have gone through again: stations wait up to five minutes before they dial anew
(TR-13), and a process that is started beside twenty busy stations has little of a small machine."""
END_S = 540.0
CLOCKS_S = 0.005
"""How much the witness in the database may be behind the one at the line: its clock ticks in milliseconds."""
BY_TIME: tuple[type[Checker], ...] = (EnergyIsAuthorised, PowerWithinLimits, ReservationsHonoured)
"""What compares instants of both witnesses; the others take first what was owed, then what was said."""


class StationsProcess:
    """A few stations in one process, started again in the same folder after each kill."""

    def __init__(self, folder: Path, url: str, names: Sequence[str]) -> None:
        self.names = names
        self._folder = folder
        self._url = url
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        module = "tests.scenarios.station_process"
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, str(self._folder), self._url, *self.names, stdout=asyncio.subprocess.PIPE
        )
        assert self._process.stdout is not None
        await self._process.stdout.readline()

    async def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def end(self) -> list[StationLook]:
        """Let everybody drive home and everything be delivered; return the last look at each station."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        output, _ = await asyncio.wait_for(self._process.communicate(), END_S)
        assert self._process.returncode == 0, f"the stations {self.names} did not settle"
        return [msgspec.json.decode(line, type=StationLook) for line in output.splitlines()]

    def burn(self) -> None:
        """Whatever has happened, leave no process behind."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What is left when all is calm."""

    looks: list[StationLook]
    blows: Counter[str]
    names: list[str]


async def storm(
    place: Path, database: str, *, rounds: int, stations: int, seed: int, server: PostgresqlServer | None
) -> Aftermath:
    """Strike so many times, each time at something else, and let everything settle."""
    chance = Random(seed)
    names = [f"REAL-{number:02d}" for number in range(1, stations + 1)]
    settings = "".join(f'[[station]]\nid = "{name}"\n\n' for name in names)
    settings += "".join(f'[[tag]]\nid = "{badge}"\nconcurrent = true\n\n' for badge in BADGES)
    central = CentralProcess(place, settings=settings, database=database)
    blows: Counter[str] = Counter()
    async with central, CuttingProxy(central.port, chance) as proxy:
        url = f"ws://127.0.0.1:{proxy.port}/ocpp"
        async with _stations(place, url, names) as processes:
            table = _blows(central, proxy, processes, chance, server)
            for number in range(1, rounds + 1):
                await proxy.see(chance.randint(20, CHUNKS_MAX), PROGRESS_S)
                name = chance.choice(sorted(table))
                blows[name] += 1
                began_s = monotonic()
                await table[name]()
                print(f"round {number} of {rounds}: {name}, {monotonic() - began_s:.1f} s", flush=True)
            looks = [look for process in processes for look in await process.end()]
    return Aftermath(looks, blows, names)


@asynccontextmanager
async def _stations(place: Path, url: str, names: Sequence[str]) -> AsyncIterator[list[StationsProcess]]:
    half = len(names) // 2
    processes = [StationsProcess(place, url, group) for group in (names[:half], names[half:]) if group]
    try:
        for process in processes:
            await process.start()
        yield processes
    finally:
        for process in processes:
            process.burn()


def _blows(
    central: CentralProcess,
    proxy: CuttingProxy,
    processes: Sequence[StationsProcess],
    chance: Random,
    server: PostgresqlServer | None,
) -> dict[str, Callable[[], Awaitable[None]]]:
    async def kill_central() -> None:
        await central.kill()
        await central.start()

    async def kill_stations() -> None:
        process = chance.choice(list(processes))
        await process.kill()
        await process.start()

    async def cut() -> None:
        proxy.cut(0.7)

    async def silence() -> None:
        proxy.silence(0.5)

    async def kill_postgresql() -> None:
        assert server is not None
        await asyncio.to_thread(server.kill_and_start)

    table: dict[str, Callable[[], Awaitable[None]]] = {
        "central killed": kill_central,
        "stations killed": kill_stations,
        "sockets cut": cut,
        "sockets silent": silence,
    }
    if server is not None:
        table["PostgreSQL killed"] = kill_postgresql
    return table


def violations(place: Path, database: str, aftermath: Aftermath) -> list[Violation]:
    """What the checkers of virtual storms say of the evidence."""
    debts = [debt for name in aftermath.names for debt in _debts(place / name, name)]
    frames = [frame for name in aftermath.names for frame in _frames(place / name)]
    debts.sort(key=lambda each: each.at_s)
    frames.sort(key=lambda each: each.at_s)
    engine = open_database(database)
    record = Record(engine)
    found = []
    for kind in CHECKERS:
        checker = kind()
        _tell(checker, debts, frames)
        checker.settled(record, aftermath.looks)
        found += checker.found
    engine.dispose()
    return found


def _tell(checker: Checker, debts: Sequence[Debt], frames: Sequence[Frame]) -> None:
    if not isinstance(checker, BY_TIME):
        for debt in debts:
            checker.owed(debt)
        for frame in frames:
            checker.heard(frame)
        return
    together: list[Debt | Frame] = [*debts, *frames]
    for each in sorted(together, key=lambda each: each.at_s + (CLOCKS_S if isinstance(each, Debt) else 0.0)):
        if isinstance(each, Debt):
            checker.owed(each)
        else:
            checker.heard(each)


def _debts(folder: Path, name: str) -> Iterable[Debt]:
    decoder = msgspec.json.Decoder(Entry)
    with contextlib.closing(sqlite3.connect(folder / "station.sqlite")) as connection:
        for at_s, value in connection.execute("select at_s, value from witness order by number"):
            yield Debt.of(name, at_s, decoder.decode(value))


def _frames(folder: Path) -> Iterable[Frame]:
    decoder = msgspec.json.Decoder(Frame)
    for line in (folder / "frames.jsonl").read_bytes().splitlines():
        with contextlib.suppress(msgspec.DecodeError):  # the last line of a life may be cut short
            yield decoder.decode(line)


def main() -> int:
    """Run from the command line; exit code 1 if a checker has found something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--stations", type=int, default=20)
    parser.add_argument("--seed", type=int, default=Random().randrange(10**6))
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own, which is killed too")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the evidence there; an empty folder")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    with contextlib.ExitStack() as around:
        place = given.keep or Path(around.enter_context(TemporaryDirectory()))
        place.mkdir(parents=True, exist_ok=True)
        server = around.enter_context(running(uuid4().hex, "storm")) if given.postgresql else None
        database = str(place / "central.sqlite") if server is None else server.clean()
        aftermath = asyncio.run(
            storm(place, database, rounds=given.rounds, stations=given.stations, seed=given.seed, server=server)
        )
        found = violations(place, database, aftermath)
        engine = open_database(database)
        kept = Record(engine).transactions
        engine.dispose()
    readings = sum(len(each.readings) for each in kept)
    print(f"{dict(aftermath.blows)}: {len(kept)} transactions, {readings} readings, {len(found)} violations")
    print(*found, sep="\n", end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
