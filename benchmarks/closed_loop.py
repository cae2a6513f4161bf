"""SHELL: the load: every connection has one call outstanding, and makes the next one when the answer is there.

One thread and one selector, no event loop: a message has to cost the generator no more than a server, or it would be
the generator that is measured. It never sleeps: a server would pay for waking it, the more the slower the server is.
"""

import math
import selectors
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

from benchmarks.calls import CallTemplate
from benchmarks.station_line import PATIENCE_S, LineFailed, StationLine


@dataclass
class Window:
    """What was measured in one or more windows of time."""

    seconds: float = 0.0
    cpu_s: float = 0.0
    """The server's own processor time."""
    latencies_s: list[float] = field(default_factory=list)
    """One for each answer that came within a window."""

    def add(self, other: Self) -> None:
        """Take another window's figures in."""
        self.seconds += other.seconds
        self.cpu_s += other.cpu_s
        self.latencies_s += other.latencies_s

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies_s) / self.seconds

    @property
    def cpu_us(self) -> float:
        """The server's processor time an answer, in microseconds."""
        return self.cpu_s / len(self.latencies_s) * 1e6

    def percentile_ms(self, percent: float) -> float:
        """The latency that so many percent of the answers did not exceed."""
        ordered = sorted(self.latencies_s)
        return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] * 1e3


class ClosedLoop:
    """Drives connections, each with its own call, and leaves none of them with a call outstanding."""

    def __init__(self, calls: Mapping[StationLine, CallTemplate], read_cpu_s: Callable[[], float]) -> None:
        """Prepare; `read_cpu_s` tells how much processor time the server has used."""
        self._calls = calls
        self._read_cpu_s = read_cpu_s

    def run(self, *, warm_up_s: float, window_s: float) -> tuple[Window, int]:
        """Measure one window after warming up; return it, and how many calls were answered in all.

        Raises:
            LineFailed: a server gave no answer, or a wrong one.
        """
        with selectors.DefaultSelector() as selector:
            for line, template in self._calls.items():
                line.socket.setblocking(False)
                selector.register(line.socket, selectors.EVENT_READ, (line, template))
                line.sent_at_s = time.perf_counter()
                line.send(template)
            warm = self._turn(selector, time.perf_counter() + warm_up_s)
            cpu_s, begin_s = self._read_cpu_s(), time.perf_counter()
            latencies_s = self._turn(selector, begin_s + window_s)
            window = Window(time.perf_counter() - begin_s, self._read_cpu_s() - cpu_s, latencies_s)
            self._drain(selector)
        if not latencies_s:
            raise LineFailed(f"no call was answered within {window_s:g} s")
        return window, len(warm) + len(latencies_s) + len(self._calls)

    def _turn(self, selector: selectors.BaseSelector, end_s: float) -> list[float]:
        """Follow every answer with the next call until the time is over; return the latencies."""
        latencies_s: list[float] = []
        note, now = latencies_s.append, time.perf_counter
        now_s = now()
        while now_s < end_s:
            for key, _ in selector.select(0):
                line, template = key.data
                if line.receive() is not None:
                    now_s = now()
                    note(now_s - line.sent_at_s)
                    line.sent_at_s = now_s
                    line.send(template)
            now_s = now()
        return latencies_s

    def _drain(self, selector: selectors.BaseSelector) -> None:
        """Wait for the answers that are still on their way: one for each connection."""
        limit_s = time.perf_counter() + PATIENCE_S
        while waiting := len(selector.get_map()):
            if time.perf_counter() > limit_s:
                raise LineFailed(f"{waiting} calls were not answered within {PATIENCE_S:.0f} s")
            for key, _ in selector.select(1.0):
                line: StationLine = key.data[0]
                if line.receive() is not None:
                    selector.unregister(line.socket)
