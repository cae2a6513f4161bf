"""StartTransaction and StopTransaction: handed to the ledger, whose word is the answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from msgspec import UNSET

from contactor.central import ledger
from contactor.central.plan import Caller, Do, Plan
from contactor.central.readings import Metering
from contactor.central.store.statement import Rows
from contactor.central.store.steps import Stepwise
from contactor.central.tags import tag_key
from contactor.ocpp.messages import StartTransaction, StopTransaction

# Ends go first: a tag that has just been freed may start elsewhere.
_STOPS, _STARTS = 0, 1


@dataclass(frozen=True, slots=True)
class Transactions:
    """Starts and stops; a stop may bring readings with it."""

    metering: Metering

    def start(self, caller: Caller, request: StartTransaction) -> Plan:
        """Record the start; a tag that starts twice at once is judged once after the other."""
        steps = partial(
            ledger.start_steps,
            station_id=caller.station_id,
            request=request,
            received_at=caller.received_at,
            is_time_guessed=caller.guessed("StartTransaction.timestamp"),
        )
        return Do(Stepwise(steps, (f"station {caller.station_id}", f"tag {tag_key(request.id_tag)}"), _STARTS))

    def stop(self, caller: Caller, request: StopTransaction) -> Plan:
        """Record the stop, and the readings in its transactionData like any others."""
        steps = partial(
            ledger.stop_steps,
            station_id=caller.station_id,
            request=request,
            received_at=caller.received_at,
            is_time_guessed=caller.guessed("StopTransaction.timestamp"),
            readings=partial(self._readings, caller, request),
        )
        return Do(Stepwise(steps, (f"station {caller.station_id}",), _STOPS))

    def _readings(self, caller: Caller, request: StopTransaction, connector_id: int) -> Iterable[Rows]:
        if request.transaction_data is UNSET:
            return ()
        return self.metering.rows(
            caller.station_id, request.transaction_id, connector_id, request.transaction_data, caller.received_at
        )
