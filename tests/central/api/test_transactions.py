"""Transactions by the API: found, exported, closed by hand; and the station's own stop wins over a person's."""

import csv
import io

from websockets.asyncio.client import ClientConnection

from tests.central.api.bench import API, Bench, api_in, problem_of
from tests.central.bench import STATION, Json
from tests.central.test_server import BOOT, ask, station_at


async def start(station: ClientConnection, connector: int, tag: str, minute: int, meter: int = 1000) -> int:
    request: Json = {
        "connectorId": connector,
        "idTag": tag,
        "meterStart": meter,
        "timestamp": f"2026-05-01T12:{minute:02}:00Z",
    }
    number = (await ask(station, "StartTransaction", request))["transactionId"]
    assert isinstance(number, int)
    return number


async def stop(station: ClientConnection, number: int, meter: int) -> None:
    request: Json = {"transactionId": number, "meterStop": meter, "timestamp": "2026-05-01T13:00:00Z"}
    assert await ask(station, "StopTransaction", request) == {}


async def found(bench: Bench, **parameters: str | int) -> list[int]:
    page = (await bench.admin.get(f"{API}/transactions", params=parameters)).json()
    return [each["transaction_id"] for each in page["items"]]


async def test_transactions_are_found_and_come_in_pages_the_newest_first(database: str) -> None:
    async with api_in(database) as bench, station_at(bench.central, STATION) as station:
        await ask(station, "BootNotification", BOOT)
        one = await start(station, 1, "ANNA", 0)
        await stop(station, one, 2500)
        two = await start(station, 1, "BEN", 30, meter=2500)
        three = await start(station, 2, "ben", 40)
        assert await found(bench) == [three, two, one]
        assert await found(bench, id_tag="Ben") == [three, two]
        assert await found(bench, state="stopped") == [one]
        assert await found(bench, connector_id=2) == [three]
        assert await found(bench, station_id="RDAM-99") == []
        assert await found(bench, started_from="2026-05-01T12:30:00Z", started_before="2026-05-01T12:40:00Z") == [two]
        assert await found(bench, suspect="true") == []
        assert await found(bench, limit=1) == [three]
        assert await found(bench, limit=1, before=three) == [two]
        view = (await bench.admin.get(f"{API}/transactions/{one}")).json()
        assert (view["energy_wh"], view["stopped_at"]) == (1500, "2026-05-01T13:00:00Z")
        problem_of(await bench.admin.get(f"{API}/transactions/999"), 404)


async def test_readings_and_the_story_of_a_transaction(database: str) -> None:
    async with api_in(database) as bench, station_at(bench.central, STATION) as station:
        await ask(station, "BootNotification", BOOT)
        number = await start(station, 1, "ANNA", 0)
        for minute in (1, 2):
            sample = {"timestamp": f"2026-05-01T12:0{minute}:00Z", "sampledValue": [{"value": str(1000 + minute)}]}
            request: Json = {"connectorId": 1, "transactionId": number, "meterValue": [sample]}
            assert await ask(station, "MeterValues", request) == {}
        path = f"{API}/transactions/{number}/readings"
        first = (await bench.admin.get(path, params={"limit": 1})).json()
        second = (await bench.admin.get(path, params={"limit": 1, "skip": first["next"]})).json()
        assert [first["items"][0]["energy_wh"], second["items"][0]["energy_wh"]] == [1001, 1002]
        assert second["next"] is None
        story = (await bench.admin.get(f"{API}/transactions/{number}/timeline")).json()
        assert [each["what"] for each in story] == ["started", "readings", "start received"]


async def test_an_export_is_whole_and_no_spreadsheet_takes_a_badge_for_a_formula(database: str) -> None:
    async with api_in(database) as bench, station_at(bench.central, STATION) as station:
        await ask(station, "BootNotification", BOOT)
        number = await start(station, 1, "=HYPERLINK(1)", 0)
        answer = await bench.admin.get(f"{API}/transactions/export")
        assert answer.headers["Content-Type"].startswith("text/csv")
        (row,) = csv.DictReader(io.StringIO(answer.text))
        assert (row["transaction_id"], row["id_tag"], row["stopped_at"]) == (str(number), "'=HYPERLINK(1)", "")
        (view,) = (await bench.admin.get(f"{API}/transactions/export", params={"format": "json"})).json()
        assert view["id_tag"] == "=HYPERLINK(1)"
        none = await bench.admin.get(f"{API}/transactions/export", params={"format": "json", "id_tag": "X"})
        assert none.json() == []


