"""SHELL: how many calls a second a central system answers over loopback: ours, mobilityhouse/ocpp's, and the limit.

    python -m benchmarks.central --seconds 4

Every server has a process and a core of its own, the load comes from the other core, and every connection has one call
outstanding. Rounds are interleaved, and a ratio is the median of the rounds' ratios: what else the machine does hits
all alike. Ours is `contactor central`: it answers MeterValues after the commit (SQLite, WAL, synchronous=FULL, on
disk); at the end it is killed, and the rows are counted. The peer writes nothing. The limit gives back what it got.
"""

import argparse
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from benchmarks.calls import ID_PREFIX, CallTemplate, heartbeat, meter_values
from benchmarks.closed_loop import ClosedLoop, Window
from benchmarks.figures import CONTESTS, LIMIT, OURS, PEER, Contest, Figures, Proof, missed
from benchmarks.report import as_json, rate_table, ratio_table
from benchmarks.server_process import Cores, ServerProcess, free_port, many_open_files, pinned
from benchmarks.station_line import StationLine

WARM_UP_S = 0.5
"""Long enough for every server to have answered a first call of 1,000 connections."""


@dataclass(frozen=True)
class Plan:
    """How long and with how many connections to measure."""

    seconds: float
    rounds: int
    connections: Sequence[int]
    warm_up_s: float = WARM_UP_S


def _command(server: str, port: int, database: Path) -> Sequence[str]:
    config = database.with_suffix(".toml")
    # Nothing but the calls that are measured may be on the lines.
    config.write_text("[central]\nread_configuration = false\n")
    central = [
        "contactor",
        "central",
        f"--config={config}",
        "--allow-unknown-stations",
        f"--database={database}",
        f"--port={port}",
        "--api-port=off",
        # The load is more than any station may send.
        "--set=station_frames_per_s=0",
    ]
    modules: Mapping[str, Sequence[str]] = {
        LIMIT: ["benchmarks.echo_server", str(port)],
        OURS: central,
        PEER: ["benchmarks.peer_server", str(port)],
    }
    return [sys.executable, "-m", *modules[server]]


@contextmanager
def _servers(database: Path, core: int | None) -> Iterator[Mapping[str, ServerProcess]]:
    with ExitStack() as stack:
        running: dict[str, ServerProcess] = {}
        for name in (LIMIT, OURS, PEER):
            port = free_port()
            running[name] = stack.enter_context(ServerProcess(_command(name, port, database), port, core))
        yield running


@contextmanager
def _lines(server: str, port: int, count: int) -> Iterator[Sequence[StationLine]]:
    # The limit gives back the call; everybody else answers it.
    answer = f'[{2 if server == LIMIT else 3},"{ID_PREFIX}'.encode()
    with ExitStack() as stack:
        yield [
            stack.enter_context(StationLine(port, f"BENCH-{count}-{number}", answer=answer)) for number in range(count)
        ]


def _templates(server: str, lines: Sequence[StationLine]) -> Mapping[str, Sequence[CallTemplate]]:
    """What each connection calls, by action; stations boot and begin a charge first."""
    heartbeats = [heartbeat()] * len(lines)
    if server == LIMIT:
        return {"Heartbeat": heartbeats}
    for line in lines:
        line.boot()
    return {"Heartbeat": heartbeats, "MeterValues": [meter_values(line.start_transaction()) for line in lines]}


class Benchmark:
    """Runs all contests; `answered` counts the MeterValues our server promised to keep, measured or not."""

    def __init__(self, plan: Plan, tell: Callable[[str], None]) -> None:
        """Be ready; `tell` hears how far it has come."""
        self.answered = 0
        self._plan = plan
        self._tell = tell

    def measure(self, servers: Mapping[str, ServerProcess], connections: int) -> Figures:
        """All rounds with one number of connections to each server."""
        figures = Figures(connections)
        with ExitStack() as stack:
            loops: dict[Contest, ClosedLoop] = {}
            for name, server in servers.items():
                lines = stack.enter_context(_lines(name, server.port, connections))
                for action, templates in _templates(name, lines).items():
                    calls = dict(zip(lines, templates, strict=True))
                    loops[Contest(name, action)] = ClosedLoop(calls, server.cpu_s)
            for number in range(self._plan.rounds):
                self._tell(f"{connections} connections, round {number + 1} of {self._plan.rounds}")
                figures.rounds.append({contest: self._window(contest, loops[contest]) for contest in CONTESTS})
        return figures

    def _window(self, contest: Contest, loop: ClosedLoop) -> Window:
        window, answered = loop.run(warm_up_s=self._plan.warm_up_s, window_s=self._plan.seconds / self._plan.rounds)
        if contest == Contest(OURS, "MeterValues"):
            self.answered += answered
        return window


def run(plan: Plan, tell: Callable[[str], None]) -> tuple[Sequence[Figures], Proof]:
    """Measure everything, then kill our server and look into its database."""
    cores = Cores.chosen()
    with tempfile.TemporaryDirectory(prefix="contactor-bench-") as folder, many_open_files():
        database = Path(folder) / "contactor.db"
        benchmark = Benchmark(plan, tell)
        with _servers(database, cores.server) as servers, pinned(cores.load):
            figures = [benchmark.measure(servers, connections) for connections in plan.connections]
            servers[OURS].kill()
        return figures, Proof(benchmark.answered, _stored(database))


def _stored(database: Path) -> int:
    query = """SELECT count(*) FROM readings JOIN transactions
               ON transactions.id = readings.claimed_id AND transactions.station_id = readings.station_id"""
    with closing(sqlite3.connect(database)) as connection:
        count: int = connection.execute(query).fetchone()[0]
        return count


def _plan_of(options: argparse.Namespace) -> Plan:
    if options.seconds <= 0 or options.rounds < 1 or min(options.connections) < 1:
        raise SystemExit("seconds, rounds and connections have to be positive")
    return Plan(options.seconds, options.rounds, options.connections, min(WARM_UP_S, options.seconds))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables, and return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4.0, help="time for each server under each kind of call")
    parser.add_argument("--rounds", type=int, default=4, help="into how many interleaved parts the time is cut")
    parser.add_argument("--connections", type=int, nargs="+", default=[50, 1000], help="connections to each server")
    parser.add_argument("--json", action="store_true", help="print JSON on stdout instead of tables")
    options = parser.parse_args(arguments)
    console = Console(stderr=options.json)
    # Ends the servers, too: they end as the blocks that hold them are left.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with console.status("Starting the servers") as status:
        figures, proof = run(_plan_of(options), status.update)
    misses = missed(figures, proof)
    if options.json:
        print(as_json(figures, proof, misses))
        return 1 if misses else 0
    console.print(rate_table(figures))
    console.print(ratio_table(figures))
    console.print(f"MeterValues answered: {proof.answered:,}; in the database after kill -9: {proof.stored:,}.")
    for miss in misses:
        console.print(f"Missed: {miss}")
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
