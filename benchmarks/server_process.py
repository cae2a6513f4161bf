"""SHELL: a server in a process of its own, on a core of its own, that ends with whoever started it."""

import contextlib
import json
import os
import random
import resource
import select
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

START_LIMIT_S = 60.0
END_LIMIT_S = 5.0

# Above these the system takes ports for the ends that dial.
_PORTS = range(21_000, 32_000)
_TRIES = 1000


class ServerFailed(Exception):
    """A server did not start."""


@dataclass(frozen=True)
class Cores:
    """Which core serves and which makes the load; None each where the system does not let one choose."""

    server: int | None
    load: int | None

    @classmethod
    def chosen(cls) -> Self:
        """The last two cores this process may use; both None if it may not choose, or has only one."""
        allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        return cls(None, None) if len(allowed) < 2 else cls(allowed[-1], allowed[-2])


@contextlib.contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Keep this thread, and the processes it starts meanwhile, on one core."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def many_open_files() -> Iterator[None]:
    """Let this process and those it starts have as many connections as the system permits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def free_port() -> int:
    """A port of this machine that nobody listens on, out of the range of ephemeral ones."""
    # From anywhere in the range: whoever else looks at the same moment finds another one.
    for port in random.sample(_PORTS, _TRIES):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise ServerFailed(f"{_TRIES} ports from {_PORTS.start} to {_PORTS.stop} were tried, and none is free")


class ServerProcess:
    """Runs while it is the subject of `with`."""

    def __init__(self, command: Sequence[str], port: int, core: int | None) -> None:
        """Prepare; the command has to print a line when it listens on `port`."""
        self.port = port
        self._command = command
        self._core = core

    def __enter__(self) -> Self:
        # Into a file: nobody would read a pipe, and a full one stops whoever writes to it.
        self._errors = tempfile.TemporaryFile()
        with pinned(self._core):
            self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=self._errors)
        try:
            self._await_listening()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def cpu_s(self) -> float:
        """The processor time of all its threads so far; not a number where the system does not tell."""
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            return float("nan")
        # utime and stime are the 14th and 15th field; the name that was cut off is the second.
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def own_bytes(self) -> int:
        """The memory that the process holds for itself alone.

        Raises:
            ServerFailed: the system does not tell.
        """
        try:
            lines = Path(f"/proc/{self._process.pid}/smaps_rollup").read_text().splitlines()
        except OSError as error:
            raise ServerFailed(f"the system does not tell what memory a process holds: {error}") from error
        return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))

    def kill(self) -> None:
        """End it without warning."""
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Ask it to end, and make it; safe to call twice."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(END_LIMIT_S)
            except subprocess.TimeoutExpired:
                self.kill()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._errors.close()

    def _await_listening(self) -> None:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], START_LIMIT_S)
        line = self._process.stdout.readline() if ready else b""
        if not line:
            self._errors.seek(0)
            told = self._errors.read()[-2000:].decode(errors="replace")
            raise ServerFailed(f"{' '.join(self._command)} does not listen: {told}")
        json.loads(line)
