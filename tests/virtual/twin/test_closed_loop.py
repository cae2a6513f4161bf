"""The twin against the real one: the same command, the same answer, the same messages after it, the same limits."""

import asyncio
from functools import cache

import pytest

from contactor.rig.garage import vehicle_model
from contactor.rig.vehicle import Vehicle
from tests.central.bench import Json
from tests.central.sites.fleet import BADGE, FleetSite
from tests.virtual.twin.real import OUTLET, Both, Case, Filling, Scene, order, play


async def at_rest(site: FleetSite, name: str) -> None:
    await asyncio.sleep(60)


async def charging(site: FleetSite, name: str) -> None:
    await site.start_charge(name, 1, "saloon")
    await asyncio.sleep(90)


async def waiting(site: FleetSite, name: str) -> None:
    site.stations[name].plug(OUTLET, Vehicle(vehicle_model("saloon"), soc=0.3))
    await asyncio.sleep(1)


async def finished(site: FleetSite, name: str) -> None:
    await charging(site, name)
    site.stations[name].press_stop(OUTLET)
    await asyncio.sleep(60)


async def reserved(site: FleetSite, name: str) -> None:
    await at_rest(site, name)
    later = "2026-05-02T00:00:00Z"
    booking = {"connectorId": 1, "expiryDate": later, "idTag": "SOMEBODY", "reservationId": 7}
    assert (await order(site, name, "ReserveNow", booking))[0] == "Accepted"


async def limited(site: FleetSite, name: str) -> None:
    await charging(site, name)
    assert (await order(site, name, "SetChargingProfile", profile(1, 40_000)))[0] == "Accepted"


async def out_of_service(site: FleetSite, name: str) -> None:
    await at_rest(site, name)
    assert (await order(site, name, "ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}))[0] == "Accepted"
    await asyncio.sleep(20)


def profile(connector_id: int, limit_w: float, **changes: object) -> Json:
    found: Json = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit_w}],
        },
        **changes,
    }
    return {"connectorId": connector_id, "csChargingProfiles": found}


def given(payload: Json) -> Filling:
    return lambda _known: payload


def of_transaction(payload: Json) -> Filling:
    return lambda known: {**payload, "transactionId": known.transactions[0].number}


def for_transaction(limit_w: float) -> Filling:
    return lambda known: profile(
        1, limit_w, chargingProfilePurpose="TxProfile", transactionId=known.transactions[0].number
    )


NO_PROFILE_OF_STATION = profile(0, 50_000, chargingProfilePurpose="ChargePointMaxProfile")
RESERVATION: Json = {"connectorId": 1, "expiryDate": "2026-05-02T00:00:00Z", "idTag": BADGE, "reservationId": 9}

CASES = [
    # What is configured.
    Case("accepted", at_rest, "ChangeConfiguration", given({"key": "HeartbeatInterval", "value": "90"}), "Accepted"),
    Case(
        "out of range", at_rest, "ChangeConfiguration", given({"key": "HeartbeatInterval", "value": "-5"}), "Rejected"
    ),
    Case("read only", at_rest, "ChangeConfiguration", given({"key": "NumberOfConnectors", "value": "3"}), "Rejected"),
    Case("no such key", at_rest, "ChangeConfiguration", given({"key": "Nonsense", "value": "1"}), "NotSupported"),
    Case(
        "another name after a boot",
        at_rest,
        "ChangeConfiguration",
        given({"key": "BoxIdentifier", "value": "OTHER"}),
        "RebootRequired",
    ),
    # Limits, by the guide's own: 1 kW at least or 0, in watts, no profile for the station.
    Case("a limit", charging, "SetChargingProfile", given(profile(1, 30_000)), "Accepted"),
    Case("a limit of the charge", charging, "SetChargingProfile", for_transaction(20_000), "Accepted"),
    Case("a limit below 1 kW", charging, "SetChargingProfile", given(profile(1, 500)), "Rejected"),
    Case("a maximum of the station", charging, "SetChargingProfile", given(NO_PROFILE_OF_STATION), "NotSupported"),
    Case("a limit in place of another", limited, "SetChargingProfile", given(profile(1, 25_000)), "Accepted"),
    Case("no limit any more", limited, "ClearChargingProfile", given({"id": 1}), "Accepted"),
    Case("what holds", limited, "GetCompositeSchedule", given({"connectorId": 1, "duration": 600}), "Accepted"),
    # Starts, stops and promises.
    Case("occupied", charging, "RemoteStartTransaction", given({"connectorId": 1, "idTag": BADGE}), "Rejected"),
    Case("a car that waits", waiting, "RemoteStartTransaction", given({"connectorId": 1, "idTag": BADGE}), "Accepted"),
    Case("kept for another", reserved, "RemoteStartTransaction", given({"connectorId": 1, "idTag": BADGE}), "Rejected"),
    Case("stop", charging, "RemoteStopTransaction", of_transaction({}), "Accepted"),
    Case("stop of another", charging, "RemoteStopTransaction", given({"transactionId": 4711}), "Rejected"),
    Case("reserve", at_rest, "ReserveNow", given(RESERVATION), "Accepted"),
    Case("reserve where a car is", charging, "ReserveNow", given(RESERVATION), "Occupied"),
    Case("reserve what is out of service", out_of_service, "ReserveNow", given(RESERVATION), "Unavailable"),
    Case("cancel", reserved, "CancelReservation", given({"reservationId": 7}), "Accepted"),
    # Service.
    Case("soft reset", charging, "Reset", given({"type": "Soft"}), "Accepted"),
    Case("hard reset", at_rest, "Reset", given({"type": "Hard"}), "Accepted"),
    Case("unlock during a charge", charging, "UnlockConnector", given({"connectorId": 1}), "NotSupported"),
    Case(
        "out of service during a charge",
        charging,
        "ChangeAvailability",
        given({"connectorId": 1, "type": "Inoperative"}),
        "Scheduled",
    ),
    Case(
        "into service",
        out_of_service,
        "ChangeAvailability",
        given({"connectorId": 1, "type": "Operative"}),
        "Accepted",
    ),
    Case(
        "after a charge", finished, "ChangeAvailability", given({"connectorId": 1, "type": "Inoperative"}), "Accepted"
    ),
]


@cache
def played(scene: Scene) -> dict[str, Both]:
    """All the commands of a scene, played together: a central system costs more than its stations."""
    return play(scene, [case for case in CASES if case.scene is scene])


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_twin_answers_and_tells_what_the_real_station_then_does(case: Case) -> None:
    both = played(case.scene)[case.name]
    assert (both.real.status, both.twin.status) == (case.status, case.status)
    assert both.twin.told == both.real.told
    assert both.twin.statuses == both.real.statuses
    assert both.twin.limits == both.real.limits


def test_d_17_what_chademo_may_take_cannot_be_set_at_the_twin_either() -> None:
    case = Case("chademo", at_rest, "SetChargingProfile", given(profile(2, 30_000)), "NotSupported")
    both = play(at_rest, [case], model="EVD1S180THB")["chademo"]
    assert both.twin == both.real
    assert both.real.status == case.status
    assert both.real.limits[2] == []
