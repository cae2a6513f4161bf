"""SHELL: the central system of a storm, in the same process and in virtual time: it can be killed and started again.

A kill takes what was not committed, every timer and every answer on its way; the stations find their lines reset. The
database file stays. A process may also be killed, or find no room, while it starts; what fails for want of room is
started again by whoever looks after it.
"""

import asyncio
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from contactor.central.server import CentralServer
from contactor.central.settings import CentralSettings
from contactor.central.store.newest import open_newest
from contactor.link.link import Admission, Admit, Admitter, Closure, Handshake, Link, Listener, Receiver
from contactor.link.memory import MemoryListener, MemoryNetwork
from contactor.storm.clocks import StormClock
from contactor.storm.evidence import CentralLook
from contactor.storm.late_hearing import LateHearing
from contactor.storm.storm_writer import Disk, StormWriter

URL = "ws://central.storm/ocpp"

ROUNDS_S: Mapping[str, float] = {
    "calls": 30.0,
    "commands": 30.0,
    "messages": 60.0,
    "sweep": 300.0,
    "care": 300.0,
    # Nobody but the central system itself writes to a storm's database, and nothing in it grows old within a day.
    "news": 86_400.0,
    "retention": 86_400.0,
}
"""How often the rounds are gone that a station or an operator of a storm waits for."""
OTHER_ROUNDS_S = 1800.0
"""How often the others are gone: to find nothing in the record costs as much as a message."""
SITE_MINDED_S = 15.0
STARTED_AGAIN_S = 5.0
"""How long after a start that failed there is another."""


def unhurried(name: str, period_s: float) -> float:
    """How long the central system's rounds take here: a storm has many quiet seconds."""
    return max(period_s, ROUNDS_S.get(name, OTHER_ROUNDS_S))


def unhurried_at_a_site(name: str, period_s: float) -> float:
    """The same where there is a site to be kept within its limit."""
    return SITE_MINDED_S if name == "sites" else unhurried(name, period_s)


class _Life:
    """One run of the central system's process: what it hears, it hears only while it lives."""

    def __init__(self, lateness_s: Callable[[], float]) -> None:
        self.is_over = False
        self._lateness_s = lateness_s

    def guard(self, admit: Admitter) -> Admitter:
        """Let the admitter's receivers die with this life."""

        def admit_while_alive(handshake: Handshake) -> Admission:
            admission = admit(handshake)
            if not isinstance(admission, Admit):
                return admission
            mortal = _Mortal(admission.receiver, self)
            return Admit(LateHearing(mortal, self._lateness_s, asyncio.get_running_loop()))

        return admit_while_alive


class _Mortal:
    """A receiver whose process can be killed, and the link that falls silent with it."""

    def __init__(self, receiver: Receiver, life: _Life) -> None:
        self._receiver = receiver
        self._life = life

    def link_opened(self, link: Link) -> None:
        """Tell the living."""
        if not self._life.is_over:
            self._receiver.link_opened(link)

    def text_received(self, text: bytes) -> None:
        """Tell the living."""
        if not self._life.is_over:
            self._receiver.text_received(text)

    def link_closed(self, closure: Closure) -> None:
        """Tell the living."""
        if not self._life.is_over:
            self._receiver.link_closed(closure)


