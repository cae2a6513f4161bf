"""How stations answered changes of their configuration: the last outcome for each key, whoever ordered it."""

from sqlalchemy import Connection

from contactor.central.secrets_mask import mask
from contactor.central.store.care_tables import change_outcomes
from contactor.central.store.statement import Rows, upsert
from contactor.ocpp.enumerations import ConfigurationStatus
from contactor.ocpp.messages import ChangeConfiguration

KEY_LENGTH = 50
"""As long as OCPP allows a key; a letter may become two without its case."""

_PUT = upsert(
    change_outcomes, "station_id", "folded_key", "value", "outcome", "at_ms", key=("station_id", "folded_key")
)


def change_answered(
    connection: Connection, station_id: str, request: ChangeConfiguration, status: ConfigurationStatus, at_ms: int
) -> None:
    """The station answered."""
    change_failed(connection, station_id, request, status.value, at_ms)


def change_failed(
    connection: Connection, station_id: str, request: ChangeConfiguration, reason: str, at_ms: int
) -> None:
    """It did not answer but by CALLERROR, or the change was not even sent."""
    row = (station_id, request.key.casefold()[:KEY_LENGTH], mask(request.value), reason, at_ms)
    Rows(_PUT, (row,)).execute_on(connection)
