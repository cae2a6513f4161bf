"""Judges remote starts and stops (RA-1..10, RS-01..10)."""

from collections.abc import Callable, Mapping

import msgspec

from contactor.base.ids import ConnectorId, IdTag
from contactor.ocpp.enumerations import RemoteStartStopStatus, StopReason
from contactor.ocpp.messages import RemoteStartTransaction
from contactor.station.access import Access
from contactor.station.charging import Charging
from contactor.station.configuration import Configuration
from contactor.station.connector import Connector
from contactor.station.events import Moment
from contactor.station.keys import Key
from contactor.station.present import Present
from contactor.station.smart_charging.smart_charging import SmartCharging
from contactor.station.transactions import Transactions


class RemoteControl:
    """Decides which connector a remote start means; carrying it out comes after the answer (RPC-15)."""

    __slots__ = ("_access", "_can_charge", "_charging", "_configuration", "_connectors", "_present",
                 "_smart_charging", "_transactions")  # fmt: skip

    def __init__(
        self,
        configuration: Configuration,
        connectors: Mapping[ConnectorId, Connector],
        transactions: Transactions,
        access: Access,
        charging: Charging,
        smart_charging: SmartCharging,
        can_charge: Callable[[ConnectorId], bool],
        present: Present,
    ) -> None:
        self._configuration = configuration
        self._connectors = connectors
        self._transactions = transactions
        self._access = access
        self._charging = charging
        self._smart_charging = smart_charging
        self._can_charge = can_charge
        self._present = present

    def target(self, request: RemoteStartTransaction) -> ConnectorId | None:
        """The connector a remote start will use, or wait at; None if it must be rejected.

        The lowest wins (D-29), unless another one is reserved for this very tag.
        """
        candidates = [each for each in self._free(request.id_tag) if request.connector_id in (msgspec.UNSET, each)]
        candidates.sort(key=lambda each: not self._access.is_kept_for(each, request.id_tag))
        plugged = [each for each in candidates if self._connectors[each].is_plugged]  # RA-1, RA-6, RA-7
        may_wait = self._configuration.flag(Key.ENABLE_REMOTE_START_NO_CONNECTED_EV)
        target = next(iter(plugged or (candidates if may_wait else [])), None)
        if target is None or request.charging_profile is msgspec.UNSET:
            return target
        return target if self._smart_charging.takes_at_start(target, request.charging_profile) else None

    def start(self, connector_id: ConnectorId, request: RemoteStartTransaction, now: Moment) -> None:
        """Carry out an accepted remote start."""
        self._access.expect(
            connector_id,
            request.id_tag,
            now,
            authorise=self._configuration.flag(Key.AUTHORIZE_REMOTE_TX_REQUESTS),
            may_move=request.connector_id is msgspec.UNSET,
            profile=None if request.charging_profile is msgspec.UNSET else request.charging_profile,
        )

    def judge_stop(self, central_id: int) -> RemoteStartStopStatus:
        """Accepted if the transaction is open here (RS-09)."""
        known = self._transactions.open_with_central_id(central_id) is not None
        return RemoteStartStopStatus.ACCEPTED if known else RemoteStartStopStatus.REJECTED

    def stop(self, central_id: int, now: Moment) -> None:
        """Carry out an accepted remote stop."""
        transaction = self._transactions.open_with_central_id(central_id)
        if transaction is not None:
            self._charging.end(self._connectors[transaction.connector_id], StopReason.REMOTE, now)

    def _free(self, id_tag: IdTag) -> list[ConnectorId]:
        """Connectors that could take a start now, lowest first (RS-03, RS-07, RSV-14)."""
        return [
            each
            for each in self._connectors
            if self._can_charge(each)
            and self._transactions.open_on(each) is None
            and not self._access.is_expected(each)
            and self._access.may_claim(each, id_tag, self._present.now)
        ]
