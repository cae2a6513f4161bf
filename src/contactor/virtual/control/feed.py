"""SHELL: the live feed of one station: what happens, numbered, kept for a while, and told to readers who keep up.

A reader gets the whole state once and from then on only what changes. Changes are gathered for a tenth of a second:
at a thousandfold speed nobody could read them all. Without readers no state is looked at.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field

from contactor.base.clock import Clock
from contactor.hardware.commands import AllowEnergy, GrantPower, StopEnergy
from contactor.station.effects import Dial, Effect, HangUp, Note, Restart, SendText
from contactor.station.events import Event, TextReceived
from contactor.station.trace import Direction
from contactor.virtual.control.frames import Frame, FrameReader
from contactor.virtual.control.merge_patch import merge_patch

KEPT = 2_000
"""Items a reader may be behind when it comes back."""
WAITING_MAX = 1_000
"""Items that wait for a reader that is slow; one that is slower is sent away."""
READERS_MAX = 50
GATHER_S = 0.1

State = dict[str, object]


class ItemKind(StrEnum):
    """What an item of the feed tells."""

    STATE = "state"
    CHANGE = "change"
    STATUS = "status"
    NOTE = "note"
    EFFECT = "effect"
    FRAME = "frame"


class Item(BaseModel):
    """One thing that happened."""

    sequence: int = Field(description="Grows by one with each item; a state has the number of the item before it.")
    at: datetime
    kind: ItemKind
    state: State | None = Field(None, description="state: the whole StationState.")
    change: State | None = Field(None, description="change: what is merged into the state (RFC 7396).")
    frame: Frame | None = Field(None, description="frame: an OCPP message.")
    event: str | None = Field(None, description="note, effect, status: what happened.")
    facts: dict[str, object] | None = Field(None, description="note, effect, status: with what.")

    def text(self) -> str:
        """The item as it is sent: without the fields its kind does not have."""
        return self.model_dump_json(exclude_unset=True)


class FellBehind(Exception):
    """A reader that could not keep up; it may come back and go on."""


class Reader:
    """One reader's queue."""

    def __init__(self) -> None:
        self._items: asyncio.Queue[Item] = asyncio.Queue(WAITING_MAX)
        self._is_lost = False

    def put(self, item: Item) -> None:
        """Let it read one more item, if it is still there to read."""
        try:
            self._items.put_nowait(item)
        except asyncio.QueueFull:
            self._is_lost = True

    @property
    def is_lost(self) -> bool:
        """Whether it was too slow."""
        return self._is_lost

    async def next(self) -> Item:
        """The next item, as soon as there is one.

        Raises:
            FellBehind: it was too slow; items are missing from here on.
        """
        if self._is_lost and self._items.empty():
            raise FellBehind
        return await self._items.get()


class Feed:
    """Watches one station; a `contactor.station.watcher.Watcher`.

    `read_state` makes the state as it is told; `read_statuses` names the status of each connector.
    """

    def __init__(
        self, read_state: Callable[[], State], read_statuses: Callable[[], dict[int, str | None]], clock: Clock
    ) -> None:
        self._read_state = read_state
        self._read_statuses = read_statuses
        self._clock = clock
        self._items: deque[Item] = deque(maxlen=KEPT)
        self._readers: set[Reader] = set()
        self._frames = FrameReader()
        self._told: State = {}
        self._statuses: dict[int, str | None] = {}
        self._gathering: asyncio.TimerHandle | None = None
        self.latest = 0
        """The newest number given."""

    @property
    def oldest(self) -> int:
        """The lowest number after which one may go on."""
        return self._items[0].sequence - 1 if self._items else self.latest

    def items(self, after: int, limit: int) -> list[Item]:
        """Items that are kept, the oldest first."""
        return [item for item in self._items if item.sequence > after][:limit]

    @contextmanager
    def reading(self, after: int | None) -> Iterator[Reader]:
        """Read from now on, or after a number if everything since is kept; otherwise the whole state comes first."""
        reader = Reader()
        self._tell_change()
        if after is not None and self.oldest <= after <= self.latest and self._told:
            for item in self.items(after, WAITING_MAX):
                reader.put(item)
        else:
            self._told = self._told or self._read_state()
            reader.put(self._item(ItemKind.STATE, sequence=self.latest, state=self._told))
        self._readers.add(reader)
        try:
            yield reader
        finally:
            self._readers.discard(reader)

    @property
    def is_full(self) -> bool:
        """Whether no more readers are let in."""
        return len(self._readers) >= READERS_MAX

    # Watching

    def happened(self, happening: Event | Effect) -> None:
        """An event or effect of the station's software."""
        match happening:
            case TextReceived(text=text):
                self._publish(ItemKind.FRAME, frame=self._frames.read(Direction.RECEIVED, text))
            case SendText(text=text):
                self._publish(ItemKind.FRAME, frame=self._frames.read(Direction.SENT, text))
            case AllowEnergy() | StopEnergy() | GrantPower() | Dial() | HangUp() | Restart():
                event, facts = _effect_words(happening)
                self._publish(ItemKind.EFFECT, event=event, facts=facts)
            case _:
                pass

    def noted(self, note: Note) -> None:
        """The station tells a person something."""
        self._publish(ItemKind.NOTE, event=note.event, facts={name: _plain(each) for name, each in note.facts.items()})

    def settled(self) -> None:
        """Tell changed statuses at once, and everything else that changed before long."""
        statuses = self._read_statuses()
        for number, status in statuses.items():
            if self._statuses.get(number) != status:
                facts: dict[str, object] = {"connector": number, "status": status, "was": self._statuses.get(number)}
                self._publish(ItemKind.STATUS, event="status", facts=facts)
        self._statuses = statuses
        if self._readers and self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(GATHER_S, self._tell_change)

    def close(self) -> None:
        """Tell no more."""
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None

    # The parts

    def _tell_change(self) -> None:
        self.close()
        if not self._told:
            return
        state = self._read_state()
        change = merge_patch(self._told, state)
        self._told = state
        if change:
            self._publish(ItemKind.CHANGE, change=change)

    # Any: an item's own fields, each of the kind it says.
    def _publish(self, kind: ItemKind, **content: Any) -> None:
        self.latest += 1
        item = self._item(kind, sequence=self.latest, **content)
        self._items.append(item)
        for reader in list(self._readers):
            reader.put(item)
            if reader.is_lost:
                self._readers.discard(reader)

    def _item(self, kind: ItemKind, **content: Any) -> Item:
        # Not validated: it is our own, and at a thousandfold speed there are many.
        return Item.model_construct(at=self._clock.now(), kind=kind, **content)


def _effect_words(effect: AllowEnergy | StopEnergy | GrantPower | Dial | HangUp | Restart) -> tuple[str, State]:
    match effect:
        case AllowEnergy(outlet=outlet):
            return "allow energy", {"outlet": outlet}
        case StopEnergy(outlet=outlet):
            return "stop energy", {"outlet": outlet}
        case GrantPower(outlet=outlet, modules=modules, limit_w=limit_w):
            return "grant power", {"outlet": outlet, "modules": modules, "limit_w": limit_w}
        case Dial(url=url, identity=identity):
            return "dial", {"url": url, "identity": identity}
        case HangUp(code=code, reason=reason):
            return "hang up", {"code": code, "reason": reason}
        case Restart(kind=kind):
            return "restart", {"kind": kind.value}


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)
