"""`contactor` in a process of its own for each command, without reading the program in each time: a reader forks.

What runs is `contactor.cli.start.main` with words, environment and streams of its own, from the first line to the exit
code; only the half second that importing it takes is spent once for all.
"""

import asyncio
import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from tempfile import TemporaryFile

from contactor.base.errors import ContactorError

REQUEST_BYTES_MAX = 1 << 20


class ForkingContactor:
    """The reader, and the way to have it run a command."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            words = [sys.executable, "-m", "tests.cli.forking", str(theirs.fileno())]
            environment = {**os.environ, "CONTACTOR_TOKEN": "of nobody"}
            self._process = subprocess.Popen(words, pass_fds=[theirs.fileno()], env=environment)

    async def run(self, *words: str, environment: Mapping[str, str]) -> tuple[int, str, str]:
        """Exit code, and what was said on stdout and stderr."""
        return await asyncio.to_thread(self._run, words, environment)

    def _run(self, words: tuple[str, ...], environment: Mapping[str, str]) -> tuple[int, str, str]:
        request = json.dumps([words, dict(environment)]).encode()
        with TemporaryFile() as out, TemporaryFile() as errors:
            socket.send_fds(self._socket, [request], [out.fileno(), errors.fileno()])
            code = int(self._socket.recv(REQUEST_BYTES_MAX))
            said = []
            for stream in (out, errors):
                stream.seek(0)
                said.append(stream.read().decode())
        return code, said[0], said[1]

    def close(self) -> None:
        """End the reader."""
        self._socket.close()
        self._process.wait()


@cache
def forking_contactor() -> ForkingContactor:
    """The one of this process; it ends with it."""
    one = ForkingContactor()
    atexit.register(one.close)
    return one


def serve(requests: socket.socket) -> None:
    """Fork for each request, and answer with the exit code, until nobody asks any more."""
    _read_in()
    while True:
        request, streams, _, _ = socket.recv_fds(requests, REQUEST_BYTES_MAX, 2)
        if not request:
            return
        child = os.fork()
        if child == 0:
            words, environment = json.loads(request)
            _become(words, environment, streams)
        for stream in streams:
            os.close(stream)
        requests.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def _read_in() -> None:
    """Import every command that asks an API; those that run something read in much more, and each at its own time."""
    from contactor.cli.main import COMMANDS, app

    for place in COMMANDS.values():
        if place.startswith("contactor.cli.remote."):
            import_module(place.partition(":")[0])
    with contextlib.suppress(ContactorError):  # what is imported only when something is asked; here nobody answers
        app(["stations", "list", "--api", "http://127.0.0.1:1"], standalone_mode=False)


def _become(words: list[str], environment: dict[str, str], streams: list[int]) -> None:
    """Be the command, from here to the exit code."""
    from contactor.cli.start import main

    for number, stream in enumerate(streams, start=1):
        os.dup2(stream, number)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["contactor", *words]
    code = 1
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
