"""Sites over REST: kept with care, shown as they are shared, tried without consequence."""

from pathlib import Path

import pytest

from contactor.central.api.role import Role
from tests.central.api.bench import API, api_in, problem_of
from tests.central.bench import OTHER_STATION, STATION, Json

SITE: Json = {
    "site_id": "depot",
    "name": "Depot",
    "limit_w": 100_000,
    "policy": "arrival",
    "time_zone": "Europe/Paris",
    "windows": [{"weekdays": [0, 4], "from_minute": 1020, "until_minute": 60, "limit_w": 50_000}],
    "members": [{"station_id": STATION, "priority": 2, "offline_w": 20_000}],
}
WITHOUT_ID = {name: value for name, value in SITE.items() if name != "site_id"}


async def test_a_site_is_added_shown_changed_and_removed(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        added = await bench.admin.post(f"{API}/sites", json=SITE)
        assert added.status_code == 201, added.text
        shown = await bench.admin.get(f"{API}/sites/depot")
        assert {name: shown.json()[name] for name in ("site_id", "name", "limit_w", "policy", "windows")} == {
            name: SITE[name] for name in ("site_id", "name", "limit_w", "policy", "windows")
        }
        assert shown.json()["members"][0]["offline_w"] == 20_000
        stale = {"If-Match": added.headers["ETag"]}
        changed = await bench.admin.put(f"{API}/sites/depot", json={**WITHOUT_ID, "limit_w": 90_000}, headers=stale)
        assert changed.json()["limit_w"] == 90_000
        problem_of(await bench.admin.put(f"{API}/sites/depot", json=WITHOUT_ID, headers=stale), 412)
        assert [each["site_id"] for each in (await bench.admin.get(f"{API}/sites")).json()["items"]] == ["depot"]
        gone = await bench.admin.delete(f"{API}/sites/depot", headers={"If-Match": changed.headers["ETag"]})
        assert gone.status_code == 204
        problem_of(await bench.admin.get(f"{API}/sites/depot"), 404)
        deeds = (await bench.admin.get(f"{API}/audit")).json()["items"]
        assert [deed["what"] for deed in deeds if deed["what"].startswith("site.")] == [
            "site.remove",
            "site.change",
            "site.add",
        ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"limit_w": -1}, "limit_w"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"policy": "loudest"}, "policy"),
        ({"standby_w": 500}, "standby_w"),
        ({"site_id": "../etc"}, "site_id"),
        ({"windows": [{"weekdays": [7], "from_minute": 0, "until_minute": 1, "limit_w": 1}]}, "windows.0.weekdays.0"),
        ({"members": [{"station_id": "NOBODY"}]}, "members"),
        ({"members": [{"station_id": STATION}, {"station_id": STATION}]}, "members"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_kept(tmp_path: Path, change: Json, field: str) -> None:
    async with api_in(tmp_path) as bench:
        problem = problem_of(await bench.admin.post(f"{API}/sites", json={**SITE, **change}), 422)
        assert problem["field"] == field
        assert (await bench.admin.get(f"{API}/sites")).json()["items"] == []


async def test_a_station_stands_behind_one_connection_only(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        await bench.admin.post(f"{API}/sites", json=SITE)
        problem = problem_of(await bench.admin.post(f"{API}/sites", json={**SITE, "site_id": "other"}), 409)
        assert (problem["field"], problem["value"]) == ("members", STATION)
        free = {**SITE, "site_id": "other", "members": [{"station_id": OTHER_STATION}]}
        assert (await bench.admin.post(f"{API}/sites", json=free)).status_code == 201


async def test_power_and_a_dry_run_tell_and_change_nothing(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        await bench.admin.post(f"{API}/sites", json={**SITE, "windows": []})
        viewer = await bench.client(Role.VIEWER)
        power = (await viewer.get(f"{API}/sites/depot/power")).json()
        # The station is offline: the operator's own figure is kept for it.
        assert (power["limit_w"], power["reserved_w"], power["free_w"]) == (100_000, 20_000, 80_000)
        tried = (await viewer.post(f"{API}/sites/depot/dry-run", json={"limit_w": 10_000})).json()
        assert (tried["limit_w"], tried["is_over"], tried["moves"]) == (10_000, True, [])
        assert (await bench.admin.get(f"{API}/commands")).json()["items"] == []
        problem_of(await viewer.get(f"{API}/sites/nowhere/power"), 404)


async def test_who_may_what(tmp_path: Path) -> None:
    async with api_in(tmp_path) as bench:
        await bench.admin.post(f"{API}/sites", json=SITE)
        viewer, operator = await bench.client(Role.VIEWER), await bench.client(Role.OPERATOR)
        problem_of(await viewer.put(f"{API}/sites/depot", json=WITHOUT_ID, headers={"If-Match": "*"}), 403)
        problem_of(await operator.delete(f"{API}/sites/depot", headers={"If-Match": "*"}), 403)
        changed = await operator.put(f"{API}/sites/depot", json=WITHOUT_ID, headers={"If-Match": "*"})
        assert changed.status_code == 200
