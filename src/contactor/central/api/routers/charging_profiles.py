"""Charging profiles that stations hold by the answers they gave, and the composite schedule that follows from them."""

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection, select

from contactor.central.api.office import TheOffice
from contactor.central.api.problem import Problem, missing
from contactor.central.api.routes import API
from contactor.central.api.shapes import StationPath
from contactor.central.api.station_rows import find_station
from contactor.central.commands.facts import load_facts
from contactor.central.composite import Composite, compose
from contactor.central.milliseconds import from_ms
from contactor.central.store.operation_tables import installed_profiles
from contactor.ocpp.enumerations import ChargingRateUnit

DURATION_MAX_S = 7 * 24 * 3600
CONNECTOR_MAX = 1000

router = APIRouter(prefix=f"{API}/stations/{{station_id}}", tags=["charging profiles"])


class InstalledBody(BaseModel):
    """A profile the station has accepted and, as far as is known, still holds."""

    connector_id: int = Field(description="0: for the station as a whole, or each of its connectors.")
    purpose: str = Field(examples=["TxDefaultProfile"])
    stack_level: int
    profile_id: int
    transaction_id: int | None
    installed_at: datetime
    profile: dict[str, object] = Field(description="As OCPP spells it.")


class StepBody(BaseModel):
    """From a second on: the limit, null where nothing known sets one."""

    start_s: int
    limit: float | None


class CompositeBody(BaseModel):
    """What may be taken from `start` on, computed here from what is installed; the station was not asked."""

    connector_id: int
    unit: ChargingRateUnit
    start: datetime
    duration_s: int
    steps: list[StepBody]
    left_out: list[int] = Field(
        description="Profiles that do not count: those in the other unit, and ChargePointMaxProfiles."
    )


@router.get("/charging-profiles")
async def list_profiles(office: TheOffice, station_id: StationPath) -> list[InstalledBody]:
    """List the profiles a station holds."""

    def question(connection: Connection) -> list[InstalledBody] | None:
        if find_station(connection, station_id) is None:
            return None
        table = installed_profiles
        query = select(table).where(table.c.station_id == station_id).order_by(*table.primary_key)
        return [
            InstalledBody(
                connector_id=row.connector_id,
                purpose=row.purpose,
                stack_level=row.stack_level,
                profile_id=row.profile_id,
                transaction_id=row.transaction_id,
                installed_at=from_ms(row.installed_at_ms),
                profile=msgspec.json.decode(row.content, type=dict[str, object]),
            )
            for row in connection.execute(query)
        ]

    found = await office.read(question)
    if found is None:
        raise missing("station", "station_id", station_id)
    return found


@router.get("/composite-schedule")
async def get_composite(
    office: TheOffice,
    station_id: StationPath,
    connector_id: Annotated[int, Query(ge=0, le=CONNECTOR_MAX, description="0: the station as a whole.")] = 0,
    duration_s: Annotated[int, Query(ge=1, le=DURATION_MAX_S)] = 86_400,
    unit: ChargingRateUnit = ChargingRateUnit.W,
) -> CompositeBody:
    """Compute what the installed profiles allow from now on, without asking the station."""
    now = office.clock.now()

    def question(connection: Connection) -> Composite | None:
        if find_station(connection, station_id) is None:
            return None
        # Facts are good as long as the connection is: some are read when they are asked for.
        facts = load_facts(connection, station_id, None, now)
        count = facts.connector_count
        if count is not None and connector_id > count:
            raise Problem(422, f"the station has {count} connectors", field="connector_id", value=connector_id)
        return compose(facts, connector_id, unit, duration_s)

    found = await office.read(question)
    if found is None:
        raise missing("station", "station_id", station_id)
    return CompositeBody(
        connector_id=found.connector_id,
        unit=found.unit,
        start=found.start,
        duration_s=found.duration_s,
        steps=[StepBody(start_s=each.start_s, limit=each.limit) for each in found.steps],
        left_out=list(found.left_out),
    )
