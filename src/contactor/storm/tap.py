"""A tap at the station's end of its line: writes every message down, and lets a meddler at it.

What is written down is what this end said and heard: a message that was swallowed on its way in was heard by nobody,
one that was swallowed on its way out was said all the same.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from contactor.link.link import CLOSE_NORMAL, Closure, Dialer, DialledLink, Link, Receiver, Scheduler, Target
from contactor.storm.frame import Direction, Frame, Kind, elements_of
from contactor.storm.meddling import Deed, Meddler

Listener = Callable[[Frame, bytes], None]
_NOTHING: Mapping[str, Any] = {}
_REFUSAL = ["GenericError", "the storm says no", {}]


class TapDialer:
    """Dials for one station through another dialer, with a tap on each line."""

    def __init__(self, station: str, dialer: Dialer, meddler: Meddler, hears: Listener, scheduler: Scheduler) -> None:
        self.station = station
        self.meddler = meddler
        self.scheduler = scheduler
        self.lines = 0
        self._dialer = dialer
        self.hears = hears

    async def dial(self, target: Target, receiver: Receiver) -> DialledLink:
        """Connect, see `contactor.link.link.Dialer`."""
        self.lines += 1
        line = TappedLink(self, self.lines, receiver)
        line.through = await self._dialer.dial(target, line)
        return line


class TappedLink:
    """A receiver to the line, a link to the station, and in between whoever listens and meddles."""

    def __init__(self, tap: TapDialer, line: int, receiver: Receiver) -> None:
        self._tap = tap
        self._line = line
        self._receiver = receiver
        self._asked: dict[tuple[Direction, str], tuple[str, Mapping[str, Any]]] = {}
        self.through: DialledLink | None = None

    @property
    def is_open(self) -> bool:
        """Whether the station believes that it is connected."""
        return self.through is not None and self.through.is_open

    @property
    def name(self) -> str:
        """The name of the line."""
        return f"{self._tap.station} line {self._line}"

    def send(self, text: bytes) -> bool:
        """Say something; a station whose words are swallowed does not notice."""
        if self.through is None or not self.is_open:
            return False
        elements = elements_of(text)
        if elements is None:
            return self.through.send(text)
        self._write_down(Direction.OUT, elements, text)
        deed = self._tap.meddler.deed_for(elements[0], Direction.OUT)
        if deed is Deed.REFUSE:
            refusal = json.dumps([Kind.ERROR, elements[1], *_REFUSAL]).encode()
            self._tap.scheduler.call_soon(lambda: self.text_received(refusal))
        elif deed in (Deed.PASS, Deed.CUT_AFTER):
            self.through.send(text)
        if deed in (Deed.CUT_BEFORE, Deed.CUT_AFTER):
            self.through.abort()
        return True

    def close(self, code: int = CLOSE_NORMAL, reason: str = "") -> None:
        """Close politely."""
        if self.through is not None:
            self.through.close(code, reason)

    def abort(self) -> None:
        """Cut the line."""
        if self.through is not None:
            self.through.abort()

    def set_ping_interval(self, interval_s: float) -> None:
        """Pings belong to the line."""
        if self.through is not None:
            self.through.set_ping_interval(interval_s)

    def peer_chain(self) -> str:
        """Certificates belong to the line."""
        return "" if self.through is None else self.through.peer_chain()

    # What the line tells

    def link_opened(self, _link: Link) -> None:
        """The station hears of it, and of this link instead."""
        self._receiver.link_opened(self)

    def text_received(self, text: bytes) -> None:
        """A message has come."""
        elements = elements_of(text)
        if elements is None:
            self._receiver.text_received(text)
            return
        deed = self._tap.meddler.deed_for(elements[0], Direction.IN)
        if deed is Deed.REFUSE and self.through is not None:
            self.through.send(json.dumps([Kind.ERROR, elements[1], *_REFUSAL]).encode())
        elif deed in (Deed.PASS, Deed.CUT_AFTER):
            self._write_down(Direction.IN, elements, text)
            self._receiver.text_received(text)
        if deed in (Deed.CUT_BEFORE, Deed.CUT_AFTER):
            self.abort()

    def link_closed(self, closure: Closure) -> None:
        """The line is over."""
        self._receiver.link_closed(closure)

    def _write_down(self, direction: Direction, elements: tuple[Kind, str, list[Any]], text: bytes) -> None:
        kind, message_id, rest = elements
        if kind is Kind.CALL:
            action, payload = rest
            request = payload
            self._asked[direction, message_id] = (action, payload)
        else:
            asker = Direction.IN if direction is Direction.OUT else Direction.OUT
            action, request = self._asked.pop((asker, message_id), ("", _NOTHING))
            payload = rest[0] if kind is Kind.RESULT else _NOTHING
        at_s = self._tap.scheduler.time()
        frame = Frame(self._tap.station, at_s, self._line, direction, kind, message_id, action, payload, request)
        self._tap.hears(frame, text)
