"""SHELL: the load of charges: every connection starts a transaction, stops it when it has a number, and begins anew.

One thread and one selector that never sleeps, as in `closed_loop`; here an answer is read for what is asked next.
"""

import re
import selectors
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.calls import ChargeTemplates, badge
from benchmarks.closed_loop import Window
from benchmarks.station_line import LineFailed, StationLine

PATIENCE_S = 120.0
"""How long all connections together may wait for their answers: a thousand starts are written to disk one by one."""
START, STOP = "StartTransaction", "StopTransaction"
_NUMBER = re.compile(rb'"transactionId":\s*(\d+)')


@dataclass(slots=True)
class Charge:
    """What one connection is at: how many charges it has begun, and the number of the one that goes on."""

    line: StationLine
    templates: ChargeTemplates
    begun: int = 0
    number: int | None = None
    latest: int = 0
    """The number of the charge that began last, whether it goes on or not."""

    def ask(self) -> None:
        """Make the next call."""
        if self.number is None:
            self.begun += 1
            frame = self.templates.start(self.line.next_id(), self.begun)
        else:
            frame = self.templates.stop(self.line.next_id(), self.begun, self.number)
        self.line.socket.send(frame)

    def answered(self, text: bytes) -> str:
        """Take an answer; return what had been asked."""
        if self.number is not None:
            self.number = None
            return STOP
        found = _NUMBER.search(text)
        if found is None:
            raise LineFailed(f"{text!r} names no transaction")
        self.number = self.latest = int(found[1])
        return START


@dataclass(frozen=True, slots=True)
class Answered:
    """How many starts and stops were answered in all, measured or not."""

    starts: int
    stops: int


class ChargeLoop:
    """Drives connections through charges, and leaves none of them with a call outstanding."""

    def __init__(self, lines: Sequence[StationLine], read_cpu_s: Callable[[], float]) -> None:
        """Prepare; `read_cpu_s` tells how much processor time the server has used."""
        self._charges = [Charge(line, ChargeTemplates(badge(number))) for number, line in enumerate(lines)]
        self._read_cpu_s = read_cpu_s
        self._starts = self._stops = 0

    @property
    def answered(self) -> Answered:
        """All that was answered so far."""
        return Answered(self._starts, self._stops)

    @property
    def numbers(self) -> Mapping[StationLine, int]:
        """The latest charge of each connection."""
        return {charge.line: charge.latest for charge in self._charges}

    def run(self, *, warm_up_s: float, window_s: float) -> dict[str, Window]:
        """Measure one window after warming up: the starts and the stops in it.

        Raises:
            LineFailed: a server gave no answer, or a wrong one.
        """
        with selectors.DefaultSelector() as selector:
            for charge in self._charges:
                charge.line.socket.setblocking(False)
                selector.register(charge.line.socket, selectors.EVENT_READ, charge)
                charge.line.sent_at_s = time.perf_counter()
                charge.ask()
            self._turn(selector, time.perf_counter() + warm_up_s)
            cpu_s, begin_s = self._read_cpu_s(), time.perf_counter()
            found = self._turn(selector, begin_s + window_s)
            while not all(found.values()):  # a slow server may need longer for its first answers of both kinds
                if time.perf_counter() - begin_s > PATIENCE_S:
                    raise LineFailed(f"no charge began and ended within {PATIENCE_S:.0f} s")
                for action, latencies_s in self._turn(selector, time.perf_counter() + window_s).items():
                    found[action] += latencies_s
            seconds, used_s = time.perf_counter() - begin_s, self._read_cpu_s() - cpu_s
            self._drain(selector)
        return {action: Window(seconds, used_s, latencies_s) for action, latencies_s in found.items()}

    def _turn(self, selector: selectors.BaseSelector, end_s: float) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {START: [], STOP: []}
        now = time.perf_counter
        now_s = now()
        while now_s < end_s:
            for key, _ in selector.select(0):
                charge: Charge = key.data
                text = charge.line.receive()
                if text is not None:
                    now_s = now()
                    found[self._count(charge.answered(text))].append(now_s - charge.line.sent_at_s)
                    charge.line.sent_at_s = now_s
                    charge.ask()
            now_s = now()
        return found

    def _drain(self, selector: selectors.BaseSelector) -> None:
        """Wait for the answers that are still on their way: one for each connection."""
        limit_s = time.perf_counter() + PATIENCE_S
        while waiting := len(selector.get_map()):
            if time.perf_counter() > limit_s:
                raise LineFailed(f"{waiting} calls were not answered within {PATIENCE_S:.0f} s")
            for key, _ in selector.select(1.0):
                charge: Charge = key.data
                text = charge.line.receive()
                if text is not None:
                    self._count(charge.answered(text))
                    selector.unregister(charge.line.socket)

    def _count(self, action: str) -> str:
        if action == START:
            self._starts += 1
        else:
            self._stops += 1
        return action
