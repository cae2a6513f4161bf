"""MeterValues: written and answered, whatever the values say (MV-16); the busiest path of the central system."""

from dataclasses import dataclass

from msgspec import UNSET

from contactor.central.plan import Answer, Caller, Plan, Write
from contactor.central.readings import NO_TRANSACTION, Metering
from contactor.ocpp.messages import MeterValues, MeterValuesResult

_RECEIVED = MeterValuesResult()


@dataclass(frozen=True, slots=True)
class MeterReadings:
    """Readings of a connector, in a transaction or not."""

    metering: Metering

    def meter_values(self, caller: Caller, request: MeterValues) -> Plan:
        """Record the readings under the transaction the station names; whose they are is settled by whoever reads."""
        if not request.meter_value:  # nothing was readable
            return Answer(_RECEIVED)
        claimed_id = NO_TRANSACTION if request.transaction_id is UNSET else request.transaction_id
        metering = self.metering
        rows = metering.rows(
            caller.station_id, claimed_id, request.connector_id, request.meter_value, caller.received_at
        )
        if len(rows) == 1:  # every shape is stored already
            return Write(rows, _RECEIVED)
        return Write(rows, _RECEIVED, after=lambda: metering.stored(rows))