async def test_a_ghost_is_closed_by_hand_and_the_stations_own_stop_replaces_that(database: str) -> None:
    async with api_in(database) as bench, station_at(bench.central, STATION) as station:
        await ask(station, "BootNotification", BOOT)
        number = await start(station, 1, "ANNA", 0)
        path = f"{API}/transactions/{number}/close"
        told = problem_of(await bench.admin.post(path, json={"reason": "x", "meter_stop_wh": 999}), 422)
        assert told["field"] == "meter_stop_wh"
        told = problem_of(await bench.admin.post(path, json={"reason": "x", "stopped_at": "2020-01-01T00:00:00Z"}), 422)
        assert told["field"] == "stopped_at"
        closed = await bench.admin.post(path, json={"reason": "replaced", "meter_stop_wh": 1200})
        assert closed.status_code == 200, closed.text
        assert "told nothing" in closed.json()["note"]
        view = closed.json()["transaction"]
        assert (view["state"], view["energy_wh"], view["suspicions"]) == ("stopped", 200, ["closed_by_hand"])
        problem_of(await bench.admin.post(path, json={"reason": "again"}), 409)
        story = (await bench.admin.get(f"{API}/transactions/{number}/timeline")).json()
        assert "transaction.close" in [each["what"] for each in story]

        await stop(station, number, 4000)
        view = (await bench.admin.get(f"{API}/transactions/{number}")).json()
        assert (view["energy_wh"], view["suspicions"]) == (3000, [])


async def test_a_correction_names_the_version_it_was_made_to_and_keeps_what_was_reported(database: str) -> None:
    async with api_in(database) as bench, station_at(bench.central, STATION) as station:
        await ask(station, "BootNotification", BOOT)
        number = await start(station, 1, "ANNA", 0)
        path = f"{API}/transactions/{number}"
        new = {"reason": "the meter was read on site", "meter_stop_wh": 3000, "id_tag": "BEN"}
        problem_of(await bench.admin.post(f"{path}/corrections", json=new), 428)
        problem_of(await bench.admin.post(f"{path}/corrections", json=new, headers={"If-Match": "*"}), 409)
        await stop(station, number, 4000)
        seen = {"If-Match": (await bench.admin.get(path)).headers["ETag"]}
        wrong = {"reason": "x", "meter_stop_wh": 1}
        told = problem_of(await bench.admin.post(f"{path}/corrections", json=wrong, headers=seen), 422)
        assert told["field"] == "meter_stop_wh"
        made = await bench.admin.post(f"{path}/corrections", json=new, headers=seen)
        assert made.status_code == 201, made.text
        view = made.json()
        assert (view["energy_wh"], view["id_tag"], view["is_corrected"]) == (2000, "BEN", True)
        problem_of(await bench.admin.post(f"{path}/corrections", json=wrong, headers=seen), 412)
        kept = (await bench.admin.get(f"{path}/corrections")).json()
        assert [(each["field"], each["old_value"], each["new_value"], each["who"]) for each in kept] == [
            ("id_tag", "ANNA", "BEN", "admin"),
            ("meter_stop_wh", "4000", "3000", "admin"),
        ]
        deeds = (await bench.admin.get(f"{API}/audit")).json()["items"]
        assert "transaction.correct" in [each["what"] for each in deeds]
        assert await found(bench, id_tag="BEN") == [number]
        assert await found(bench, id_tag="ANNA") == []
        assert (await bench.admin.get(f"{path}/hours")).json()[0]["energy_wh"] == 2000


async def test_hours_are_exported_as_a_file(database: str) -> None:
    async with api_in(database) as bench, station_at(bench.central, STATION) as station:
        await ask(station, "BootNotification", BOOT)
        number = await start(station, 1, "ANNA", 30)
        await stop(station, number, 4000)
        answer = await bench.admin.get(f"{API}/transactions/export", params={"per": "hour"})
        assert list(csv.DictReader(io.StringIO(answer.text))) == [
            {
                "transaction_id": str(number),
                "station_id": STATION,
                "connector_id": "1",
                "id_tag": "ANNA",
                "hour": "2026-05-01T12:00:00+00:00",
                "energy_wh": "3000",
            }
        ]
        told = await bench.admin.get(f"{API}/transactions/export", params={"per": "hour", "format": "json"})
        assert [each["hour"] for each in told.json()] == ["2026-05-01T12:00:00Z"]
