"""StartTransaction and StopTransaction: handed to the ledger, whose word is the answer."""

from dataclasses import dataclass

from msgspec import UNSET
from sqlalchemy import Connection

from contactor.central import ledger
from contactor.central.plan import Caller, Do, Plan
from contactor.central.readings import Metering
from contactor.ocpp.messages import StartTransaction, StartTransactionResult, StopTransaction, StopTransactionResult


@dataclass(frozen=True, slots=True)
class Transactions:
    """Starts and stops; a stop may bring readings with it."""

    metering: Metering

    def start(self, caller: Caller, request: StartTransaction) -> Plan:
        """Record the start."""
        is_guessed = caller.guessed("StartTransaction.timestamp")

        def work(connection: Connection) -> StartTransactionResult:
            return ledger.record_start(
                connection, caller.station_id, request, caller.received_at, is_time_guessed=is_guessed
            )

        return Do(work)

    def stop(self, caller: Caller, request: StopTransaction) -> Plan:
        """Record the stop, and the readings in its transactionData like any others."""
        is_guessed = caller.guessed("StopTransaction.timestamp")

        def work(connection: Connection) -> StopTransactionResult:
            self._record_readings(connection, caller, request)
            return ledger.record_stop(
                connection, caller.station_id, request, caller.received_at, is_time_guessed=is_guessed
            )

        return Do(work)

    def _record_readings(self, connection: Connection, caller: Caller, request: StopTransaction) -> None:
        if request.transaction_data is UNSET:
            return
        connector_id = ledger.connector_of(connection, caller.station_id, request.transaction_id)
        parts = self.metering.rows(
            caller.station_id, request.transaction_id, connector_id, request.transaction_data, caller.received_at
        )
        for part in parts:
            part.execute_on(connection)
