"""Keeps the promises made to people who are on their way: what is kept for whom, and until when (RSV-01..17)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

import msgspec

from contactor.base.ids import ConnectorId, IdTag, same_tag
from contactor.ocpp.enumerations import CancelReservationStatus, ReservationStatus
from contactor.ocpp.messages import CancelReservation, CancelReservationResult, ReserveNow, ReserveNowResult
from contactor.station.authorization import same_group
from contactor.station.availability import Availability
from contactor.station.connector import Connector
from contactor.station.effects import Effects
from contactor.station.events import Moment
from contactor.station.faults import Faults
from contactor.station.present import Present
from contactor.station.reply import Reply, Rows
from contactor.station.store.port import Shelf, Store
from contactor.station.transactions import Transactions

STATION = ConnectorId(0)


class Reservation(msgspec.Struct, frozen=True):
    """One promise; connector 0 stands for some connector, whichever it will be (RSV-09)."""

    number: int
    connector_id: ConnectorId
    id_tag: IdTag
    expires_at: datetime
    parent: str | None = None

    def is_for(self, id_tag: IdTag, parent: str | None) -> bool:
        """Whether a badge, with the parent known of it, is the one this was promised to (RSV-07)."""
        return same_tag(self.id_tag, id_tag) or same_group(self.parent, parent)


class Claim(Enum):
    """What a badge may do at a connector as far as reservations are concerned."""

    FREE = auto()
    """Nothing is promised there."""
    OWN = auto()
    """It is kept for this very badge."""
    BY_PARENT = auto()
    """It is kept for another one; this one may share its parent, which is still to be found out (RSV-08)."""
    REFUSED = auto()


@dataclass(frozen=True, slots=True)
class Claimant:
    """Whoever a connector waits for already: a badge, and its parent as far as it is known."""

    id_tag: IdTag
    parent: str | None


_RESERVATIONS = Shelf("reservations", Reservation)


class Reservations:
    """Every promise by its number, over power cuts.

    Args:
        store: where promises survive (RSV-17).
        connectors: every connector, by id.
        faults: which of them are out of order.
        availability: which of them are out of service.
        transactions: which of them are charging.
        claimant: whom a connector waits for, None if for nobody.
        effects: told of promises that end.
        present: now, by the station's clock.
    """

    __slots__ = ("_availability", "_claimant", "_connectors", "_deadline_s", "_effects", "_faults",
                 "_present", "_promises", "_store", "_transactions")  # fmt: skip

    def __init__(
        self,
        store: Store,
        connectors: Mapping[ConnectorId, Connector],
        faults: Faults,
        availability: Availability,
        transactions: Transactions,
        claimant: Callable[[ConnectorId], Claimant | None],
        effects: Effects,
        present: Present,
    ) -> None:
        self._store = store
        self._connectors = connectors
        self._faults = faults
        self._availability = availability
        self._transactions = transactions
        self._claimant = claimant
        self._effects = effects
        self._present = present
        self._promises = {promise.number: promise for promise in _RESERVATIONS.records(store).values()}
        self._deadline_s: float | None = None

    @property
    def rows(self) -> Rows:
        """The requests of the Reservation profile."""
        return {ReserveNow: self._reserve_now, CancelReservation: self._cancel}

    @property
    def deadline_s(self) -> float | None:
        """When the next promise expires."""
        return self._deadline_s

    def settle(self, now: Moment) -> None:
        """End what has expired, and what cannot be kept because its place is out of order or service (RSV-12)."""
        if not self._promises:
            self._deadline_s = None
            return
        for promise in list(self._promises.values()):
            if promise.expires_at <= now.instant:
                self._end(promise, "expired")
            elif not self._can_be_kept(promise):
                self._end(promise, "out of service")
        left_s = ((promise.expires_at - now.instant).total_seconds() for promise in self._promises.values())
        self._deadline_s = min((now.s + each_s for each_s in left_s), default=None)

    # What others ask

    def promises(self) -> list[Reservation]:
        """Every promise, in the order in which they were made."""
        return list(self._promises.values())

    def is_reserved(self, connector_id: ConnectorId) -> bool:
        """Whether a connector is kept for somebody who has not come yet."""
        return bool(self._promises) and connector_id in self._kept(self._promises.values())

    def reserved_until(self, connector_id: ConnectorId) -> datetime | None:
        """When a connector is anybody's again; None if nobody has it."""
        return min((promise.expires_at for promise in self._holding(connector_id)), default=None)

    def claim(self, connector_id: ConnectorId, id_tag: IdTag) -> Claim:
        """Judge a badge by its text alone."""
        holding = self._holding(connector_id)
        if not holding:
            return Claim.FREE
        if any(same_tag(promise.id_tag, id_tag) for promise in holding):
            return Claim.OWN
        return Claim.BY_PARENT if any(promise.parent is not None for promise in holding) else Claim.REFUSED

    def admits(self, connector_id: ConnectorId, id_tag: IdTag, parent: str | None) -> bool:
        """Whether a badge may start a charge at a connector, now that its parent is known or known to be none."""
        holding = self._holding(connector_id)
        return not holding or any(promise.is_for(id_tag, parent) for promise in holding)

    def use(self, connector_id: ConnectorId, id_tag: IdTag, parent: str | None) -> int | None:
        """End the promise that a charge beginning now fulfils, and return its number (RSV-11)."""
        for place in (connector_id, STATION):
            for promise in self._promises.values():
                if promise.connector_id == place and promise.is_for(id_tag, parent):
                    self._end(promise, "used")
                    return promise.number
        return None

    # ReserveNow and CancelReservation

    def _reserve_now(self, request: ReserveNow) -> Reply:
        wanted = Reservation(
            number=request.reservation_id,
            connector_id=ConnectorId(request.connector_id),
            id_tag=request.id_tag,
            expires_at=request.expiry_date,
            parent=None if request.parent_id_tag is msgspec.UNSET else request.parent_id_tag,
        )
        status = self._judge(wanted)
        if status is ReservationStatus.ACCEPTED:
            self._promises[wanted.number] = wanted  # in place of one with the same number (RSV-02)
            _RESERVATIONS.put(self._store, str(wanted.number), wanted)
        return Reply(ReserveNowResult(status=status))

    def _cancel(self, request: CancelReservation) -> Reply:
        promise = self._promises.get(request.reservation_id)
        if promise is None:
            return Reply(CancelReservationResult(status=CancelReservationStatus.REJECTED))
        self._end(promise, "cancelled")
        return Reply(CancelReservationResult(status=CancelReservationStatus.ACCEPTED))

    def _judge(self, wanted: Reservation) -> ReservationStatus:
        is_known = wanted.connector_id == STATION or wanted.connector_id in self._connectors
        if not is_known or wanted.expires_at <= self._present.now.instant:
            return ReservationStatus.REJECTED  # RSV-05
        others = [promise for promise in self._promises.values() if promise.number != wanted.number]
        if wanted.connector_id == STATION:
            return self._judge_anywhere(others)
        return self._judge_place(wanted.connector_id, others)

    def _judge_place(self, connector_id: ConnectorId, others: Sequence[Reservation]) -> ReservationStatus:
        """Judge one connector (RSV-03, RSV-04)."""
        if self._is_faulted(connector_id):
            return ReservationStatus.FAULTED
        if not self._availability.is_usable(connector_id):
            return ReservationStatus.UNAVAILABLE
        if self._is_occupied(connector_id) or connector_id in self._kept(others):
            return ReservationStatus.OCCUPIED
        return ReservationStatus.ACCEPTED

    def _judge_anywhere(self, others: Sequence[Reservation]) -> ReservationStatus:
        """Judge a promise of any connector: one more must be there than were promised already (RSV-10)."""
        if self._faults.is_faulted(STATION):
            return ReservationStatus.FAULTED
        if not self._availability.is_operative(STATION):
            return ReservationStatus.UNAVAILABLE
        certain = [promise for promise in others if promise.connector_id != STATION]
        answers = [self._judge_place(connector_id, certain) for connector_id in self._connectors]
        if answers.count(ReservationStatus.ACCEPTED) > self._promised_anywhere(others):
            return ReservationStatus.ACCEPTED
        if ReservationStatus.ACCEPTED in answers or ReservationStatus.OCCUPIED in answers:
            return ReservationStatus.OCCUPIED
        return ReservationStatus.FAULTED if ReservationStatus.FAULTED in answers else ReservationStatus.UNAVAILABLE

    # What is kept

    def _holding(self, connector_id: ConnectorId) -> list[Reservation]:
        """The promises for which a connector is kept: its own, or those of any connector if it is needed for them."""
        if not self.is_reserved(connector_id):
            return []
        own = [promise for promise in self._promises.values() if promise.connector_id == connector_id]
        return own or [promise for promise in self._promises.values() if promise.connector_id == STATION]

    def _kept(self, promises: Collection[Reservation]) -> set[ConnectorId]:
        """The connectors that show Reserved: those promised by number, and the last ones left for the others."""
        certain = {promise.connector_id for promise in promises if promise.connector_id != STATION}
        promised = self._promised_anywhere(promises)
        left = [each for each in self._connectors.values() if each.id not in certain and self._could_serve(each.id)]
        free = [each.id for each in left if not each.is_plugged]
        if not promised or len(free) > promised:
            return certain
        # Where a car stands, its driver may be the one expected. Whoever came last found the sign up already.
        plugged = sorted((each for each in left if each.is_plugged), key=lambda each: -each.plugged_since_s)
        return certain | set([*free, *(each.id for each in plugged)][:promised])

    def _promised_anywhere(self, promises: Collection[Reservation]) -> int:
        """How many promises of any connector are open; one whose owner is waited for by name is as good as kept."""
        claimants = [claimant for each in self._connectors if (claimant := self._claimant(each)) is not None]
        return sum(
            promise.connector_id == STATION
            and not any(promise.is_for(claimant.id_tag, claimant.parent) for claimant in claimants)
            for promise in promises
        )

    def _could_serve(self, connector_id: ConnectorId) -> bool:
        return (
            not self._is_faulted(connector_id)
            and self._availability.is_operative(connector_id)
            and self._transactions.open_on(connector_id) is None
            and self._claimant(connector_id) is None
        )

    def _is_occupied(self, connector_id: ConnectorId) -> bool:
        return (
            self._connectors[connector_id].is_plugged
            or self._transactions.open_on(connector_id) is not None
            or self._claimant(connector_id) is not None
        )

    def _is_faulted(self, connector_id: ConnectorId) -> bool:
        return self._faults.is_faulted(connector_id) or self._faults.is_faulted(STATION)

    def _can_be_kept(self, promise: Reservation) -> bool:
        places = [promise.connector_id] if promise.connector_id != STATION else list(self._connectors)
        return any(not self._is_faulted(each) and self._availability.is_operative(each) for each in places)

    def _end(self, promise: Reservation, reason: str) -> None:
        del self._promises[promise.number]
        _RESERVATIONS.delete(self._store, str(promise.number))
        self._effects.note("reservation ended", number=promise.number, connector=promise.connector_id, reason=reason)
