"""Stations by the API: registered, changed in the version somebody saw, given keys, removed; and hostile texts."""

import pytest

from tests.central.api.bench import API, api_in, problem_of
from tests.central.bench import OTHER_STATION, STATION
from tests.central.test_server import BOOT, ask, station_at

HOSTILE = ["'; DROP TABLE stations; --", '<script>alert("x")</script>', "${jndi:ldap://x}", "日本\u202e語", "%s%n{0}"]


async def test_a_station_is_registered_shown_and_removed(database: str) -> None:
    async with api_in(database) as bench:
        made = await bench.admin.post(f"{API}/stations", json={"station_id": "NEW-1", "generate_key": True})
        assert made.status_code == 201
        assert len(made.json()["key"]) == 40
        shown = await bench.admin.get(f"{API}/stations/NEW-1")
        assert shown.json()["has_key"]
        assert "key" not in shown.json()
        problem_of(await bench.admin.post(f"{API}/stations", json={"station_id": "NEW-1"}), 409)
        problem_of(await bench.admin.delete(f"{API}/stations/NEW-1"), 428)
        gone = await bench.admin.delete(f"{API}/stations/NEW-1", headers={"If-Match": shown.headers["ETag"]})
        assert gone.status_code == 204
        body = problem_of(await bench.admin.get(f"{API}/stations/NEW-1"), 404)
        assert (body["field"], body["value"]) == ("station_id", "NEW-1")


async def test_a_change_to_an_older_version_is_refused(database: str) -> None:
    async with api_in(database) as bench:
        path = f"{API}/stations/{STATION}"
        seen = {"If-Match": (await bench.admin.get(path)).headers["ETag"]}
        pending = {"registration": "Pending"}
        changed = await bench.admin.patch(path, json=pending, headers=seen)
        assert changed.json()["registration"] == "Pending"
        problem_of(await bench.admin.patch(path, json={"registration": "Rejected"}, headers=seen), 412)
        again = {"If-Match": changed.headers["ETag"]}
        assert (await bench.admin.patch(path, json={"registration": "Rejected"}, headers=again)).status_code == 200


async def test_boot_14_a_station_that_is_turned_away_is_disconnected_and_told_at_its_next_boot(database: str) -> None:
    async with api_in(database) as bench:
        async with station_at(bench.central, STATION) as station:
            assert (await ask(station, "BootNotification", BOOT))["status"] == "Accepted"
            (shown,) = (await bench.admin.get(f"{API}/stations", params={"online": True})).json()["items"]
            assert shown["station_id"] == STATION
            path = f"{API}/stations/{STATION}"
            await bench.admin.patch(path, json={"registration": "Rejected"}, headers={"If-Match": "*"})
            await station.wait_closed()
        async with station_at(bench.central, STATION) as station:
            assert (await ask(station, "BootNotification", BOOT))["status"] == "Rejected"


async def test_sec_06_a_key_set_here_is_asked_for_at_the_next_connection(database: str) -> None:
    async with api_in(database) as bench:
        path = f"{API}/stations/{STATION}/key"
        key = (await bench.admin.post(path, json={}, headers={"If-Match": "*"})).json()["key"]
        async with station_at(bench.central, STATION, bytes.fromhex(key)) as station:
            assert (await ask(station, "BootNotification", BOOT))["status"] == "Accepted"
        given = {"key": "00" * 20}
        answer = await bench.admin.post(path, json=given, headers={"If-Match": "*"})
        assert answer.json()["key"] is None
        async with station_at(bench.central, STATION, bytes(20)) as station:
            assert (await ask(station, "BootNotification", BOOT))["status"] == "Accepted"
        assert (await bench.admin.delete(path, headers={"If-Match": "*"})).status_code == 204
        async with station_at(bench.central, STATION) as station:
            assert (await ask(station, "BootNotification", BOOT))["status"] == "Accepted"


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_texts_stay_text(database: str, text: str) -> None:
    async with api_in(database) as bench:
        name = text.replace("/", "-")
        made = await bench.admin.post(f"{API}/stations", json={"station_id": name})
        assert made.status_code == 201, made.text
        found = (await bench.admin.get(f"{API}/stations", params={"text": name})).json()["items"]
        assert [station["station_id"] for station in found] == [name]
        assert (await bench.admin.get(f"{API}/stations", params={"text": "%"})).json()["items"] == (
            found if "%" in name else []
        )
        everybody = (await bench.admin.get(f"{API}/stations")).json()["items"]
        assert {station["station_id"] for station in everybody} == {STATION, OTHER_STATION, name}


async def test_stations_come_in_pages(database: str) -> None:
    async with api_in(database) as bench:
        first = (await bench.admin.get(f"{API}/stations", params={"limit": 1})).json()
        second = (await bench.admin.get(f"{API}/stations", params={"limit": 1, "after": first["next"]})).json()
        assert [first["items"][0]["station_id"], second["items"][0]["station_id"]] == [STATION, OTHER_STATION]
        assert second["next"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"station_id": "A", "colour": "red"}, "colour"),
        ({"station_id": ""}, "station_id"),
        ({"station_id": "a\u0000b"}, "station_id"),
        ({"station_id": "A", "key": "zz"}, "key"),
        ({"station_id": 7}, "station_id"),
        ({}, "station_id"),
    ],
)
async def test_a_bad_body_names_its_field_and_writes_nothing(database: str, body: object, field: str) -> None:
    async with api_in(database) as bench:
        told = problem_of(await bench.admin.post(f"{API}/stations", json=body), 422)
        assert told["field"] == field
        assert "zz" not in str(told)
        assert len((await bench.admin.get(f"{API}/stations")).json()["items"]) == 2


async def test_what_is_no_json_too_large_or_misspelled_is_refused(database: str) -> None:
    async with api_in(database) as bench:
        path, headers = f"{API}/stations", {"Content-Type": "application/json"}
        problem_of(await bench.admin.post(path, content=b"{", headers=headers), 400)
        problem_of(await bench.admin.post(path, content=b'{"station_id": "\xff"}', headers=headers), 400)
        problem_of(await bench.admin.post(path, content=b" " * 300_000, headers=headers), 413)
        told = problem_of(await bench.admin.get(path, params={"registraton": "Accepted"}), 422)
        assert told["field"] == "registraton"
        problem_of(await bench.admin.get(f"{API}/nothing"), 404)
        problem_of(await bench.admin.put(path, json={}), 405)


async def test_every_answer_keeps_browsers_from_harm(database: str) -> None:
    async with api_in(database) as bench:
        for path in (f"{API}/stations", f"{API}/nothing", "/livez"):
            headers = (await bench.admin.get(path, headers={"Origin": "https://evil.example"})).headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "Access-Control-Allow-Origin" not in headers


async def test_a_station_with_transactions_stays(database: str) -> None:
    async with api_in(database) as bench, station_at(bench.central, STATION) as station:
        await ask(station, "BootNotification", BOOT)
        start = {"connectorId": 1, "idTag": "T", "meterStart": 0, "timestamp": "2026-05-01T12:00:00Z"}
        await ask(station, "StartTransaction", dict(start))
        answer = await bench.admin.delete(f"{API}/stations/{STATION}", headers={"If-Match": "*"})
        assert "Rejected" in str(problem_of(answer, 409)["detail"])
