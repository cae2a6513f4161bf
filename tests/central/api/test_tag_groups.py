"""Groups of tags by the API: counted, bounded, kept as files; and what holds for a group a station is told."""

import csv
import io

from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.bench import OTHER_STATION, STATION, Json
from tests.central.test_server import BOOT, ask, station_at

GROUPS = f"{API}/tag-groups"


async def add_tag(bench: Bench, id_tag: str, **more: object) -> None:
    answer = await bench.admin.post(f"{API}/tags", json={"id_tag": id_tag, **more})
    assert answer.status_code == 201, answer.text


async def test_a_parent_that_tags_name_is_a_group_with_counts(database: str) -> None:
    async with api_in(database) as bench:
        await add_tag(bench, "ANNA", parent_id_tag="Fleet")
        await add_tag(bench, "BEN", parent_id_tag="FLEET", is_blocked=True)
        (group,) = (await bench.admin.get(GROUPS)).json()["items"]
        assert (group["name"], group["tags"], group["blocked_tags"], group["open_transactions"]) == ("Fleet", 2, 1, 0)
        page = (await bench.admin.get(f"{API}/tags", params={"parent": "fleet"})).json()
        assert [each["id_tag"] for each in page["items"]] == ["ANNA", "BEN"]
        problem_of(await bench.admin.delete(f"{GROUPS}/FLEET", headers={"If-Match": "*"}), 409)
        problem_of(await bench.admin.get(f"{GROUPS}/X"), 404)


async def test_a_group_is_added_changed_to_a_version_and_removed(database: str) -> None:
    async with api_in(database) as bench:
        made = await bench.admin.post(GROUPS, json={"name": "Fleet", "concurrent_max": 2, "stations": ["RDAM-*"]})
        assert (made.status_code, made.json()["stations"]) == (201, ["RDAM-*"])
        problem_of(await bench.admin.post(GROUPS, json={"name": "FLEET"}), 409)
        told = problem_of(await bench.admin.post(GROUPS, json={"name": "A", "stations": ["R*1"]}), 422)
        assert told["field"] == "stations.0"
        problem_of(await bench.admin.put(f"{GROUPS}/Fleet", json={}), 428)
        seen = {"If-Match": made.headers["ETag"]}
        changed = await bench.admin.put(f"{GROUPS}/fleet", json={"is_blocked": True}, headers=seen)
        assert (changed.json()["name"], changed.json()["concurrent_max"]) == ("Fleet", None)
        problem_of(await bench.admin.delete(f"{GROUPS}/Fleet", headers=seen), 412)
        gone = await bench.admin.delete(f"{GROUPS}/Fleet", headers={"If-Match": changed.headers["ETag"]})
        assert gone.status_code == 204
        deeds = [each["what"] for each in (await bench.admin.get(f"{API}/audit")).json()["items"]]
        assert {"tag_group.add", "tag_group.change", "tag_group.remove"} <= set(deeds)


async def test_cs_08_a_station_hears_what_holds_for_a_group(database: str) -> None:
    async with api_in(database) as bench, station_at(bench.central, STATION) as station:
        await ask(station, "BootNotification", BOOT)
        await add_tag(bench, "ANNA", parent_id_tag="FLEET")

        async def status() -> object:
            told = (await ask(station, "Authorize", {"idTag": "anna"}))["idTagInfo"]
            assert isinstance(told, dict)
            assert told["parentIdTag"] == "FLEET"
            return told["status"]

        assert await status() == "Accepted"
        bounds: tuple[tuple[Json, str], ...] = (
            ({"stations": [OTHER_STATION]}, "Invalid"),
            ({"is_blocked": True}, "Blocked"),
            ({"expires_at": "2020-01-01T00:00:00Z"}, "Expired"),
            ({"stations": [f"{STATION[:-1]}*"]}, "Accepted"),
        )
        for change, expected in bounds:
            answer = await bench.admin.put(f"{GROUPS}/FLEET", json=change, headers={"If-Match": "*"})
            assert answer.status_code == 200, answer.text
            assert await status() == expected


