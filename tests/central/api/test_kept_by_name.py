"""List rules and configuration templates: made by name, and changed only by whoever has seen the version there is."""

from pathlib import Path

import pytest

from tests.central.api.bench import API, api_in, problem_of

KEPT = {
    "list-rules": ({}, {"stations": {"kind": "models", "names": ["EVlink Pro DC 180"]}}),
    "configuration-templates": ({"values": {"HeartbeatInterval": "60"}}, {"values": {"HeartbeatInterval": "90"}}),
}


@pytest.mark.parametrize("path", KEPT)
async def test_a_change_of_what_has_changed_meanwhile_is_refused(tmp_path: Path, path: str) -> None:
    first, second = KEPT[path]
    async with api_in(tmp_path) as bench:
        place = f"{API}/{path}/mine"
        made = await bench.admin.put(place, json=first)
        assert made.status_code == 200
        seen = made.headers["ETag"]
        shown = await bench.admin.get(place)
        assert (shown.headers["ETag"], shown.json()["etag"]) == (seen, seen)
        assert [each["etag"] for each in (await bench.admin.get(f"{API}/{path}")).json()] == [seen]
        problem_of(await bench.admin.put(place, json=second), 428)
        changed = await bench.admin.put(place, json=second, headers={"If-Match": seen})
        assert changed.headers["ETag"] != seen
        problem_of(await bench.admin.put(place, json=first, headers={"If-Match": seen}), 412)
        problem_of(await bench.admin.delete(place), 428)
        problem_of(await bench.admin.delete(place, headers={"If-Match": seen}), 412)
        assert (await bench.admin.get(place)).json() == changed.json()
        gone = await bench.admin.delete(place, headers={"If-Match": changed.headers["ETag"]})
        assert gone.status_code == 204
        problem_of(await bench.admin.get(place), 404)


@pytest.mark.parametrize("path", KEPT)
async def test_what_was_removed_meanwhile_is_not_made_again_by_a_change(tmp_path: Path, path: str) -> None:
    async with api_in(tmp_path) as bench:
        answer = await bench.admin.put(f"{API}/{path}/mine", json=KEPT[path][0], headers={"If-Match": '"0"'})
        assert problem_of(answer, 412)["field"] == "If-Match"
        assert (await bench.admin.get(f"{API}/{path}")).json() == []