class CentralHouse:
    """Starts, kills and restarts one central system over one database file."""

    def __init__(
        self,
        settings: CentralSettings,
        network: MemoryNetwork,
        clock: StormClock,
        new_id: Callable[[], str],
        *,
        has_site: bool = False,
    ) -> None:
        self.settings = settings
        self.network = network
        self.clock = clock
        self.disk = Disk(self.kill)
        self.hears_after_s = 0.0
        """How long the process is busy with other things before it hears what a station says."""
        self.server: CentralServer | None = None
        self.kills = 0
        self._new_id = new_id
        self._leisure = unhurried_at_a_site if has_site else unhurried
        self._life = _Life(self._lateness_s)
        self._writer: StormWriter | None = None
        self._listener: MemoryListener | None = None
        self._starting: asyncio.Task[None] | None = None
        self._burials: list[asyncio.Task[None]] = []
        self._one_at_a_time = asyncio.Lock()

    @property
    def is_up(self) -> bool:
        """Whether the process runs."""
        return self.server is not None

    def look(self, at_s: float) -> CentralLook:
        """How much waits here."""
        sessions = None if self.server is None else self.server.sessions
        return CentralLook(
            at_s=at_s,
            stations=len(self.settings.stations),
            sessions=0 if sessions is None else len(sessions.presence),
            calls_waiting=0 if sessions is None else sessions.most_calls_waiting,
            writes_waiting=0 if self._writer is None or sessions is None else self._writer.waiting,
            lines=len(self.network.lines),
        )

    async def start(self) -> None:
        """Start the process, unless it runs."""
        async with self._one_at_a_time:
            await self.bury()
            while self.server is None:
                try:
                    await self._start()
                except OperationalError:
                    if not self.disk.is_full:
                        raise
                    await asyncio.sleep(STARTED_AGAIN_S)
                if self._life.is_over:
                    return  # it was killed as it started, and whoever did that starts it again

    async def _start(self) -> None:
        self._life = _Life(self._lateness_s)
        self._writer = self._listener = None
        server = CentralServer(
            self.settings,
            clock=self.clock,
            listener_factory=self._listen,
            writer_factory=self._write,
            new_id=self._new_id,
            leisure=self._leisure,
        )
        # A starting process commits too, and may be killed by it: it begins with a good disk.
        self.disk.fate, self.disk.is_full = None, False
        self._starting = asyncio.get_running_loop().create_task(server.start())
        try:
            await self._starting
        except asyncio.CancelledError:
            if not self._life.is_over:
                raise
        else:
            if self._life.is_over:  # at the very last moment
                await server.stop()
            else:
                self.server = server
        finally:
            self._starting = None

    def kill(self) -> None:
        """SIGKILL: at this instant the process is no more."""
        server, self.server = self.server, None
        if self._starting is not None:
            self._starting.cancel()
        elif server is None:
            return
        self.kills += 1
        self._life.is_over = True
        if self._writer is not None:
            self._writer.die()
        if self._listener is not None:
            self.network.remove(self._listener)
        for line in self.network.lines:
            line.cut()  # the kernel resets the connections of a process that is gone
        if server is not None:
            self._burials.append(asyncio.get_running_loop().create_task(server.stop()))

    async def stop(self) -> None:
        """End the process in good order."""
        async with self._one_at_a_time:
            server, self.server = self.server, None
            if server is not None:
                await server.stop()
            await self.bury()

    async def bury(self) -> None:
        """Wait until what is left of killed processes has gone."""
        burials, self._burials = self._burials, []
        for burial in burials:
            await burial

    def _lateness_s(self) -> float:
        return self.hears_after_s

    def _listen(self, admit: Admitter) -> Listener:
        self._listener = self.network.listen(URL, self._life.guard(admit))
        return self._listener

    def _write(self, engine: Engine) -> StormWriter:
        self._writer = StormWriter(engine, self.disk)
        return self._writer


@cache
def _empty_database() -> bytes:
    """A database of the newest schema, made once for each process that storms: migrations take longer than a storm."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.sqlite"
        open_newest(str(file)).dispose()
        return file.read_bytes()


def lay_database(folder: Path) -> Path:
    """Put a fresh database into a folder."""
    file = folder / "central.sqlite"
    file.write_bytes(_empty_database())
    return file


def memory_folder() -> str | None:
    """Where files stand in memory on this machine; None for the machine's own choice."""
    shared = Path("/dev/shm")  # noqa: S108 - the folder made in it has a name of its own
    return str(shared) if shared.is_dir() and shutil.disk_usage(shared).free > 1 << 28 else None
