"""Tags by the API: one by one, and as a file that is taken whole or not at all."""

import pytest

from tests.central.api.bench import API, api_in, problem_of


async def test_a_tag_is_added_changed_and_removed(database: str) -> None:
    async with api_in(database) as bench:
        new = {"id_tag": "Abc", "parent_id_tag": "FLEET", "expires_at": "2027-01-01T01:00:00+01:00"}
        made = await bench.admin.post(f"{API}/tags", json=new)
        assert made.json()["expires_at"] == "2027-01-01T00:00:00Z"
        problem_of(await bench.admin.post(f"{API}/tags", json={"id_tag": "aBC"}), 409)
        path = f"{API}/tags/ABC"
        seen = {"If-Match": made.headers["ETag"]}
        changed = await bench.admin.put(path, json={"is_blocked": True}, headers=seen)
        assert (changed.json()["id_tag"], changed.json()["is_blocked"]) == ("Abc", True)
        problem_of(await bench.admin.put(path, json={}, headers=seen), 412)
        (found,) = (await bench.admin.get(f"{API}/tags", params={"blocked": True})).json()["items"]
        assert found["etag"] == changed.headers["ETag"]
        assert (await bench.admin.delete(path, headers={"If-Match": found["etag"]})).status_code == 204
        problem_of(await bench.admin.get(path), 404)


async def test_a_file_adds_and_replaces(database: str) -> None:
    async with api_in(database) as bench:
        await bench.admin.post(f"{API}/tags", json={"id_tag": "ANNA"})
        text = 'id_tag,is_blocked,expires_at\nanna,yes,\nBEN,,2027-01-01\n"=1+1",no,2027-01-01T00:00:00Z\n'
        answer = await bench.admin.post(f"{API}/tags/import", content=text.encode())
        assert answer.json() == {"added": 2, "replaced": 1}
        tags = {tag["id_tag"]: tag for tag in (await bench.admin.get(f"{API}/tags")).json()["items"]}
        assert set(tags) == {"anna", "BEN", "=1+1"}
        assert tags["anna"]["is_blocked"]
        assert tags["BEN"]["expires_at"] == "2027-01-01T00:00:00Z"


async def test_a_file_with_bad_rows_names_each_and_is_not_taken(database: str) -> None:
    async with api_in(database) as bench:
        text = f"id_tag,is_blocked,expires_at\nGOOD,,\n{'x' * 21},,\nB,maybe,\nC,,soon\nD\ngood,,\n,,\n"
        body = problem_of(await bench.admin.post(f"{API}/tags/import", content=text.encode()), 422)
        errors = body["errors"]
        assert isinstance(errors, list)
        assert [each["field"] for each in errors] == [
            "row 3: id_tag",
            "row 4: is_blocked",
            "row 5: expires_at",
            "row 6: (row)",
            "row 7: id_tag",
            "row 8: id_tag",
        ]
        assert (await bench.admin.get(f"{API}/tags")).json()["items"] == []


@pytest.mark.parametrize("content", [b"", b"name\nA\n", b"id_tag,id_tag\nA,B\n", b"\xff\xfe", b'id_tag\n"A\n'])
async def test_what_is_no_list_of_tags_is_refused(database: str, content: bytes) -> None:
    async with api_in(database) as bench:
        problem_of(await bench.admin.post(f"{API}/tags/import", content=content), 422)
