"""Knows which steps of a long job the central system has not heard of yet (FW-03, DG-03, DG-07)."""

from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import Generic, TypeVar

import msgspec

from contactor.ocpp.enumerations import DiagnosticsStatus, SignedFirmwareStatus
from contactor.ocpp.messages import Request, Result
from contactor.station.calls import Calls, Errand, Failure, FailureKind
from contactor.station.events import Moment
from contactor.station.present import Present
from contactor.station.store.port import Shelf, Store

S = TypeVar("S", DiagnosticsStatus, SignedFirmwareStatus)


class _Untold(msgspec.Struct, frozen=True):
    statuses: list[str]
    requests: list[int | None] = []
    """The number of the request each is about, where requests have one."""


UNTOLD: Mapping[type[DiagnosticsStatus | SignedFirmwareStatus], Shelf[_Untold]] = {
    DiagnosticsStatus: Shelf("DiagnosticsStatus untold", _Untold),
    SignedFirmwareStatus: Shelf("FirmwareStatus untold", _Untold),
}


class Progress(Generic[S]):
    """Tells steps in order, one at a time; of those that a lost line held up only the newest is told.

    What is untold outlives a power cut: the central system waits for the end of what it has asked for.
    """

    __slots__ = ("_calls", "_message", "_on_the_way", "_present", "_shelf", "_store", "_untold")

    def __init__(
        self,
        store: Store,
        kind: type[S],
        message: Callable[[S, int | None], Request],
        calls: Calls,
        present: Present,
    ) -> None:
        self._store = store
        self._shelf = UNTOLD[kind]
        self._message: Callable[[S, int | None], Request] = message
        self._calls = calls
        self._present = present
        kept = self._shelf.records(store).get("untold")
        told: list[tuple[str, int | None]] = [] if kept is None else list(zip_longest(kept.statuses, kept.requests))
        self._untold: list[tuple[S, int | None]] = [(kind(text), request) for text, request in told]
        self._on_the_way = False

    @property
    def newest_untold(self) -> S | None:
        """The last step that the central system has not confirmed."""
        return self._untold[-1][0] if self._untold else None

    def step(self, status: S, request: int | None = None) -> None:
        """The job has come to a new step; `request` is the number of what asked for it, if it has one."""
        self._untold.append((status, request))
        self._keep()

    def settle(self) -> None:
        """Send the next step if that is possible now."""
        if self._on_the_way or not self._untold:
            return
        if self._present.is_online:
            self._on_the_way = True
            self._calls.put(Errand(self._message(*self._untold[0]), self._told, self._failed))
        elif len(self._untold) > 1:
            del self._untold[:-1]
            self._keep()

    def _told(self, _result: Result, _now: Moment) -> None:
        self._on_the_way = False
        del self._untold[0]
        self._keep()

    def _failed(self, failure: Failure, _now: Moment) -> None:
        self._on_the_way = False
        if failure.kind in (FailureKind.REFUSED, FailureKind.TIMED_OUT):
            # A refusal was heard, and silence is not asked twice: there are newer things to say (ERR-13).
            del self._untold[0]
            self._keep()

    def _keep(self) -> None:
        if self._untold:
            statuses, requests = zip(*self._untold, strict=True)
            self._shelf.put(self._store, "untold", _Untold([str(each) for each in statuses], list(requests)))
        else:
            self._shelf.delete(self._store, "untold")
