"""One connector: what is physically so at its outlet, and the status that follows."""

from dataclasses import dataclass
from datetime import datetime

from contactor.base.ids import ConnectorId, OutletNumber
from contactor.ocpp.enumerations import ChargePointStatus as Status
from contactor.station.events import Moment
from contactor.station.status_matrix import Energy, Facts, route, status_of
from contactor.station.store.port import Shelf, Store


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a charge that is over came to."""

    energy_wh: int
    elapsed_s: float


_VISIT_OVER = Shelf("visit_over", bool)


class Connector:
    """The state of one connector that belongs to nobody else.

    `receipt` tells the driver of the last charge of the visit.
    """

    __slots__ = ("_has_begun", "_is_over", "_store", "changed_at", "energy", "id", "is_plugged", "outlet",
                 "plugged_since_s", "receipt", "status")  # fmt: skip

    def __init__(self, number: int, instant: datetime, store: Store) -> None:
        self.id = ConnectorId(number)
        self.outlet = OutletNumber(number)
        self.is_plugged = False
        self.plugged_since_s = 0.0
        self._store = store
        self._is_over = _VISIT_OVER.records(store).get(str(number), False)
        self.receipt: Receipt | None = None
        self.energy = Energy.OFF
        self.status = Status.AVAILABLE
        self.changed_at = instant
        self._has_begun = False

    @property
    def is_over(self) -> bool:
        """Whether the visit has ended while the car stays connected: the driver still has to unplug (Finishing).

        It outlasts a power cut, so that a car whose charge is over does not begin another one by itself.
        """
        return self._is_over

    @is_over.setter
    def is_over(self, is_over: bool) -> None:
        if is_over != self._is_over:
            self._is_over = is_over
            _VISIT_OVER.put(self._store, str(self.id), is_over)

    def find_plugged(self, now: Moment) -> None:
        """A car is there when the software starts."""
        self.is_plugged = True
        self.plugged_since_s = now.s

    def plug(self, now: Moment) -> None:
        """A car was connected: a new visit begins."""
        self.is_plugged = True
        self.is_over = False
        self.plugged_since_s = now.s

    def unplug(self) -> None:
        """The car is gone, and with it the visit and the current."""
        self.is_plugged = False
        self.is_over = False
        self.receipt = None
        self.energy = Energy.OFF

    def settle(self, facts: Facts, now: Moment) -> tuple[Status, ...]:
        """Take the status that the facts demand; return every status passed on the way, the new one last.

        The connector adds what it knows itself to `facts`.
        """
        self._has_begun = facts.in_transaction and (self._has_begun or self.status in _BEGUN)
        status = status_of(
            facts._replace(
                is_plugged=self.is_plugged, is_over=self.is_over, has_begun=self._has_begun, energy=self.energy
            )
        )
        passed = route(self.status, status)
        if passed:
            self.status = status
            self.changed_at = now.instant
        return passed


_BEGUN = frozenset({Status.CHARGING, Status.SUSPENDED_EV, Status.SUSPENDED_EVSE})
