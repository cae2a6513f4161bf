"""SHELL: what an idle connection costs a central system in memory, beside a bare picows server.

    python -m benchmarks.idle_memory --connections 10000

Each server has a process of its own, and holds as many connections as it is asked for; ours have booted, so that what
is measured is a station at work. The load, another process, keeps the other ends. What is counted is the memory that a
server's process holds for itself (USS), before and after; what the system's TCP takes is not ours, and alike for both.
"""

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.server_process import Cores, ServerProcess, free_port, many_open_files, pinned
from benchmarks.station_line import StationLine

OURS, LIMIT = "contactor", "picows"
WARM_UP = 50
"""So many connections come before the first look: what a server loads with its first one is no cost of a connection."""
SETTLE_CALLS = 3
"""How often one station boots again before the second look, so that writes and garbage have passed."""


@dataclass(frozen=True)
class Cost:
    """What a server held, in bytes."""

    server: str
    connections: int
    before: int
    after: int

    @property
    def per_connection(self) -> float:
        """Bytes for each connection."""
        return (self.after - self.before) / self.connections


def _command(server: str, port: int, database: Path) -> Sequence[str]:
    if server == LIMIT:
        return [sys.executable, "-m", "benchmarks.echo_server", str(port)]
    central = ["contactor", "central", "--allow-unknown-stations", f"--database={database}", f"--port={port}"]
    # The stations here only boot: they would not answer what is asked of a station that is new.
    quiet = ["--set=read_configuration=false", "--api-port=off", "--log-level=error"]
    return [sys.executable, "-m", *central, *quiet]


def _join(stack: ExitStack, server: str, port: int, numbers: range) -> list[StationLine]:
    lines = []
    for number in numbers:
        line = stack.enter_context(StationLine(port, f"IDLE-{number}", answer=b"[3," if server == OURS else b"[2,"))
        if server == OURS:
            line.boot()
        lines.append(line)
    return lines


def measure(server: str, connections: int, folder: Path, core: int | None) -> Cost:
    """Connect, wait until all is written, and look."""
    port = free_port()
    with ServerProcess(_command(server, port, folder / "idle.db"), port, core) as process, ExitStack() as stack:
        first = _join(stack, server, port, range(WARM_UP))
        before = process.own_bytes()
        _join(stack, server, port, range(WARM_UP, WARM_UP + connections))
        for _ in range(SETTLE_CALLS if server == OURS else 0):
            first[0].boot()
        return Cost(server, connections, before, process.own_bytes())


def ratio(costs: Sequence[Cost]) -> float:
    """How many times the limit's memory a connection of ours takes."""
    by_server = {each.server: each.per_connection for each in costs}
    return by_server[OURS] / by_server[LIMIT]


def _table(costs: Sequence[Cost]) -> Table:
    table = Table(title="Memory of idle connections", caption=f"ratio per connection: {ratio(costs):.2f}")
    for name in ("server", "connections", "before MiB", "after MiB", "KiB each"):
        table.add_column(name, justify="left" if name == "server" else "right", no_wrap=True)
    for each in costs:
        mebibytes = [f"{value / 2**20:.1f}" for value in (each.before, each.after)]
        table.add_row(each.server, f"{each.connections:,}", *mebibytes, f"{each.per_connection / 1024:.2f}")
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=10_000, help="idle connections to each server")
    parser.add_argument("--json", action="store_true", help="print JSON on stdout instead of a table")
    options = parser.parse_args(arguments)
    if options.connections < 1:
        raise SystemExit("connections have to be positive")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    cores = Cores.chosen()
    with tempfile.TemporaryDirectory(prefix="contactor-bench-") as folder, many_open_files(), pinned(cores.load):
        costs = [measure(server, options.connections, Path(folder), cores.server) for server in (LIMIT, OURS)]
    if options.json:
        found = {each.server: round(each.per_connection) for each in costs}
        print(json.dumps({"connections": options.connections, "bytes_each": found, "ratio": round(ratio(costs), 3)}))
    else:
        Console().print(_table(costs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
