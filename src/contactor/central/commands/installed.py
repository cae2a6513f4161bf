"""Which charging profiles a station holds, by the answers it gave."""

import msgspec
from msgspec import UNSET
from sqlalchemy import Connection, bindparam, delete, select

from contactor.central.store import operation_tables, schema
from contactor.central.store.statement import Rows, upsert
from contactor.ocpp.datatypes import ChargingProfile
from contactor.ocpp.enumerations import ChargingProfilePurpose
from contactor.ocpp.messages import ClearChargingProfile

_table = operation_tables.installed_profiles
_of_station = _table.c.station_id == bindparam("station")
_PUT = upsert(
    _table,
    "station_id",
    "connector_id",
    "purpose",
    "stack_level",
    "profile_id",
    "transaction_id",
    "content",
    "installed_at_ms",
    key=("station_id", "connector_id", "purpose", "stack_level"),
)
_FORGET = delete(_table).where(_of_station, _table.c.profile_id == bindparam("profile"))
TX_PROFILES = select(_table.c.profile_id).where(
    _table.c.station_id == schema.transactions.c.station_id,
    _table.c.connector_id == schema.transactions.c.connector_id,
    _table.c.purpose == ChargingProfilePurpose.TX_PROFILE.value,
)
"""The TxProfiles where a transaction goes on, to be asked from within a question about transactions."""
_TRANSACTION_OVER = delete(_table).where(
    _of_station,
    _table.c.connector_id == bindparam("connector"),
    _table.c.purpose == ChargingProfilePurpose.TX_PROFILE.value,
)


def profile_installed(
    connection: Connection, station_id: str, connector_id: int, profile: ChargingProfile, at_ms: int
) -> None:
    """A profile replaces the one with its number, and the one in its place."""
    connection.execute(_FORGET, {"station": station_id, "profile": profile.charging_profile_id})
    row = (
        station_id,
        connector_id,
        profile.charging_profile_purpose.value,
        profile.stack_level,
        profile.charging_profile_id,
        None if profile.transaction_id is UNSET else profile.transaction_id,
        msgspec.json.encode(profile).decode(),
        at_ms,
    )
    Rows(_PUT, (row,)).execute_on(connection)


def profiles_cleared(connection: Connection, station_id: str, request: ClearChargingProfile) -> None:
    """The one profile with the number, or all that match what is given, are gone; so they are if none matched."""
    wanted = {
        "profile_id": request.id,
        "connector_id": request.connector_id,
        "purpose": request.charging_profile_purpose,
        "stack_level": request.stack_level,
    }
    if request.id is not UNSET:
        wanted = {"profile_id": request.id}
    cleared = delete(_table).where(_table.c.station_id == station_id)
    for name, value in wanted.items():
        if value is not UNSET:
            cleared = cleared.where(_table.c[name] == value)
    connection.execute(cleared)


def transaction_over(connection: Connection, station_id: str, connector_id: int) -> None:
    """TxProfiles end with their transaction."""
    connection.execute(_TRANSACTION_OVER, {"station": station_id, "connector": connector_id})
