"""Keeps the newest messages and notes of a station in memory, for its diagnostics; never a secret (DG-05).

A frame is masked when it comes in, not when it is shown: what was never kept cannot be found in a memory dump.
"""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from contactor.station.effects import Effect, Note, SendText
from contactor.station.events import Event, Moment, TextReceived
from contactor.station.keys import Key
from contactor.station.location import without_secrets

FRAME_MAX = 8192
"""Characters; of a longer frame only the beginning is kept."""

MASK = "***"
_SECRET = Key.AUTHORIZATION_KEY.casefold()
_SECRET_BYTES = _SECRET.encode()
_HEX_RUN = re.compile(r"[0-9a-fA-F]{16,}")


class Direction(StrEnum):
    """Which way a frame went, seen from the station."""

    SENT = "sent"
    RECEIVED = "received"


class TracedFrame(Struct, frozen=True):
    """One message as it was on the wire, but for its secrets; a Struct, as one is made for every message."""

    instant: datetime
    direction: Direction
    text: str


class TracedNote(Struct, frozen=True):
    """One note of the station."""

    instant: datetime
    event: str
    facts: Mapping[str, object]


class Trace:
    """The last `frames_max` frames and as many notes; 0 keeps none."""

    __slots__ = ("_frames", "_notes", "is_kept")

    def __init__(self, frames_max: int) -> None:
        self.is_kept = frames_max > 0
        # A fleet keeps none, and an empty deque is not nothing.
        self._frames: deque[TracedFrame] | None = deque(maxlen=frames_max) if frames_max else None
        self._notes: deque[TracedNote] | None = deque(maxlen=frames_max) if frames_max else None

    def frames(self) -> list[TracedFrame]:
        """The frames kept, oldest first."""
        return list(self._frames or ())

    def notes(self) -> list[TracedNote]:
        """The notes kept, oldest first."""
        return list(self._notes or ())

    def saw(self, event: Event, now: Moment) -> None:
        """An event is about to be handled; a received message is kept."""
        if self._frames is not None and isinstance(event, TextReceived):
            self._keep(Direction.RECEIVED, event.text, now)

    def did(self, effects: Iterable[Effect], now: Moment) -> None:
        """Effects are about to leave; sent messages and notes are kept."""
        if self._frames is None:
            return  # and no notes either
        for effect in effects:
            if isinstance(effect, SendText):
                self._keep(Direction.SENT, effect.text, now)
            elif isinstance(effect, Note) and self._notes is not None:
                self._notes.append(TracedNote(now.instant, effect.event, effect.facts))

    def _keep(self, direction: Direction, text: bytes, now: Moment) -> None:
        if self._frames is not None:
            self._frames.append(TracedFrame(now.instant, direction, masked(text)))


def masked(text: bytes) -> str:
    """A frame as text, without AuthorizationKey values and without the users and queries of URLs.

    Most frames have none of it and are recognised at a glance. A backslash may spell any letter, so a frame that
    has one is read before it is judged; one that cannot be read and might hold a key is not kept at all.
    """
    if b"\\" in text or _SECRET_BYTES in text.lower():
        try:
            clean = msgspec.json.encode(_masked_value(msgspec.json.decode(text)))
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return f"(unreadable, {len(text)} bytes)"
    else:
        clean = text
    return without_secrets(clean.decode("utf-8", "replace"))[:FRAME_MAX]


def _masked_value(value: Any) -> Any:  # Any: JSON of any shape
    if isinstance(value, dict):
        names_it = any(isinstance(each, str) and each.strip().casefold() == _SECRET for each in value.values())
        return {
            name: MASK if _is_secret(name, names_it=names_it) else _masked_value(each) for name, each in value.items()
        }
    if isinstance(value, list):
        return [_masked_value(each) for each in value]
    if isinstance(value, str) and _SECRET in value.casefold():
        return _HEX_RUN.sub(MASK, value)  # a text about the key, perhaps with the key in it
    return without_secrets(value) if isinstance(value, str) else value


def _is_secret(name: str, *, names_it: bool) -> bool:
    return name.casefold() == _SECRET or (names_it and name.casefold() == "value")
