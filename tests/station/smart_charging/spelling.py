"""How tests spell charging profiles: as the wire does, with seconds after the bench's START for instants."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from contactor.ocpp.datatypes import ChargingProfile
from tests.station.bench import START, Bench, Payload

Periods = Mapping[int, float]


def instant(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def text(seconds: float) -> str:
    return instant(seconds).isoformat().replace("+00:00", "Z")


def profile(
    number: int = 1,
    periods: Periods = {0: 50_000.0},  # noqa: B006 - a Mapping: nobody can change it
    *,
    level: int = 0,
    purpose: str = "TxDefaultProfile",
    kind: str = "Absolute",
    unit: str = "W",
    start: float | None = None,
    duration: int | None = None,
    valid_from: float | None = None,
    valid_to: float | None = None,
    **more: object,
) -> Payload:
    """A csChargingProfiles object; `more` are further members in wire spelling."""
    schedule: dict[str, Any] = {
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [{"startPeriod": at, "limit": limit} for at, limit in periods.items()],
    }
    if start is not None:
        schedule["startSchedule"] = text(start)
    if duration is not None:
        schedule["duration"] = duration
    made: Payload = {
        "chargingProfileId": number,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": schedule,
        **more,
    }
    if valid_from is not None:
        made["validFrom"] = text(valid_from)
    if valid_to is not None:
        made["validTo"] = text(valid_to)
    return made


def made(wire: Payload) -> ChargingProfile:
    return msgspec.convert(wire, ChargingProfile)


def install(bench: Bench, wire: Payload, connector: int = 1) -> str:
    """Send SetChargingProfile and return the status of the answer."""
    return bench.status_of_answer("SetChargingProfile", {"connectorId": connector, "csChargingProfiles": wire})


def composite(bench: Bench, duration: int, connector: int = 1, **more: object) -> dict[int, float]:
    """Ask for a composite schedule and return its periods."""
    answer = bench.ask("GetCompositeSchedule", {"connectorId": connector, "duration": duration, **more})
    assert answer[0] == 3, answer
    assert answer[2]["status"] == "Accepted", answer
    assert answer[2]["chargingSchedule"]["duration"] == duration
    return {
        period["startPeriod"]: period["limit"] for period in answer[2]["chargingSchedule"]["chargingSchedulePeriod"]
    }
