"""SHELL: a fleet that comes back at once, over TLS with Basic: how long until every station is accepted again.

    python -m benchmarks.reconnect_storm --stations 5000

All stations dial in the same moment and boot; ours checks their keys, writes each boot to disk and accepts it. The
limit is a bare picows server with the same certificate, which knows no keys and gives each boot back. Both have a core
of their own, the stations the other one; the servers take turns, and a ratio is the median of the rounds'.
"""

import argparse
import asyncio
import json
import signal
import ssl
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import trustme
import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks.server_process import Cores, ServerProcess, free_port, many_open_files, pinned
from benchmarks.storm_station import Storm, reconnect

OURS, LIMIT = "contactor", "picows over TLS"
KEY = bytes(range(20))


@dataclass(frozen=True)
class Return:
    """One storm on one server."""

    server: str
    all_accepted_s: float
    slowest_answer_s: float
    retries: int
    cpu_s: float
    own_kib: float
    """What the server holds for a connection, beyond what it held before anybody came."""


class Scene:
    """A certificate, and settings that know every station."""

    def __init__(self, folder: Path, stations: int) -> None:
        """Write the files."""
        self.stations = stations
        self._folder = folder
        authority = trustme.CA()
        issued = authority.issue_cert("localhost", key_type=trustme.KeyType.ECDSA)
        self._certificate, self._key = folder / "storm.pem", folder / "storm.key"
        self._certificate.write_bytes(issued.cert_chain_pems[0].bytes())
        self._key.write_bytes(issued.private_key_pem.bytes())
        self.tls = ssl.create_default_context()
        authority.configure_trust(self.tls)
        tables = "".join(f'[[station]]\nid = "STORM-{number}"\nkey = "{KEY.hex()}"\n' for number in range(stations))
        (folder / "central.toml").write_text(f"[central]\n{tables}")

    def command(self, server: str, port: int) -> Sequence[str]:
        """What starts a server."""
        files = [str(self._certificate), str(self._key)]
        if server == LIMIT:
            return [sys.executable, "-m", "benchmarks.echo_server", str(port), *files]
        options = [f"--config={self._folder / 'central.toml'}", f"--database={self._folder / 'storm.db'}"]
        options += [f"--port={port}", "--api-port=off", "--log-level=error"]
        options += [f"--tls-certificate={files[0]}", f"--tls-key={files[1]}", "--set=handshake_limit_s=60"]
        options += ["--set=read_configuration=false"]  # the stations here only boot
        return [sys.executable, "-m", "contactor", "central", *options]

    def storm(self, server: str, core: int | None) -> Return:
        """Start a server, and let everybody come."""
        port = free_port()
        with ServerProcess(self.command(server, port), port, core) as process:
            before_s, before_bytes = process.cpu_s(), process.own_bytes()
            storm = Storm(port, self.tls, KEY, [], [])
            held_bytes = uvloop.run(_all_come(storm, self.stations, process.own_bytes)) - before_bytes
            return Return(
                server,
                max(storm.accepted_s),
                max(storm.answer_s),
                storm.retries,
                process.cpu_s() - before_s,
                held_bytes / self.stations / 1024,
            )


async def _all_come(storm: Storm, stations: int, own_bytes: Callable[[], int]) -> int:
    """Let everybody come, and return what the server holds while all are there."""
    transports = await asyncio.gather(*(reconnect(storm, f"STORM-{number}") for number in range(stations)))
    held = own_bytes()
    for transport in transports:
        transport.abort()
    return held


def ratios(returns: Sequence[Return]) -> dict[str, float]:
    """Ours over the limit's, the median of the rounds: time until all are accepted, and the servers' own work."""
    ours = [each for each in returns if each.server == OURS]
    limit = [each for each in returns if each.server == LIMIT]
    pairs = list(zip(ours, limit, strict=True))
    return {
        "all_accepted": round(median(one.all_accepted_s / other.all_accepted_s for one, other in pairs), 2),
        "cpu": round(median(one.cpu_s / other.cpu_s for one, other in pairs), 2),
    }


def _table(stations: int, returns: Sequence[Return]) -> Table:
    found = ratios(returns)
    caption = f"ours / limit: {found['all_accepted']:.2f} until all are accepted, {found['cpu']:.2f} of the CPU"
    table = Table(title=f"{stations:,} stations come back at once, TLS and Basic", caption=caption)
    for name in ("server", "all accepted s", "slowest answer s", "retries", "CPU s", "KiB each"):
        table.add_column(name, justify="left" if name == "server" else "right", no_wrap=True)
    for each in returns:
        numbers = f"{each.all_accepted_s:.2f}", f"{each.slowest_answer_s:.2f}", str(each.retries), f"{each.cpu_s:.2f}"
        table.add_row(each.server, *numbers, f"{each.own_kib:.1f}")
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Let the storms come, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stations", type=int, default=5000, help="how many come at once")
    parser.add_argument("--rounds", type=int, default=2, help="how often each server has to bear it")
    parser.add_argument("--json", action="store_true", help="print JSON on stdout instead of a table")
    options = parser.parse_args(arguments)
    if min(options.stations, options.rounds) < 1:
        raise SystemExit("stations and rounds have to be positive")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    cores = Cores.chosen()
    with tempfile.TemporaryDirectory(prefix="contactor-bench-") as folder, many_open_files(), pinned(cores.load):
        scene = Scene(Path(folder), options.stations)
        returns = [scene.storm(server, cores.server) for _ in range(options.rounds) for server in (LIMIT, OURS)]
    if options.json:
        print(
            json.dumps({"stations": options.stations, "ratios": ratios(returns), "storms": [vars(r) for r in returns]})
        )
    else:
        Console().print(_table(options.stations, returns))
    return 0


if __name__ == "__main__":
    sys.exit(main())
