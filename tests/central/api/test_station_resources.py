"""Reservations, installed profiles, composite schedules and presence by the API, with a real virtual station."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from contactor.base.clock import SystemClock
from contactor.base.ids import IdTag
from contactor.base.instants import to_text
from contactor.central.tags import Tag
from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.api.test_commands import send, virtual_station
from tests.central.bench import OTHER_STATION, STATION, Json

PLACE = f"{API}/stations/{STATION}"


def soon(seconds: float) -> str:
    """An instant, in the machine's own time."""
    return to_text(SystemClock().now().replace(microsecond=0) + timedelta(seconds=seconds))


async def reserve(bench: Bench, **changes: object) -> Json:
    body = {"station_id": STATION, "connector_id": 1, "id_tag": "ANNA", "expires_at": soon(3600), **changes}
    answer = await bench.admin.post(f"{API}/reservations", json=body, params={"wait": 30})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def listed(bench: Bench, **wanted: object) -> list[tuple[object, ...]]:
    answer = await bench.admin.get(f"{API}/reservations", params=wanted)  # type: ignore[arg-type]  # plain values
    return [(each["reservation_id"], each["connector_id"], each["state"]) for each in answer.json()["items"]]


async def test_rsv_18_reservations_are_made_listed_and_cancelled_over_rest(tmp_path: Path, database: str) -> None:
    tags = (Tag(IdTag("ANNA")), Tag(IdTag("BEN")))
    async with api_in(tmp_path, database=database, tags=tags) as bench, virtual_station(bench):
        assert (await reserve(bench))["status"] == "Accepted"
        second = await reserve(bench, connector_id=2, id_tag="BEN")
        assert (second["status"], second["request"]["reservationId"]) == ("Accepted", 2)  # type: ignore[index]  # JSON
        assert await listed(bench) == [(1, 1, "active"), (2, 2, "active")]
        assert await listed(bench, id_tag="ben") == [(2, 2, "active")]
        assert await listed(bench, limit=1) == [(1, 1, "active")]
        assert await listed(bench, after=f"{STATION}/1") == [(2, 2, "active")]
        cancelled = await bench.admin.post(f"{API}/reservations/{STATION}/1/cancel", params={"wait": 30})
        assert cancelled.json()["status"] == "Accepted"
        assert await listed(bench, state="cancelled") == [(1, 1, "cancelled")]
        problem_of(await bench.admin.post(f"{API}/reservations/{STATION}/1/cancel"), 409)
        problem_of(await bench.admin.post(f"{API}/reservations/{STATION}/9/cancel"), 404)
        # A number belongs to one reservation, now and later.
        assert (await reserve(bench))["request"]["reservationId"] == 3  # type: ignore[index]  # JSON


async def test_a_reservation_that_cannot_be_is_refused_with_its_field(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        body = {"station_id": STATION, "connector_id": 1, "id_tag": "ANNA", "expires_at": soon(-60)}
        told = problem_of(await bench.admin.post(f"{API}/reservations", json=body), 422)
        assert told["field"] == "payload.expiryDate"
        problem_of(await bench.admin.get(f"{API}/reservations", params={"after": "nowhere"}), 422)


async def test_sc_24_the_composite_computed_here_is_the_stations_own(tmp_path: Path) -> None:
    profile: Json = {
        "chargingProfileId": 7,
        "stackLevel": 1,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "W",
            "startSchedule": soon(0),
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 50000},
                {"startPeriod": 600, "limit": 20000},
                {"startPeriod": 1200, "limit": 90000},
            ],
        },
    }
    async with api_in(tmp_path) as bench, virtual_station(bench):
        assert (await send(bench, "SetChargingProfile", connectorId=1, csChargingProfiles=profile))["status"] == (
            "Accepted"
        )
        (held,) = (await bench.admin.get(f"{PLACE}/charging-profiles")).json()
        assert (held["connector_id"], held["profile_id"], held["purpose"]) == (1, 7, "TxDefaultProfile")
        assert held["profile"] == profile
        for connector in (0, 1, 2):
            wanted, asked_at_s = {"connector_id": connector, "duration_s": 3600}, time.monotonic()
            ours = (await bench.admin.get(f"{PLACE}/composite-schedule", params=wanted)).json()
            asked = await send(bench, "GetCompositeSchedule", connectorId=connector, duration=3600)
            theirs = asked["answer"]["chargingSchedule"]["chargingSchedulePeriod"]  # type: ignore[index]  # JSON
            limits = [each["limit"] for each in ours["steps"]]
            assert limits == [each["limit"] for each in theirs]
            # The two were asked one after the other, and each counts in whole seconds.
            apart_s = time.monotonic() - asked_at_s + 1
            starts = zip(ours["steps"], theirs, strict=True)
            assert all(abs(one["start_s"] - other["startPeriod"]) <= apart_s for one, other in starts)
        in_amperes = (await bench.admin.get(f"{PLACE}/composite-schedule", params={"unit": "A"})).json()
        assert (in_amperes["left_out"], in_amperes["steps"]) == ([7], [{"start_s": 0, "limit": None}])
        problem_of(await bench.admin.get(f"{PLACE}/composite-schedule", params={"connector_id": 3}), 422)


async def test_sc_24_of_a_station_that_has_told_nothing_there_is_a_composite_too(database: str) -> None:
    """How many connectors it has nobody knows, and asking for that must not fail."""
    async with api_in(database) as bench:
        found = await bench.admin.get(f"{PLACE}/composite-schedule", params={"connector_id": 3})
        assert (found.status_code, found.json()["left_out"]) == (200, [])


async def test_presence_tells_since_when_and_how_much(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        async with virtual_station(bench):
            now = (await bench.admin.get(f"{PLACE}/presence")).json()
            assert now["is_online"]
            assert now["connected_since"] is not None
            assert 0 < now["uptime_share"] <= 1
            (period,) = (await bench.admin.get(f"{PLACE}/presence/periods")).json()["items"]
            assert period["until"] is None
        page = (await bench.admin.get(f"{API}/presence", params={"limit": 1})).json()
        assert (page["items"][0]["station_id"], page["next"]) == (STATION, STATION)
        (other,) = (await bench.admin.get(f"{API}/presence", params={"after": STATION})).json()["items"]
        assert (other["station_id"], other["uptime_share"]) == (OTHER_STATION, 0.0)
        problem_of(await bench.admin.get(f"{PLACE}/presence", params={"from": "2099-01-01T00:00:00Z"}), 422)


@pytest.mark.parametrize("below", ["presence", "presence/periods", "charging-profiles", "composite-schedule"])
async def test_an_unknown_station_has_none_of_it_but_a_problem(tmp_path: Path, below: str) -> None:
    async with api_in(tmp_path) as bench:
        problem_of(await bench.admin.get(f"{API}/stations/NOBODY/{below}"), 404)
