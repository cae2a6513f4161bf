"""Messages as they pass, for whoever listens to a station just now; nothing is kept, and nobody is waited for.

A listener has room for so many texts. Who is slower than the station loses the line, and is told so: a gap that nobody
sees would be worse.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from contactor.base.clock import Clock
from contactor.base.ids import StationId
from contactor.central.overheard import Conversation, Direction, Noted, Overheard

ROOM = 500
"""Texts that may wait for one listener."""
_OPEN_CALLS = 64


class Tap:
    """One listener's end; `woken` is called when there is something to take."""

    def __init__(self, woken: Callable[[], None]) -> None:
        self.is_late = False
        """More came than there was room for: what came since is lost to this listener."""
        self._woken = woken
        self._waiting: deque[Noted] = deque()
        self._conversation = Conversation(_OPEN_CALLS)

    def put(self, noted: Noted) -> None:
        """Take a text in, if there is room."""
        if len(self._waiting) >= ROOM:
            self.is_late = True
        if not self.is_late:
            self._waiting.append(noted)
        self._woken()

    def take(self) -> list[Overheard]:
        """What has come since the last time."""
        taken = [self._conversation.read(noted) for noted in self._waiting]
        self._waiting.clear()
        return taken


class MessageTaps:
    """Who listens to which station."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._taps: dict[StationId | None, list[Tap]] = {}
        """By station; those that listen to all of them are under None."""

    def note(self, station_id: StationId, direction: Direction, text: bytes) -> None:
        """Pass a text on; quick where nobody listens, for it is called for each."""
        if not self._taps:
            return
        taps = [*self._taps.get(station_id, ()), *self._taps.get(None, ())]
        if not taps:
            return
        noted = Noted(station_id, direction, bytes(text), self._clock.now(), self._clock.monotonic_s())
        for tap in taps:
            tap.put(noted)

    @contextmanager
    def listen(self, station_id: StationId | None, woken: Callable[[], None]) -> Iterator[Tap]:
        """Listen to a station, connected or not, or to all of them, for as long as the block lasts."""
        tap = Tap(woken)
        self._taps.setdefault(station_id, []).append(tap)
        try:
            yield tap
        finally:
            taps = self._taps[station_id]
            taps.remove(tap)
            if not taps:
                del self._taps[station_id]
