"""Which charging profiles a connector had when a transaction began, told from the orders that were accepted before."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from contactor.central.api.happening import Happening, Scene
from contactor.central.api.story_of_station import limits_in
from contactor.central.milliseconds import from_ms
from contactor.central.store.operation_tables import commands

ORDERS_MAX = 1000
"""How many orders are looked back through."""

_Json = Mapping[str, Any]  # Any: JSON, as it was checked before it was sent
_SET, _CLEAR = "SetChargingProfile", "ClearChargingProfile"


def profiles_in_force(connection: Connection, scene: Scene) -> Iterator[Happening]:
    """The profiles that hold for any transaction, of this connector or of the whole station."""
    query = (
        select(commands.c.action, commands.c.request)
        .where(
            commands.c.station_id == scene.station_id,
            commands.c.action.in_((_SET, _CLEAR)),
            commands.c.status == "Accepted",
            commands.c.ended_at_ms < scene.started_at_ms,
        )
        .order_by(commands.c.id.desc())
        .limit(ORDERS_MAX)
    )
    held: dict[tuple[int, str, int], _Json] = {}
    for row in reversed(connection.execute(query).all()):
        request = msgspec.json.decode(row.request)
        if row.action == _SET:
            _put(held, request)
        else:
            _clear(held, request)
    for (connector_id, purpose, _), profile in held.items():
        if connector_id in (0, scene.connector_id) and purpose != "TxProfile":
            where = "the whole station" if connector_id == 0 else f"connector {connector_id}"
            text = f"A charging profile held for {where}: {limits_in(dict(profile))}."
            details = f"profile {profile['chargingProfileId']}"
            yield Happening(from_ms(scene.started_at_ms), "profile in force", details, text)


def _put(held: dict[tuple[int, str, int], _Json], request: _Json) -> None:
    """A profile replaces the one with its number, and the one in its place."""
    profile = request["csChargingProfiles"]
    for place, each in list(held.items()):
        if each["chargingProfileId"] == profile["chargingProfileId"]:
            del held[place]
    held[request["connectorId"], profile["chargingProfilePurpose"], profile["stackLevel"]] = profile


def _clear(held: dict[tuple[int, str, int], _Json], request: _Json) -> None:
    for (connector_id, purpose, level), profile in list(held.items()):
        if "id" in request:
            is_meant = profile["chargingProfileId"] == request["id"]
        else:
            is_meant = (
                request.get("connectorId", connector_id) == connector_id
                and request.get("chargingProfilePurpose", purpose) == purpose
                and request.get("stackLevel", level) == level
            )
        if is_meant:
            del held[connector_id, purpose, level]
