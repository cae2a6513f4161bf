"""Knows which connectors may be used, and which change waits for a transaction to end (AVL-01..11)."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from contactor.base.ids import ConnectorId
from contactor.ocpp.enumerations import AvailabilityStatus, AvailabilityType
from contactor.station.connector import Connector
from contactor.station.store.port import Shelf, Store
from contactor.station.transactions import Transactions

STATION = ConnectorId(0)


class _Flag(msgspec.Struct):
    is_operative: bool = True
    scheduled: bool | None = None


_AVAILABILITY = Shelf("availability", _Flag)
_NEVER_CHANGED = _Flag()


class Keeper(Protocol):
    """Who may keep a connector out of use for a while."""

    def holds(self, connector_id: ConnectorId) -> bool:
        """Whether it does."""
        ...


class Availability:
    """One flag for the station and one for each connector; both must be up for a connector to be operative.

    A flag is there once somebody has changed it.
    `keeper` tells of connectors that the station itself keeps out of use.
    """

    __slots__ = ("_connectors", "_flags", "_store", "_transactions", "keeper")

    def __init__(
        self,
        store: Store,
        connectors: Mapping[ConnectorId, Connector],
        transactions: Transactions,
    ) -> None:
        self._store = store
        kept = {int(key): flag for key, flag in _AVAILABILITY.records(store).items()}
        self._flags = {each: kept[each] for each in (STATION, *connectors) if each in kept}
        self._connectors = connectors
        self._transactions = transactions
        self.keeper: Keeper | None = None

    def is_operative(self, connector_id: ConnectorId) -> bool:
        """Whether a connector is in service as far as the central system is concerned.

        One whose change waits for its driver to leave still is, even when the station's own flag went down before.
        """
        flag = self._flag(connector_id)
        return flag.is_operative and (self._flag(STATION).is_operative or flag.scheduled is not None)

    def is_usable(self, connector_id: ConnectorId) -> bool:
        """Whether a connector is operative, and not held by the station itself for a while (FW-07, ST-11)."""
        return self.is_operative(connector_id) and not self._is_held(connector_id)

    def admits(self, connector_id: ConnectorId) -> bool:
        """Whether a new charge may begin: in service, and not about to be taken out of it."""
        flag = self._flag(connector_id)
        in_service = self._flag(STATION).is_operative and flag.is_operative and flag.scheduled is None
        return in_service and not self._is_held(connector_id)

    def change(self, connector_id: int, kind: AvailabilityType) -> AvailabilityStatus:
        """Judge and carry out, or schedule, a ChangeAvailability."""
        wanted = kind is AvailabilityType.OPERATIVE
        if connector_id not in (STATION, *self._connectors):
            return AvailabilityStatus.REJECTED
        if connector_id == STATION:
            answers = [self._change_one(each, wanted=wanted) for each in self._connectors]
            answers.append(self._change_one(STATION, wanted=wanted))
        else:
            answers = [self._change_one(ConnectorId(connector_id), wanted=wanted)]
        scheduled = AvailabilityStatus.SCHEDULED in answers
        return AvailabilityStatus.SCHEDULED if scheduled else AvailabilityStatus.ACCEPTED

    def settle(self) -> None:
        """Carry out what was scheduled and need not wait any longer."""
        for connector_id, flag in self._flags.items():
            # The driver first takes the cable off, then the connector goes out of service (F8).
            is_left = connector_id == STATION or not self._connectors[connector_id].is_over
            if flag.scheduled is not None and is_left and not self._waits(connector_id):
                flag.is_operative, flag.scheduled = flag.scheduled, None
                self._keep(connector_id)

    def _is_held(self, connector_id: ConnectorId) -> bool:
        return self.keeper is not None and self.keeper.holds(connector_id)

    def _flag(self, connector_id: ConnectorId) -> _Flag:
        return self._flags.get(connector_id, _NEVER_CHANGED)

    def _change_one(self, connector_id: ConnectorId, *, wanted: bool) -> AvailabilityStatus:
        flag = self._flags.setdefault(connector_id, _Flag())
        # Only taking out of service has to wait; and asking for what is cancels what was scheduled (AVL-06).
        must_wait = not wanted and flag.is_operative and self._waits(connector_id)
        flag.scheduled = wanted if must_wait else None
        if not must_wait:
            flag.is_operative = wanted
        self._keep(connector_id)
        return AvailabilityStatus.SCHEDULED if must_wait else AvailabilityStatus.ACCEPTED

    def _waits(self, connector_id: ConnectorId) -> bool:
        if connector_id == STATION:
            return self._transactions.open_count > 0
        return self._transactions.open_on(connector_id) is not None

    def _keep(self, connector_id: ConnectorId) -> None:
        _AVAILABILITY.put(self._store, str(connector_id), self._flags[connector_id])
