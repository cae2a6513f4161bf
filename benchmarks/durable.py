"""SHELL: what it costs to keep what is answered: starts, stops and readings, on both databases.

    python -m benchmarks.durable --seconds 4

Side by side: `contactor central` on SQLite and on PostgreSQL, which answer after the commit; our own server without a
store, which answers the same at once; and mobilityhouse/ocpp with handlers that write nothing. Each has its process,
all on one core, PostgreSQL with them; the load comes from the other. Rounds are interleaved, and a ratio is the
median of the rounds'. At the end both servers are killed, and what they answered is counted in their databases.
"""

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from benchmarks.calls import ID_PREFIX, badge, meter_values
from benchmarks.charge_loop import START, STOP, Answered, ChargeLoop
from benchmarks.closed_loop import ClosedLoop, Window
from benchmarks.postgresql_place import postgresql_in
from benchmarks.server_process import Cores, ServerProcess, free_port, many_open_files, pinned
from benchmarks.station_line import StationLine
from contactor.base.ids import IdTag
from contactor.central.store import schema
from contactor.central.store.database import open_database
from contactor.central.store.newest import open_newest
from contactor.central.tag_register import put_tags
from contactor.central.tags import Tag

SQLITE, POSTGRESQL, UNSTORED, PEER = "SQLite", "PostgreSQL", "without a store", "mobilityhouse/ocpp"
SERVERS = (SQLITE, POSTGRESQL, UNSTORED, PEER)
METER_VALUES = "MeterValues"
ACTIONS = (START, STOP, METER_VALUES)
WARM_UP_S = 0.5

Round = Mapping[tuple[str, str], Window]
"""By server and action."""


@dataclass(frozen=True)
class Plan:
    """How long and with how many connections to measure."""

    seconds: float
    rounds: int
    connections: Sequence[int]


@dataclass
class Figures:
    """All rounds with one number of connections."""

    connections: int
    rounds: list[Round] = field(default_factory=list)

    def total(self, server: str, action: str) -> Window:
        """All windows of a server and an action together."""
        total = Window()
        for one in self.rounds:
            total.add(one[server, action])
        return total

    def ratio(self, server: str, rival: str, action: str) -> float:
        """The median of the rounds: a server's rate over its rival's."""
        return median(one[server, action].rate / one[rival, action].rate for one in self.rounds)


@dataclass
class Kept:
    """What a durable server answered, and what its database holds after `kill -9`."""

    starts: int = 0
    stops: int = 0
    readings: int = 0

    def add(self, answered: Answered, readings: int) -> None:
        """Take more in."""
        self.starts += answered.starts
        self.stops += answered.stops
        self.readings += readings


def _command(server: str, port: int, addresses: Mapping[str, str]) -> Sequence[str]:
    if server in addresses:
        options = [f"--database={addresses[server]}", f"--port={port}", "--api-port=off", "--allow-unknown-stations"]
        # The load is more than any station may send, and nothing but the calls that are measured may be on the lines.
        options += ["--set=station_frames_per_s=0", "--set=read_configuration=false"]
        return [sys.executable, "-m", "contactor", "central", *options]
    module = "benchmarks.unstored_server" if server == UNSTORED else "benchmarks.peer_server"
    return [sys.executable, "-m", module, str(port)]


@contextmanager
def _servers(addresses: Mapping[str, str], core: int | None) -> Iterator[Mapping[str, ServerProcess]]:
    with ExitStack() as stack:
        running: dict[str, ServerProcess] = {}
        for name in SERVERS:
            port = free_port()
            running[name] = stack.enter_context(ServerProcess(_command(name, port, addresses), port, core))
        yield running


class Benchmark:
    """Runs all rounds, and counts what the durable servers have answered."""

    def __init__(self, plan: Plan, tell: Callable[[str], None]) -> None:
        """Be ready; `tell` hears how far it has come."""
        self.answered = {server: Kept() for server in (SQLITE, POSTGRESQL)}
        self._plan = plan
        self._tell = tell

    def measure(self, servers: Mapping[str, ServerProcess], connections: int) -> Figures:
        """All rounds with one number of connections to each server."""
        figures = Figures(connections)
        for number in range(self._plan.rounds):
            found: dict[tuple[str, str], Window] = {}
            for name, server in servers.items():
                self._tell(f"{connections} connections, round {number + 1} of {self._plan.rounds}: {name}")
                for action, window in self._round(name, server, f"{connections}-{number}", connections).items():
                    found[name, action] = window
            figures.rounds.append(found)
        return figures

    def _round(self, name: str, server: ServerProcess, label: str, connections: int) -> Mapping[str, Window]:
        """A window of charges, then one of readings, over connections of their own: idle ones would be let go."""
        window_s, warm_up_s = self._plan.seconds / self._plan.rounds, min(WARM_UP_S, self._plan.seconds)
        answer = f'[3,"{ID_PREFIX}'.encode()
        with ExitStack() as stack:
            lines = [
                stack.enter_context(StationLine(server.port, f"BENCH-{label}-{number}", answer=answer))
                for number in range(connections)
            ]
            for line in lines:
                line.boot()
            charges = ChargeLoop(lines, server.cpu_s)
            found = charges.run(warm_up_s=warm_up_s, window_s=window_s)
            calls = {line: meter_values(number) for line, number in charges.numbers.items()}
            window, readings = ClosedLoop(calls, server.cpu_s).run(warm_up_s=warm_up_s, window_s=window_s)
        if name in self.answered:
            self.answered[name].add(charges.answered, readings)
        return {**found, METER_VALUES: window}


