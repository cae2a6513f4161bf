"""Knows which files are on their way, and tries each as often as its request allows (FW-04, DG-04)."""

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import UNSET, UnsetType

from contactor.station.effects import CancelTransfer, Effects, StartDownload, StartUpload
from contactor.station.events import Moment, TransferFailed, TransferFinished

RETRIES = 3
RETRY_INTERVAL_S = 60.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a transfer that failed is tried again, and how long after (both FW-04 and DG-04)."""

    retries: int
    interval_s: float

    @classmethod
    def asked(cls, retries: int | UnsetType, interval_s: int | UnsetType) -> "Patience":
        """Of a request, which may leave both to us; less than nothing is nothing."""
        return cls(
            RETRIES if retries is UNSET else max(0, retries),
            RETRY_INTERVAL_S if interval_s is UNSET else max(0.0, float(interval_s)),
        )


@dataclass(frozen=True, slots=True)
class _Ear:
    """Who wants to know how a transfer went."""

    finished: Callable[[bytes, Moment], None]
    failed: Callable[[str, Moment], None]


class Transfers:
    """Starts transfers and brings the word of each to whoever started it."""

    __slots__ = ("_ears", "_effects", "_last")

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._ears: dict[int, _Ear] = {}
        self._last = 0

    def start(
        self,
        start: Callable[[int], StartDownload | StartUpload],
        finished: Callable[[bytes, Moment], None],
        failed: Callable[[str, Moment], None],
    ) -> int:
        """Put a file on its way; `start` makes the effect of the transfer's number."""
        self._last += 1
        self._ears[self._last] = _Ear(finished, failed)
        self._effects.add(start(self._last))
        return self._last

    def cancel(self, number: int) -> None:
        """Give a transfer up; nobody hears of it any more."""
        if self._ears.pop(number, None) is not None:
            self._effects.add(CancelTransfer(number))

    def finished(self, event: TransferFinished, now: Moment) -> None:
        """A file has arrived."""
        ear = self._ears.pop(event.transfer, None)
        if ear is not None:
            ear.finished(event.content, now)

    def failed(self, event: TransferFailed, now: Moment) -> None:
        """A file has not arrived."""
        ear = self._ears.pop(event.transfer, None)
        if ear is not None:
            ear.failed(event.reason, now)


class Attempts:
    """One file that has to get through: tried at once, and again while patience lasts.

    Args:
        transfers: carries the file.
        start: makes the effect that starts one attempt.
        patience: of the request.
        finished: told the content of what arrived, empty for an upload.
        given_up: told why the last attempt failed.
        effects: notes of the failures that are not the last.
    """

    __slots__ = ("_due_s", "_effects", "_failures", "_finished", "_given_up", "_number", "_patience", "_start",
                 "_transfers")  # fmt: skip

    def __init__(
        self,
        transfers: Transfers,
        start: Callable[[int], StartDownload | StartUpload],
        patience: Patience,
        finished: Callable[[bytes, Moment], None],
        given_up: Callable[[str, Moment], None],
        effects: Effects,
    ) -> None:
        self._transfers = transfers
        self._start = start
        self._patience = patience
        self._finished = finished
        self._given_up = given_up
        self._effects = effects
        self._failures = 0
        self._number: int | None = None
        self._due_s: float | None = 0.0

    @property
    def deadline_s(self) -> float | None:
        """When to try again; None while a transfer is on its way."""
        return self._due_s

    def settle(self, now: Moment) -> None:
        """Start the next attempt if it is due."""
        if self._due_s is not None and now.s >= self._due_s:
            self._due_s = None
            self._number = self._transfers.start(self._start, self._finished, self._failed)

    def cancel(self) -> None:
        """Give up without a word."""
        self._due_s = None
        if self._number is not None:
            self._transfers.cancel(self._number)

    def _failed(self, reason: str, now: Moment) -> None:
        self._failures += 1
        if self._failures > self._patience.retries:
            self._given_up(reason, now)
            return
        self._due_s = now.s + self._patience.interval_s
        self._effects.note("transfer failed", reason=reason, next_attempt_s=self._patience.interval_s)
