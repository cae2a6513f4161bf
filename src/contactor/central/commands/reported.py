"""What is known of a station's configuration: from its reports, and from the changes it accepted."""

from msgspec import UNSET
from sqlalchemy import Connection, bindparam, delete, update

from contactor.central.care.list_rows import list_switched
from contactor.central.commands.configuration_rules import is_authorization_key
from contactor.central.secrets_mask import MASK, mask
from contactor.central.store import operation_tables
from contactor.central.store.prepared import Prepared
from contactor.central.store.statement import Rows, upsert
from contactor.ocpp.datatypes import KeyValue
from contactor.ocpp.enumerations import ConfigurationStatus
from contactor.ocpp.messages import ChangeConfiguration, GetConfiguration, GetConfigurationResult

KEY_LENGTH = 50
"""What OCPP allows a key; a longer one is cut to it on either database, and its quirk tells the whole."""
LISTS_ARE_ON = "localauthlistenabled"

_table = operation_tables.reported_configuration
_of_station = _table.c.station_id == bindparam("station")
_PUT = upsert(
    _table,
    "station_id",
    "folded_key",
    "key",
    "value",
    "is_readonly",
    "reported_at_ms",
    key=("station_id", "folded_key"),
)
_PUT_FOR_LATER = upsert(
    _table,
    "station_id",
    "folded_key",
    "key",
    "is_readonly",
    "reported_at_ms",
    "value_after_boot",
    key=("station_id", "folded_key"),
    keep=("key", "is_readonly", "reported_at_ms"),
)
_FORGET = delete(_table).where(_of_station, _table.c.folded_key == bindparam("key_name"))
_FORGET_OLDER = Prepared(
    delete(_table).where(_of_station, _table.c.reported_at_ms < bindparam("at_ms"), _table.c.value_after_boot.is_(None))
)
_BOOTED = Prepared(
    update(_table)
    .where(_of_station, _table.c.value_after_boot.is_not(None))
    .values(value=_table.c.value_after_boot, value_after_boot=None)
)


def configuration_reported(
    connection: Connection, station_id: str, request: GetConfiguration, result: GetConfigurationResult, at_ms: int
) -> None:
    """Keep what a station reports; a report of everything also says which keys there are not."""
    known = () if result.configuration_key is UNSET else result.configuration_key
    Rows(_PUT, tuple(_row(station_id, each, at_ms) for each in known)).execute_on(connection)
    for key in () if result.unknown_key is UNSET else result.unknown_key:
        connection.execute(_FORGET, {"station": station_id, "key_name": _folded(key)})
    if known and not request.key:
        _FORGET_OLDER.run(connection, {"station": station_id, "at_ms": at_ms})


def configuration_changed(
    connection: Connection, station_id: str, request: ChangeConfiguration, status: ConfigurationStatus, at_ms: int
) -> None:
    """Keep a value the station accepted, for now or from its next boot on (CF-21); never a password."""
    if is_authorization_key(request):
        return
    folded, value = _folded(request.key), mask(request.value)
    if status is ConfigurationStatus.ACCEPTED:
        row: tuple[object, ...] = (station_id, folded, request.key, value, False, at_ms)
        Rows(_PUT, (row,)).execute_on(connection)
        if folded == LISTS_ARE_ON:
            list_switched(connection, station_id)
    elif status is ConfigurationStatus.REBOOT_REQUIRED:
        row = (station_id, folded, request.key, False, at_ms, value)
        Rows(_PUT_FOR_LATER, (row,)).execute_on(connection)
    elif status is ConfigurationStatus.NOT_SUPPORTED:
        connection.execute(_FORGET, {"station": station_id, "key_name": folded})


def configuration_in_force(connection: Connection, station_id: str) -> None:
    """The station has booted: what waited for that holds now."""
    _BOOTED.run(connection, {"station": station_id})


def _row(station_id: str, reported: KeyValue, at_ms: int) -> tuple[object, ...]:
    value = None if reported.value is UNSET else mask(reported.value)
    if reported.key.casefold() == "authorizationkey" and value is not None:
        value = MASK  # it should not be readable; a station that tells it must not make us keep it
    return (station_id, _folded(reported.key), reported.key[:KEY_LENGTH], value, reported.readonly, at_ms)


def _folded(key: str) -> str:
    """The key without regard to case; a letter may become two, so it is cut afterwards."""
    return key.casefold()[:KEY_LENGTH]
