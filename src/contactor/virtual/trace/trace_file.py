"""Traces in files: JSON Lines, one frame each, appended as the frames pass."""

from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from contactor.base.clock import Clock
from contactor.base.errors import BadSetting
from contactor.station.effects import Effect, Note, SendText
from contactor.station.events import Event, TextReceived
from contactor.station.trace import Direction
from contactor.virtual.trace.traced import LINE_BYTES_MAX, FrameTracer, Traced

_read_line = msgspec.json.Decoder(Traced).decode


SIZE_MAX_BYTES = 1_000_000_000
"""Of one file; when it is full it becomes FILE.1, in the place of an older one, and the trace goes on in a new file."""


class TraceFile:
    """Writes a station's frames to a file; a `contactor.station.watcher.Watcher`.

    It and the file before it take at most twice `size_max_bytes`. A disk that fails ends the trace, never the station
    that is watched; `failure` tells.

    Raises:
        BadSetting: the file cannot be written, or the size has no room for a line.
    """

    def __init__(self, path: Path, station: str, clock: Clock, *, size_max_bytes: int = SIZE_MAX_BYTES) -> None:
        if size_max_bytes < LINE_BYTES_MAX:
            raise BadSetting("trace size", size_max_bytes, f"give at least {LINE_BYTES_MAX} bytes, one line's room")
        try:
            self._file = path.open("wb", buffering=0)
        except OSError as error:
            raise BadSetting("--trace", str(path), f"it cannot be written: {error}") from error
        self._path = path
        self._size_max_bytes = size_max_bytes
        self._size_bytes = 0
        self._tracer = FrameTracer(station)
        self._clock = clock
        self.failure: OSError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write no more."""
        self._file.close()

    def happened(self, happening: Event | Effect) -> None:
        """Write a frame down, whichever way it goes."""
        match happening:
            case TextReceived(text=text):
                self._write(Direction.RECEIVED, text)
            case SendText(text=text):
                self._write(Direction.SENT, text)
            case _:
                pass

    def noted(self, note: Note) -> None:
        """Notes are for the log."""

    def settled(self) -> None:
        """Nothing is gathered: a line is written when its frame passes."""

    def _write(self, direction: Direction, text: bytes) -> None:
        if self.failure is not None or self._file.closed:
            return
        line = msgspec.json.encode(self._tracer.trace(direction, text, self._clock.now())) + b"\n"
        try:
            if self._size_bytes + len(line) > self._size_max_bytes:
                self._begin_anew()
            self._file.write(line)
            self._size_bytes += len(line)
        except OSError as error:
            self.failure = error

    def _begin_anew(self) -> None:
        self._file.close()
        self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        self._file = self._path.open("wb", buffering=0)
        self._size_bytes = 0


def read_trace(path: Path) -> list[Traced]:
    """Read a trace.

    Raises:
        BadSetting: it cannot be read, or a line is no frame; the message names file and line.
    """
    traced = []
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    traced.append(_traced(path, number, line))
    except OSError as error:
        raise BadSetting("trace", str(path), f"it cannot be read: {error}") from error
    return traced


def _traced(path: Path, number: int, line: bytes) -> Traced:
    place = f"{path}, line {number}"
    if len(line) > LINE_BYTES_MAX:
        raise BadSetting(place, f"{len(line)} bytes", f"a line of a trace has at most {LINE_BYTES_MAX}")
    try:
        traced = _read_line(line)
        _ = traced.instant
    except (msgspec.MsgspecError, UnicodeError, ValueError, RecursionError) as error:
        shown = line[:80].decode("utf-8", "replace").rstrip("\n")
        raise BadSetting(place, shown, f"it is no line of a trace: {error}") from error
    return traced
