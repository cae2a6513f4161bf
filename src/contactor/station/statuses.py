"""Derives every connector's status from what all parts know of it, and has changes reported."""

from collections.abc import Mapping

from contactor.base.ids import ConnectorId
from contactor.ocpp.enumerations import ChargePointStatus
from contactor.station.access import Access
from contactor.station.availability import Availability
from contactor.station.connector import Connector
from contactor.station.events import Moment
from contactor.station.faults import Faults
from contactor.station.metering import Metering
from contactor.station.reservations import Reservations
from contactor.station.reset import Reset
from contactor.station.smart_charging.smart_charging import SmartCharging
from contactor.station.status_matrix import Facts
from contactor.station.status_reports import EV_SIDE_DISCONNECTED, StatusReports
from contactor.station.transactions import Transactions

STATION = ConnectorId(0)


class Statuses:
    """Collects the facts of each connector; the matrix decides, the reports tell."""

    __slots__ = ("_access", "_availability", "_connectors", "_faults", "_metering", "_reports", "_reservations",
                 "_reset", "_smart_charging", "_transactions")  # fmt: skip

    def __init__(
        self,
        connectors: Mapping[ConnectorId, Connector],
        transactions: Transactions,
        faults: Faults,
        availability: Availability,
        reservations: Reservations,
        access: Access,
        smart_charging: SmartCharging,
        metering: Metering,
        reset: Reset,
        reports: StatusReports,
    ) -> None:
        self._connectors = connectors
        self._transactions = transactions
        self._faults = faults
        self._availability = availability
        self._reservations = reservations
        self._access = access
        self._smart_charging = smart_charging
        self._metering = metering
        self._reset = reset
        self._reports = reports

    def settle(self, now: Moment) -> None:
        """Bring every connector, and the station as a whole, to the status that follows from the facts."""
        for connector in self._connectors.values():
            self.settle_one(connector, now)
        self._settle_station(now)
        self._reports.settle(now)

    def settle_one(self, connector: Connector, now: Moment, remark: str | None = None) -> None:
        """Bring one connector to its status; `remark` goes into `info`."""
        transaction = self._transactions.open_on(connector.id)
        facts = Facts(
            is_faulted=self._faults.is_faulted(connector.id),
            is_operative=self._availability.is_usable(connector.id),
            is_reserved=self._reservations.is_reserved(connector.id),
            is_expected=self._access.claimant(connector.id) is not None,
            in_transaction=transaction is not None,
            is_held_back=transaction is not None
            and (transaction.is_held_back or self._smart_charging.holds_back(connector)),
        )
        if transaction is not None and not connector.is_plugged:
            remark = EV_SIDE_DISCONNECTED  # ST-07
        error = self._faults.newest_error(connector.id)
        passed = connector.settle(facts, now)
        for status in passed:
            self._reports.changed(connector.id, status, now, error=error, remark=remark)
        if not passed:
            # A car that leaves a paused charge changes no status, and is told all the same (ST-07).
            says_more = remark if connector.status is ChargePointStatus.SUSPENDED_EV else None
            self._reports.remain(connector.id, now, error=error, remark=says_more)
        elif transaction is not None:
            self._metering.note_life(transaction, now)  # PW-05

    def _settle_station(self, now: Moment) -> None:
        """Connector 0 is Available, Unavailable or Faulted, whatever the connectors are (ST-02)."""
        status = ChargePointStatus.AVAILABLE
        if self._faults.is_faulted(STATION):
            status = ChargePointStatus.FAULTED
        elif not self._availability.is_operative(STATION):
            status = ChargePointStatus.UNAVAILABLE
        error = self._reset.error or self._faults.newest_error(STATION)
        self._reports.changed(STATION, status, now, error=error)
