"""Begins and ends a charge at a connector: transaction, energy and samples together.

An end has two steps. First the current stops, which takes the hardware a moment; only when it says so is the meter
read and the transaction closed, so that meterStop has every watt-hour that went through the cable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contactor.base.ids import ConnectorId, IdTag
from contactor.hardware.commands import AllowEnergy, StopEnergy
from contactor.hardware.port import Hardware
from contactor.ocpp.enumerations import StopReason
from contactor.station.connector import Connector, Receipt
from contactor.station.effects import Effects
from contactor.station.events import Moment
from contactor.station.metering import Metering
from contactor.station.status_matrix import Energy
from contactor.station.transactions import Transaction, Transactions

ENERGY_OFF_WAIT_S = 5.0
"""How long the hardware may take to stop the current; after that the transaction is closed without its word."""


@dataclass(frozen=True, slots=True)
class _Ending:
    """A transaction whose current is being stopped."""

    reason: StopReason
    id_tag: IdTag | None
    deadline_s: float


class Charging:
    """The one place where transactions open and close."""

    __slots__ = ("_connectors", "_effects", "_ending", "_hardware", "_metering", "_transactions")

    def __init__(
        self,
        connectors: Mapping[ConnectorId, Connector],
        hardware: Hardware,
        transactions: Transactions,
        metering: Metering,
        effects: Effects,
    ) -> None:
        self._connectors = connectors
        self._ending: dict[ConnectorId, _Ending] = {}
        self._hardware = hardware
        self._transactions = transactions
        self._metering = metering
        self._effects = effects

    def open_on(self, connector_id: ConnectorId) -> Transaction | None:
        """The open transaction of a connector."""
        return self._transactions.open_on(connector_id)

    def begin(
        self, connector: Connector, id_tag: IdTag, parent: str | None, now: Moment, reservation_id: int | None = None
    ) -> None:
        """Open a transaction for a car that is connected, and let energy flow."""
        assert connector.is_plugged
        register_wh = self._hardware.read(connector.outlet).register_wh
        transaction = self._transactions.start(connector.id, id_tag, parent, register_wh, now, reservation_id)
        self._metering.transaction_started(transaction, now)
        self._metering.note_begin(transaction, now)
        connector.is_over = False
        connector.receipt = None
        self._let_flow(connector)
        self._effects.note("transaction started", connector=connector.id, id_tag=id_tag, meter_wh=register_wh)

    def end(self, connector: Connector, reason: StopReason, now: Moment, id_tag: IdTag | None = None) -> None:
        """Stop the connector's energy, and close its transaction when the current is off; the first reason counts."""
        assert self._transactions.open_on(connector.id) is not None
        if connector.id in self._ending:
            return
        self._ending[connector.id] = _Ending(reason, id_tag, now.s + ENERGY_OFF_WAIT_S)
        self._effects.add(StopEnergy(connector.outlet))

    def energy_is_off(self, connector: Connector, now: Moment) -> None:
        """The current has stopped: close what was ending."""
        connector.energy = Energy.OFF
        ending = self._ending.pop(connector.id, None)
        transaction = self._transactions.open_on(connector.id)
        if ending is not None and transaction is not None:
            self._finish(connector, transaction, ending.reason, ending.id_tag, now)

    def end_unplugged(self, connector: Connector, now: Moment) -> None:
        """Close a transaction whose car has been pulled off; the hardware cut the current before it told (STP-06)."""
        transaction = self._transactions.open_on(connector.id)
        assert transaction is not None
        ending = self._ending.pop(connector.id, None)
        # A stop that was on its way keeps its reason: the driver pulled the cable because the charge was over.
        reason = StopReason.EV_DISCONNECTED if ending is None else ending.reason
        self._finish(connector, transaction, reason, ending.id_tag if ending else None, now)

    def settle(self, now: Moment) -> None:
        """Close what the hardware does not confirm in time."""
        for connector_id in [each for each, ending in self._ending.items() if ending.deadline_s <= now.s]:
            self.energy_is_off(self._connectors[connector_id], now)

    @property
    def deadline_s(self) -> float | None:
        """When an end is no longer waited for."""
        return min((ending.deadline_s for ending in self._ending.values()), default=None)

    @property
    def is_ending(self) -> bool:
        """Whether some transaction is about to close."""
        return bool(self._ending)

    def end_interrupted(self, transaction: Transaction, connector: Connector, reason: StopReason) -> None:
        """Close a transaction that an earlier life left open, as of its last sign of life (PW-01, PW-03).

        The meter keeps counting without the software, so it knows what was delivered up to the cut.
        """
        register_wh = self._hardware.read(connector.outlet).register_wh
        self._close(transaction, reason, register_wh, transaction.alive_at, None)
        self._end_visit(connector, transaction)

    def end_orphaned(self, transaction: Transaction, connector: Connector, reason: StopReason, now: Moment) -> None:
        """End a transaction of an earlier life whose current flows to this moment: the software alone was away."""
        self._metering.transaction_started(transaction, now)
        self.end(connector, reason, now)

    def resume(self, connector: Connector) -> None:
        """Energy may flow again in the open transaction, for instance for a car that was plugged in anew (STP-07)."""
        transaction = self._transactions.open_on(connector.id)
        if transaction is not None and not transaction.is_held_back and connector.id not in self._ending:
            self._let_flow(connector)

    def hold_back(self, transaction: Transaction, connector: Connector) -> None:
        """Stop the energy and keep the transaction open (TX-04 with StopTransactionOnInvalidId false)."""
        self._transactions.hold_back(transaction)
        self._effects.add(StopEnergy(connector.outlet))
        connector.energy = Energy.OFF

    def _let_flow(self, connector: Connector) -> None:
        connector.energy = Energy.STARTING
        self._effects.add(AllowEnergy(connector.outlet))

    def _finish(
        self, connector: Connector, transaction: Transaction, reason: StopReason, id_tag: IdTag | None, now: Moment
    ) -> None:
        register_wh = self._hardware.read(connector.outlet).register_wh
        self._close(transaction, reason, register_wh, now.instant, id_tag)
        connector.energy = Energy.OFF
        self._end_visit(connector, transaction)

    def _end_visit(self, connector: Connector, transaction: Transaction) -> None:
        connector.is_over = connector.is_plugged
        if not connector.is_plugged:
            return  # nobody is left to read it
        connector.receipt = Receipt(
            energy_wh=transaction.register_wh - transaction.meter_start_wh,
            elapsed_s=(transaction.alive_at - transaction.started_at).total_seconds(),
        )

    def _close(
        self, transaction: Transaction, reason: StopReason, register_wh: int, instant: datetime, id_tag: IdTag | None
    ) -> None:
        data = self._metering.transaction_stopped(transaction, instant)
        self._transactions.stop(transaction, reason, register_wh, instant, id_tag, data)
        self._effects.note(
            "transaction stopped",
            connector=transaction.connector_id,
            id_tag=transaction.id_tag,
            reason=str(reason),
            energy_wh=transaction.register_wh - transaction.meter_start_wh,
        )