async def test_tags_and_groups_come_back_from_their_files_as_they_were(database: str) -> None:
    async with api_in(database) as bench:
        await add_tag(bench, "=A", parent_id_tag="FLEET", concurrent_max=3, stations=["RDAM-*", "AMS-1"])
        await add_tag(bench, "BEN", allows_concurrent=True, expires_at="2027-01-01T00:00:00Z")
        await bench.admin.put(f"{GROUPS}/FLEET", json={"concurrent_max": 5}, headers={"If-Match": "*"})
        before = [(await bench.admin.get(path)).json()["items"] for path in (f"{API}/tags", GROUPS)]
        files = [(await bench.admin.get(f"{path}/export")).content for path in (f"{API}/tags", GROUPS)]
        (first, _) = csv.DictReader(io.StringIO(files[0].decode()))
        assert (first["id_tag"], first["stations"], first["concurrent_max"]) == ("'=A", "RDAM-*;AMS-1", "3")
        for id_tag in ("=A", "BEN"):
            await bench.admin.delete(f"{API}/tags/{id_tag}", headers={"If-Match": "*"})
        await bench.admin.delete(f"{GROUPS}/FLEET", headers={"If-Match": "*"})
        for path, content in zip((GROUPS, f"{API}/tags"), reversed(files), strict=True):
            answer = await bench.admin.post(f"{path}/import", content=content, headers={"Content-Type": "text/csv"})
            assert answer.status_code == 200, answer.text
        assert [(await bench.admin.get(path)).json()["items"] for path in (f"{API}/tags", GROUPS)] == before


async def test_a_file_of_groups_with_bad_rows_names_each_and_is_not_taken(database: str) -> None:
    async with api_in(database) as bench:
        content = b"name,concurrent_max,expires_at\nA,0,\nB,x,\nC,1,soon\na,1,\nGOOD,1,\n"
        told = problem_of(await bench.admin.post(f"{GROUPS}/import", content=content), 422)
        assert isinstance(told["errors"], list)
        fields = [each["field"] for each in told["errors"]]
        assert fields == ["row 2: concurrent_max", "row 3: concurrent_max", "row 4: expires_at"]
        assert (await bench.admin.get(GROUPS)).json()["items"] == []


async def test_whoever_keeps_a_copy_of_tags_and_groups_hears_of_every_change(database: str) -> None:
    async with api_in(database) as bench:
        await add_tag(bench, "ANNA", parent_id_tag="Fleet")
        any_version = {"If-Match": "*"}
        await bench.admin.put(f"{API}/tags/anna", json={"is_blocked": True}, headers=any_version)
        await bench.admin.put(f"{GROUPS}/Fleet", json={"is_blocked": True}, headers=any_version)
        await bench.admin.delete(f"{API}/tags/ANNA", headers=any_version)
        await bench.admin.delete(f"{GROUPS}/Fleet", headers=any_version)
        await bench.admin.post(GROUPS, json={"name": "Other"})
        csv_type = {"Content-Type": "text/csv"}
        await bench.admin.post(f"{API}/tags/import", content=b"id_tag\nBEN\nCLARA\n", headers=csv_type)
        await bench.admin.post(f"{GROUPS}/import", content=b"name\nOther\n", headers=csv_type)
        told = (await bench.admin.get(f"{API}/events", params={"after": 0})).json()["items"]
        assert [(each["kind"], each["facts"]) for each in told if each["kind"].startswith("tag")] == [
            ("tag_changed", {"id_tag": "ANNA", "change": "added", "parent_id_tag": "Fleet", "is_blocked": False}),
            ("tag_changed", {"id_tag": "ANNA", "change": "changed", "parent_id_tag": None, "is_blocked": True}),
            ("tag_group_changed", {"name": "Fleet", "change": "changed", "is_blocked": True}),
            ("tag_changed", {"id_tag": "ANNA", "change": "removed", "parent_id_tag": None, "is_blocked": True}),
            ("tag_group_changed", {"name": "Fleet", "change": "removed", "is_blocked": True}),
            ("tag_group_changed", {"name": "Other", "change": "added", "is_blocked": False}),
            ("tags_imported", {"what": "tags", "added": 2, "replaced": 0}),
            ("tags_imported", {"what": "tag groups", "added": 0, "replaced": 1}),
        ]