def run(plan: Plan, tell: Callable[[str], None]) -> tuple[Sequence[Figures], Mapping[str, tuple[Kept, Kept]]]:
    """Measure everything, kill the durable servers, and look into their databases: answered, and kept."""
    cores = Cores.chosen()
    with tempfile.TemporaryDirectory(prefix="contactor-durable-") as folder, many_open_files(), ExitStack() as stack:
        with pinned(cores.server):
            postgresql = stack.enter_context(postgresql_in(Path(folder) / "postgresql"))
        addresses = {SQLITE: str(Path(folder) / "contactor.db"), POSTGRESQL: postgresql}
        for address in addresses.values():
            _register_badges(address, max(plan.connections))
        benchmark = Benchmark(plan, tell)
        with _servers(addresses, cores.server) as servers, pinned(cores.load):
            figures = [benchmark.measure(servers, connections) for connections in plan.connections]
            for name in addresses:
                servers[name].kill()
        return figures, {name: (benchmark.answered[name], _kept(address)) for name, address in addresses.items()}


def _register_badges(address: str, count: int) -> None:
    """Let the central system know whoever charges, as it would."""
    engine = open_newest(address)
    try:
        with engine.begin() as connection:
            put_tags(connection, [Tag(IdTag(badge(line))) for line in range(count)])
    finally:
        engine.dispose()


def _kept(address: str) -> Kept:
    transactions, readings = schema.transactions, schema.readings
    stopped = transactions.c.state == schema.TransactionState.STOPPED
    engine = open_database(address)
    try:
        with engine.connect() as connection:
            return Kept(
                connection.execute(select(func.count()).select_from(transactions)).scalar_one(),
                connection.execute(select(func.count()).where(stopped)).scalar_one(),
                connection.execute(select(func.count()).select_from(readings)).scalar_one(),
            )
    finally:
        engine.dispose()


def _rows(figures: Sequence[Figures]) -> Iterator[Mapping[str, str | int | float]]:
    for one in figures:
        for action in ACTIONS:
            for server in SERVERS:
                total = one.total(server, action)
                yield {
                    "connections": one.connections,
                    "call": action,
                    "server": server,
                    "msg_per_s": round(total.rate),
                    "p50_ms": round(total.percentile_ms(50), 2),
                    "p99_ms": round(total.percentile_ms(99), 2),
                    "of_unstored": round(one.ratio(server, UNSTORED, action), 3),
                    "of_peer": round(one.ratio(server, PEER, action), 3),
                }


def _table(figures: Sequence[Figures]) -> Table:
    table = Table(title="Answered after the commit, and without one", caption="of_...: msg/s as a ratio")
    rows = list(_rows(figures))
    for name in rows[0]:
        table.add_column(name, justify="left" if name in ("call", "server") else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(str(value) for value in row.values()), end_section=row["server"] == SERVERS[-1])
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 1 if anything that was answered is not in its database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4.0, help="time for each server under each kind of load")
    parser.add_argument("--rounds", type=int, default=4, help="into how many interleaved parts the time is cut")
    parser.add_argument("--connections", type=int, nargs="+", default=[50, 1000], help="connections of each kind")
    parser.add_argument("--json", action="store_true", help="print JSON on stdout instead of a table")
    options = parser.parse_args(arguments)
    if options.seconds <= 0 or options.rounds < 1 or min(options.connections) < 1:
        raise SystemExit("seconds, rounds and connections have to be positive")
    console = Console(stderr=options.json)
    # Ends the servers, too: they end as the blocks that hold them are left.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with console.status("Starting the servers") as status:
        figures, proofs = run(Plan(options.seconds, options.rounds, options.connections), status.update)
    lost = [name for name, (answered, kept) in proofs.items() if answered != kept]
    if options.json:
        proof = {name: {"answered": vars(answered), "kept": vars(kept)} for name, (answered, kept) in proofs.items()}
        print(json.dumps({"rates": list(_rows(figures)), "proof": proof, "lost": lost}, indent=2))
        return 1 if lost else 0
    console.print(_table(figures))
    for name, (answered, kept) in proofs.items():
        console.print(f"{name}: answered {vars(answered)}; in the database after kill -9: {vars(kept)}.")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
