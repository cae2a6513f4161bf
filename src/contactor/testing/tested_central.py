"""SHELL: a central system in a test: a real one with its ledger, on a free port of this machine."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from contactor.base.ids import IdTag, StationId
from contactor.central.commands.command import CommandView, Order
from contactor.central.server import CentralServer
from contactor.central.settings import CentralSettings, StationSetting
from contactor.central.tags import Tag
from contactor.central.views import TransactionView
from contactor.testing.heard import Heard, HeardFrame, Wanted
from contactor.testing.stage import Pending, Stage, until
from contactor.virtual.control.frames import FrameKind

T = TypeVar("T")

WITHIN_S = 10.0
BY = "test"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class CentralOptions:
    """What is chosen about a central system.

    `tags` are the badges that may charge; `keys` the AuthorizationKeys, in hex, of stations that need one. Every other
    station is let in without.
    """

    database: Path
    tags: Sequence[str] = ()
    keys: Mapping[str, str] = field(default_factory=dict)

    def settings(self) -> CentralSettings:
        """What the central system is given."""
        return CentralSettings(
            listen_host=LOOPBACK,
            listen_port=0,
            database=str(self.database),
            allow_unknown_stations=True,
            drain_s=0,
            tags=tuple(Tag(IdTag(tag)) for tag in self.tags),
            stations=tuple(StationSetting(StationId(name), bytes.fromhex(key)) for name, key in self.keys.items()),
        )


class TestedCentral:
    """One central system; what is waited for is awaited or asked for its `result()`."""

    __test__ = False  # pytest takes what is called Test... for tests

    def __init__(self, stage: Stage, options: CentralOptions) -> None:
        self._stage = stage
        self._central = CentralServer(options.settings())
        self._heard = Heard()
        self._changed = asyncio.Event()
        self._listening = ExitStack()
        stage.wait(self._start())
        stage.at_end(self._stop)
        self.url = f"ws://{LOOPBACK}:{self._central.port}{options.settings().listen_path}"
        """Where stations find it, without their identity."""

    @property
    def frames(self) -> Sequence[HeardFrame]:
        """Every frame so far, of all stations and both ways."""
        return self._stage.do(lambda: tuple(self._heard.frames))

    def frame(
        self,
        station_id: str,
        action: str,
        *,
        within_s: float = WITHIN_S,
        direction: str = "received",
        kind: str = "call",
        fields: Mapping[str, object] | None = None,
    ) -> Pending[HeardFrame]:
        """Wait for the next frame of a kind; each is handed out once. `fields` are what it has to say, as in scenarios.

        Raises:
            NotInTime: (when awaited) none came.
        """
        wanted = Wanted(station_id, action, direction, FrameKind(kind), dict(fields or {}))

        async def found() -> HeardFrame | None:
            return self._heard.take(wanted)

        def instead() -> str:
            others = "; ".join(str(each.payload)[:300] for each in self._heard.alike(wanted))
            return f"{station_id}: no such {action} {kind} was {direction}" + (f", but {others}" if others else "")

        return self._stage.awaited(f"{station_id}: {action}", until(found, within_s, instead, self._changed))

    @property
    def transactions(self) -> Sequence[TransactionView]:
        """What the ledger has, the oldest first."""
        return self._central.queries.transactions()

    def transaction(
        self,
        station_id: str | None = None,
        *,
        id_tag: str | None = None,
        is_over: bool | None = None,
        within_s: float = WITHIN_S,
    ) -> Pending[TransactionView]:
        """Wait for the ledger to have a transaction; the newest that fits. `is_over` asks for an open or ended one.

        Raises:
            NotInTime: (when awaited) there is none.
        """

        def found() -> TransactionView | None:
            return next(
                (
                    each
                    for each in reversed(self.transactions)
                    if (station_id is None or each.station_id == station_id)
                    and (id_tag is None or each.id_tag == id_tag)
                    and (is_over is None or (each.stopped_at is not None) == is_over)
                ),
                None,
            )

        return self._awaited("a transaction", found, within_s, lambda: f"no such transaction, but {self._shown()}")

    def connected(self, station_id: str, *, within_s: float = WITHIN_S) -> Pending[bool]:
        """Wait until a station is connected."""

        def found() -> bool | None:
            return True if self._central.sessions.find(StationId(station_id)) is not None else None

        return self._awaited(f"{station_id}: connected", found, within_s, lambda: f"{station_id} did not connect")

    def order(
        self, station_id: str, action: str, payload: Mapping[str, object] | None = None, *, within_s: float = WITHIN_S
    ) -> Pending[CommandView]:
        """Ask something of a station and wait for its end: an answer, or why there is none."""

        async def story() -> CommandView:
            view = await self._central.desk.submit(Order(StationId(station_id), action, payload or {}, by=BY))
            return await self._central.desk.settled(view.command_id, wait_s=within_s)

        return self._stage.pending(story())

    async def _start(self) -> None:
        await self._central.start()
        tap = self._listening.enter_context(self._central.sessions.taps.listen(None, self._listen))
        self._take = tap.take

    async def _stop(self) -> None:
        self._listening.close()
        await self._central.stop()

    def _listen(self) -> None:
        self._heard.keep(self._take())
        self._changed.set()

    def _awaited(
        self, what: str, found: Callable[[], T | None], within_s: float, instead: Callable[[], str]
    ) -> Pending[T]:
        async def story() -> T:
            async def looked() -> T | None:
                return await asyncio.to_thread(found)  # the database blocks, and stations want their answers meanwhile

            return await until(looked, within_s, instead, asyncio.Event())

        return self._stage.awaited(what, story())

    def _shown(self) -> str:
        return "; ".join(f"{each.station_id} {each.id_tag} {each.state}" for each in self.transactions) or "none"
